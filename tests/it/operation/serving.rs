//! The running program: what it answers to a supervisor, and how it ends.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use reqwest::Method;
use waymark::server::Duty;

use super::binary::Installation;
use crate::support::client::Client;
use crate::support::eventually::eventually;
use crate::support::portal::Portal;

/// More than the ten seconds of the promise, for a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(12);

#[tokio::test]
async fn it_says_that_it_lives_is_ready_and_how_it_fares() {
    let portal = Portal::start().await;
    let client = portal.anyone();

    assert_eq!(client.get("/healthz").await.expect_ok().html.trim(), "ok");
    assert_eq!(client.get("/readyz").await.expect_ok().html.trim(), "ready");
    client.get("/sign-in").await.expect_ok();
    let metrics = client.get("/metrics").await.expect_ok().html.clone();
    for line in [
        "waymark_http_request_seconds_count{method=\"GET\",route=\"/sign-in\",status=\"2xx\"} 1",
        "waymark_state{what=\"jobs_waiting\"} 0",
    ] {
        assert!(metrics.contains(line), "not {line:?} in:\n{metrics}");
    }
}

#[tokio::test]
async fn an_invented_method_makes_no_new_series() {
    let portal = Portal::start().await;
    let client = portal.anyone();

    for invented in ["BREW", "WHEN"] {
        client
            .raw(
                Method::from_bytes(invented.as_bytes()).unwrap(),
                "/healthz",
                &[],
                "",
            )
            .await;
    }

    let metrics = client.get("/metrics").await.expect_ok().html.clone();
    assert!(
        !metrics.contains("BREW") && !metrics.contains("WHEN"),
        "{metrics}"
    );
    assert!(metrics.contains("method=\"other\""), "{metrics}");
}

#[tokio::test]
async fn head_is_get_without_a_body_and_other_methods_are_told_what_there_is() {
    let portal = Portal::start().await;
    let client = portal.anyone();

    for path in ["/healthz", "/sign-in"] {
        let head = client.raw(Method::HEAD, path, &[], "").await.expect_status(200);
        assert_eq!(head.html, "", "{path}");
    }
    client
        .raw(Method::HEAD, "/nowhere", &[], "")
        .await
        .expect_status(404);
    let own = [("Sec-Fetch-Site", "same-origin")];
    let refused = client
        .raw(Method::DELETE, "/sign-in", &own, "")
        .await
        .expect_status(405);
    assert_eq!(refused.header("allow"), Some("GET, HEAD, POST"));
    refused.expect_text("answers to GET, HEAD, POST");
    let refused = client
        .raw(Method::DELETE, "/api/channels", &own, "")
        .await
        .expect_status(405)
        .expect_text("problem-wrong-method");
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert_eq!(refused.header("allow"), Some("GET, HEAD, POST"));
    client
        .raw(Method::DELETE, "/nowhere", &own, "")
        .await
        .expect_status(404);
}

#[tokio::test]
async fn told_to_stop_it_answers_what_runs_and_ends() {
    let installation = Installation::with_fixture();
    let served = installation.serve(&["--web"]);
    let client = Client::new(&served.base);
    client.get("/readyz").await.expect_ok();
    let mut holder = PgConnection::establish(installation.owner_url()).unwrap();
    holder
        .batch_execute("BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    let slow = tokio::spawn(async move { client.get("/metrics").await });
    waiting_for_a_lock(&installation).await;

    served.tell_to_stop();
    let base = served.base.clone();
    eventually("it to take no more requests", async || {
        std::net::TcpStream::connect(base.trim_start_matches("http://"))
            .is_err()
            .then_some(())
    })
    .await;
    holder.batch_execute("ROLLBACK").unwrap();

    slow.await.unwrap().expect_ok();
    let (_, said) = tokio::task::spawn_blocking(|| served.ended()).await.unwrap();
    said.expect_success();
}

#[tokio::test]
async fn what_does_not_end_by_itself_does_not_keep_it_from_ending() {
    let installation = Installation::with_fixture();
    let served = installation.serve(&[]);
    let client = Client::new(&served.base);
    client.get("/readyz").await.expect_ok();
    let mut holder = PgConnection::establish(installation.owner_url()).unwrap();
    holder
        .batch_execute("BEGIN; LOCK TABLE events, jobs IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    let slow = tokio::spawn(async move { client.get("/metrics").await });
    waiting_for_a_lock(&installation).await;

    let began = Instant::now();
    served.tell_to_stop();
    let (_, said) = tokio::task::spawn_blocking(|| served.ended()).await.unwrap();

    said.expect_success();
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    slow.abort();
}

#[tokio::test]
async fn the_log_is_plain_and_has_a_line_for_each_request() {
    let installation = Installation::with_fixture();
    let served = installation.serve(&["--web"]);
    let client = Client::new(&served.base);
    client.get("/sign-in?next=/secret-place").await.expect_ok();
    served.tell_to_stop();

    let (_, said) = tokio::task::spawn_blocking(|| served.ended()).await.unwrap();

    let line = said.err.lines().find(|line| line.contains("/sign-in")).unwrap();
    for part in [
        "INFO",
        "http.method=\"GET\"",
        "http.status=200",
        "duration_ms=",
        "request.id=",
    ] {
        assert!(line.contains(part), "not {part:?} in: {line}");
    }
    assert!(
        !said.err.contains("secret-place") && !said.err.contains('\u{1b}'),
        "{}",
        said.err
    );
}

#[tokio::test]
async fn mail_with_a_link_goes_when_the_link_ends() {
    let portal = Portal::with(Duty::Web, |config| config.sessions.reset_minutes = 30).await;
    let client = portal.anyone();
    let page = client.get("/forgot-password").await.expect_ok();
    page.form("main form")
        .set("email", "member@local.example")
        .submit(&client)
        .await;
    assert_eq!(portal.look("SELECT count(*) FROM outbox_mails"), "1");
    let id = portal.look("SELECT id FROM outbox_mails");
    client.get(&format!("/outbox/{id}")).await.expect_ok();

    portal.pass(chrono::TimeDelta::minutes(31));

    client.get(&format!("/outbox/{id}")).await.expect_status(404);
    waymark::domains::upkeep::tidy(&portal.app).await.unwrap();
    assert_eq!(portal.look("SELECT count(*) FROM outbox_mails"), "0");
}

#[tokio::test]
async fn what_has_had_its_time_goes_in_batches() {
    let portal = Portal::start().await;
    portal.force(
        "INSERT INTO sign_in_attempts (subject, at) SELECT decode(md5(n::text), 'hex'), now() - interval '2 hours' FROM generate_series(1, 4500) n; \
         INSERT INTO sign_in_attempts (subject, at) VALUES ('fresh', now())",
    );

    waymark::domains::upkeep::tidy(&portal.app).await.unwrap();

    assert_eq!(
        portal.look("SELECT string_agg(encode(subject, 'escape'), ' ') FROM sign_in_attempts"),
        "fresh"
    );
}

async fn waiting_for_a_lock(installation: &Installation) {
    let url = installation.owner_url();
    eventually("a request to wait for the lock", async || {
        let mut conn = PgConnection::establish(url).ok()?;
        let waiting = diesel::RunQueryDsl::execute(
            diesel::sql_query(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
            ),
            &mut conn,
        );
        (waiting.ok()? > 0).then_some(())
    })
    .await;
}
