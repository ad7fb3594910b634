//! Deliveries when claims run out, the database goes away, or the portal stops. Each test has a process of its own, so what
//! reactions need is in statics.

use std::sync::{Arc, OnceLock};

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tokio::sync::watch;
use waymark::domains::tenancy::events::{MemberJoined, MemberLeft};
use waymark::kernel::error::AppError;
use waymark::kernel::ids::MemberId;
use waymark::platform::audit::Entry;
use waymark::platform::bus::{Dispatcher, Envelope, Subscriber};
use waymark::platform::db::{TenantScope, TenantTx};
use waymark::platform::jobs::{JobKind, NewJob, Outcome, Worker};

use crate::support::portal::Portal;

static OWNER: OnceLock<String> = OnceLock::new();
static STOP: OnceLock<watch::Sender<bool>> = OnceLock::new();

fn subscriber(
    name: &'static str,
    react: fn(&mut TenantTx<'_>, &Envelope) -> Result<(), AppError>,
) -> Subscriber {
    Subscriber {
        name,
        pattern: "tenancy.member.joined",
        react,
    }
}

fn emit(portal: &Portal) {
    let scope = TenantScope::of_portal(portal.organization("local"), "test");
    let member = portal.member("member");
    portal
        .app
        .db
        .tenant_blocking(&scope, |tx| tx.emit(&MemberJoined { member }).map(|_| ()))
        .unwrap();
}

async fn round(dispatcher: &Dispatcher) -> Result<usize, AppError> {
    let dispatcher = dispatcher.clone();
    tokio::task::spawn_blocking(move || dispatcher.round())
        .await
        .unwrap()
}

fn deliveries(portal: &Portal) -> String {
    portal.look("SELECT string_agg(subscriber || ' ' || state || ' ' || attempts, ', ' ORDER BY subscriber) FROM event_deliveries")
}

fn nothing(_: &mut TenantTx<'_>, _: &Envelope) -> Result<(), AppError> {
    Ok(())
}

/// Another process does the delivery of `b`, whose claim has run out here.
fn another_does_b(_: &mut TenantTx<'_>, _: &Envelope) -> Result<(), AppError> {
    let mut conn = PgConnection::establish(OWNER.get().unwrap()).unwrap();
    conn.batch_execute("UPDATE event_deliveries SET state = 'done', attempts = 2 WHERE subscriber = 'b'")
        .unwrap();
    Ok(())
}

#[tokio::test]
async fn a_late_failure_does_not_reopen_what_another_has_done() {
    let portal = Portal::start().await;
    OWNER.set(portal.owner_url()).unwrap();
    emit(&portal);
    let expanding = Dispatcher::new(
        portal.app.db.clone(),
        vec![subscriber("a", nothing), subscriber("b", nothing)],
    );
    // Expanded and claimed for both, attempted by a process that has never heard of b.
    portal.force("UPDATE events SET dispatched_at = NULL");
    let attempting = Dispatcher::new(portal.app.db.clone(), vec![subscriber("a", another_does_b)]);
    portal.force(
        "INSERT INTO event_deliveries (org_id, event_id, subscriber, next_attempt_at) \
         SELECT org_id, id, 'b', now() - interval '1 minute' FROM events; \
         INSERT INTO event_deliveries (org_id, event_id, subscriber, next_attempt_at) \
         SELECT org_id, id, 'a', now() - interval '2 minutes' FROM events",
    );

    round(&attempting).await.unwrap();
    assert_eq!(deliveries(&portal), "a done 1, b done 2");

    round(&expanding).await.unwrap();
    assert_eq!(deliveries(&portal), "a done 1, b done 2");
}

fn loses_the_connection(tx: &mut TenantTx<'_>, _: &Envelope) -> Result<(), AppError> {
    diesel::sql_query("SELECT pg_terminate_backend(pg_backend_pid())")
        .execute(tx.conn())
        .map(|_| ())
        .map_err(Into::into)
}

#[tokio::test]
async fn when_the_database_goes_away_no_delivery_has_lost_an_attempt() {
    let portal = Portal::start().await;
    emit(&portal);
    let dispatcher = Dispatcher::new(
        portal.app.db.clone(),
        vec![
            subscriber("a", loses_the_connection),
            subscriber("b", loses_the_connection),
        ],
    );

    let outcome = round(&dispatcher).await;

    assert!(matches!(outcome, Err(AppError::Unavailable)), "{outcome:?}");
    assert_eq!(deliveries(&portal), "a pending 0, b pending 0");
    assert_eq!(
        portal.look("SELECT count(*) FROM event_deliveries WHERE next_attempt_at <= now()"),
        "2",
        "they are due at once"
    );
}

fn stops_the_portal(_: &mut TenantTx<'_>, _: &Envelope) -> Result<(), AppError> {
    let _ = STOP.get().unwrap().send(true);
    Ok(())
}

#[tokio::test]
async fn what_was_not_begun_when_the_portal_stops_is_given_back() {
    let portal = Portal::start().await;
    emit(&portal);
    let (stop, stopped) = watch::channel(false);
    STOP.set(stop).unwrap();
    let dispatcher = Dispatcher::new(
        portal.app.db.clone(),
        vec![
            subscriber("a", stops_the_portal),
            subscriber("b", stops_the_portal),
        ],
    );

    dispatcher.run(stopped).await;

    let told = deliveries(&portal);
    assert!(
        told == "a done 1, b pending 0" || told == "a pending 0, b done 1",
        "one is done and the other as if never taken: {told}"
    );
}

/// A reaction that tells a fact, changes something and asks for work.
fn goes_on(tx: &mut TenantTx<'_>, _: &Envelope) -> Result<(), AppError> {
    let fact: MemberId = tx.new_id();
    tx.emit(&MemberLeft { member: fact })?;
    tx.audit(Entry::of("test.thing.changed", "thing", fact))?;
    tx.enqueue(NewJob::new("test.work", ())).map(|_| ())
}

#[tokio::test]
async fn what_follows_from_a_request_bears_its_id_through_reactions_and_jobs() {
    let portal = Portal::start().await;
    let request = uuid::Uuid::now_v7();
    let scope = TenantScope::of_portal(portal.organization("local"), "test").correlated(request);
    let member = portal.member("member");
    let told = portal
        .app
        .db
        .tenant_blocking(&scope, |tx| tx.emit(&MemberJoined { member }))
        .unwrap();
    let dispatcher = Dispatcher::new(portal.app.db.clone(), vec![subscriber("a", goes_on)]);
    round(&dispatcher).await.unwrap();
    assert_eq!(
        portal.look("SELECT correlation_id || ' ' || causation_id FROM events WHERE event_type = 'tenancy.member.left'"),
        format!("{request} {}", told.0)
    );
    assert_eq!(
        portal.look("SELECT request_id FROM audit_entries WHERE action = 'test.thing.changed'"),
        request.to_string()
    );

    static SEEN: OnceLock<uuid::Uuid> = OnceLock::new();
    let work = JobKind {
        name: "test.work",
        run: Arc::new(|run| {
            SEEN.set(run.scope().request()).unwrap();
            Ok(Outcome::Done(serde_json::Value::Null))
        }),
    };
    let worker = Worker::new(portal.app.db.clone(), vec![work]);
    tokio::task::spawn_blocking(move || worker.round())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(SEEN.get(), Some(&request));
}
