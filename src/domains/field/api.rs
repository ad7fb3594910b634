//! What the page and its worker ask: who is there, whom to take along, and taking in what was written.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::people::mine::{self, Named};
use crate::domains::tasks;
use crate::kernel::error::AppError;
use crate::kernel::ids::{Id, MemberId, NoteId, OrgId, TaskId, UserId};
use crate::platform::crypto::{KeyRing, Letterbox};
use crate::platform::db::TenantTx;
use crate::platform::web::api::json;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, put};
use crate::platform::web::{Access, Deferred, Reply, RouteDef};

use super::forms::{Envelope, SCHEMA};
use super::model::{Intended, Outcome, Receipt, WrittenIntent, WrittenNote};
use super::{actions, policy, queries};

/// What the letterbox of devices is called among the portal's keys.
pub const LETTERBOX: &str = "field";
/// People a list has at most.
const PEOPLE: i64 = 2_000;
/// Tasks the page shows at most.
const TASKS: i64 = 30;
/// How long a list may be kept on a device.
const KEPT: TimeDelta = TimeDelta::hours(72);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/field/me", Access::Member, Rate::Standard, who),
        get("/field/people", Access::Member, Rate::Standard, people),
        get("/field/tasks", Access::Member, Rate::Standard, own_tasks),
        put("/field/notes/{note}", Access::Member, Rate::Medium, take_note),
        put("/field/tasks/{intent}", Access::Member, Rate::Medium, take_intent),
        put("/field/unplaced/{note}", Access::Member, Rate::Medium, hold_note),
    ]
}

/// The letterbox that devices seal to.
///
/// # Errors
/// As [`KeyRing::letterbox`].
pub fn letterbox(keys: &KeyRing) -> Result<Letterbox, AppError> {
    Ok(keys.letterbox(LETTERBOX)?)
}

/// Who is signed in, and what sealing for them needs.
#[derive(Serialize)]
struct Who {
    user: UserId,
    org: OrgId,
    member: MemberId,
    /// The public key, as [`Letterbox::address`].
    key: String,
    schema: u32,
    /// Changes with the set of their people.
    epoch: String,
    /// Notes that need a person.
    unplaced: i64,
}

async fn who(me: Me, app: web::Data<App>) -> Reply {
    let key = letterbox(&app.keys)?.address();
    let who = me
        .tenant(move |tx, me| {
            policy::may_send(tx.actor())?;
            Ok(Who {
                user: me.user,
                org: me.org,
                member: me.member,
                key,
                schema: SCHEMA,
                epoch: mine::epoch(tx)?,
                unplaced: queries::count_unplaced(tx)?,
            })
        })
        .await?;
    kept_nowhere(json(200, &who))
}

/// Whom somebody looks after, to be taken along: nothing by which they could be reached, and nothing that was noted.
#[derive(Serialize)]
struct List {
    epoch: String,
    until: DateTime<Utc>,
    people: Vec<Taken>,
}

#[derive(Serialize)]
struct Taken {
    id: MemberId,
    name: String,
    worksite: String,
    shift: String,
}

impl From<Named> for Taken {
    fn from(person: Named) -> Self {
        Self {
            id: person.id,
            name: person.name,
            worksite: person.worksite,
            shift: person.shift,
        }
    }
}

async fn people(me: Me) -> Reply {
    let list = me
        .tenant(|tx, _| {
            policy::may_send(tx.actor())?;
            Ok(List {
                epoch: mine::epoch(tx)?,
                until: tx.now() + KEPT,
                people: mine::everyone(tx, PEOPLE)?.into_iter().map(Taken::from).collect(),
            })
        })
        .await?;
    kept_nowhere(json(200, &list))
}

/// A task of one's own, shown while the page is open.
#[derive(Serialize)]
struct OwnTask {
    id: TaskId,
    version: i32,
    title: String,
    member: Option<String>,
    due_on: Option<NaiveDate>,
    is_overdue: bool,
}

async fn own_tasks(me: Me) -> Reply {
    let list = me
        .tenant(|tx, me| {
            policy::may_send(tx.actor())?;
            let today = tx.now().with_timezone(&me.zone).date_naive();
            tasks_of(tx, today)
        })
        .await?;
    kept_nowhere(json(200, &list))
}

fn tasks_of(tx: &mut TenantTx<'_>, today: NaiveDate) -> Result<Vec<OwnTask>, AppError> {
    let mut list = Vec::new();
    for listed in tasks::mine_open(tx, TASKS)? {
        list.push(OwnTask {
            version: listed.version,
            id: listed.id,
            title: listed.title,
            member: listed.member,
            is_overdue: listed.due_on.is_some_and(|due| due < today),
            due_on: listed.due_on,
        });
    }
    Ok(list)
}

/// What a device hears about something it sent. It names the id, so that no other answer is taken for ours: networks of trains and
/// hotels answer everything with a page of their own.
#[derive(Serialize)]
struct Answered {
    id: uuid::Uuid,
    outcome: Outcome,
}

fn answered(id: uuid::Uuid, receipt: Receipt) -> Reply {
    let status = match (receipt.is_again, receipt.outcome) {
        (true, _) => 200,
        (false, Outcome::Unplaced) => 202,
        (false, _) => 201,
    };
    let outcome = receipt.outcome;
    kept_nowhere(json(status, &Answered { id, outcome }))
}

async fn take_note(
    me: Me,
    app: web::Data<App>,
    note: web::Path<NoteId>,
    sent: Deferred<serde_json::Value>,
) -> Reply {
    policy::may_send(me.scope().actor())?;
    let (id, keys) = (*note, app.keys.clone());
    let opened = envelope(sent)?.open::<WrittenNote>(&letterbox(&keys)?, "notes", id.uuid())?;
    let receipt = me
        .tenant(move |tx, _| actions::take_note(tx, &keys, id, &opened))
        .await?;
    answered(id.uuid(), receipt)
}

async fn hold_note(
    me: Me,
    app: web::Data<App>,
    note: web::Path<NoteId>,
    sent: Deferred<serde_json::Value>,
) -> Reply {
    policy::may_send(me.scope().actor())?;
    let (id, keys) = (*note, app.keys.clone());
    let (envelope, letterbox) = (envelope(sent)?, letterbox(&keys)?);
    let receipt = me
        .tenant(move |tx, _| {
            let opened = envelope.open_to_hold(&letterbox, id.uuid(), tx.now())?;
            actions::hold_note(tx, &keys, id, &opened)
        })
        .await?;
    answered(id.uuid(), receipt)
}

async fn take_intent(
    me: Me,
    app: web::Data<App>,
    intent: web::Path<NoteId>,
    sent: Deferred<serde_json::Value>,
) -> Reply {
    policy::may_send(me.scope().actor())?;
    let (id, keys) = (*intent, app.keys.clone());
    let opened = envelope(sent)?.open::<WrittenIntent>(&letterbox(&keys)?, "tasks", id.uuid())?;
    let intended = me
        .tenant(move |tx, _| actions::take_intent(tx, &keys, id, &opened))
        .await?;
    match intended {
        Intended::Taken(receipt) => answered(id.uuid(), receipt),
        Intended::Differs(difference) => kept_nowhere(json(409, &difference)),
    }
}

/// What was sent, once it is clear that its sender may send at all: who may not is told nothing about its shape.
fn envelope(sent: Deferred<serde_json::Value>) -> Result<Envelope, AppError> {
    Envelope::deserialize(sent.0).map_err(|cause| AppError::field("body", cause.to_string()))
}

fn kept_nowhere(reply: Reply) -> Result<HttpResponse, AppError> {
    let mut response = reply?;
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    Ok(response)
}
