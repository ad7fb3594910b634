//! Reading the log.

use actix_web::web;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::domains::channels::broadcasts::policy;
use crate::domains::identity::Me;
use crate::domains::tenancy;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::text::grouped;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::{Choice, LogLine, LogPage};
use super::queries::{self, Line};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![get(
        "/broadcasts/log",
        Access::Roles(&[Role::Admin, Role::PrivacyOfficer]),
        Rate::Standard,
        show,
    )]
}

/// What of it.
#[derive(Deserialize)]
struct Asked {
    person: Option<String>,
    before: Option<Uuid>,
}

async fn show(me: Me, query: web::Query<Asked>) -> Reply {
    let Asked { person, before } = query.into_inner();
    let person: Option<MemberId> = person
        .filter(|text| !text.is_empty())
        .map(|text| text.parse())
        .transpose()
        .map_err(|_| AppError::NotFound)?;
    let page = me.tenant(move |tx, me| page(tx, me, person, before)).await?;
    me.visit.page(&page)
}

fn page(
    tx: &mut TenantTx<'_>,
    me: &Me,
    person: Option<MemberId>,
    before: Option<Uuid>,
) -> Result<LogPage, AppError> {
    let proof = policy::may_audit(me)?;
    let mut rows = queries::page(tx, proof, person, before)?;
    let most = usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let senders = queries::senders(tx, proof)?;
    let everyone: Vec<MemberId> = rows
        .iter()
        .filter_map(|row| row.actor_id)
        .chain(rows.iter().map(|row| row.author_id))
        .chain(senders.iter().copied())
        .collect();
    let cards = tenancy::member_cards(tx, &everyone)?;
    let name = |id: MemberId| {
        cards
            .get(&id)
            .map_or_else(|| "Someone".to_owned(), |card| card.name.clone())
    };
    let mut people: Vec<Choice> = senders
        .into_iter()
        .map(|id| Choice {
            id: id.to_string(),
            name: name(id),
            chosen: Some(id) == person,
        })
        .collect();
    people.sort_by(|one, other| one.name.cmp(&other.name));
    let address = |before: Option<Uuid>| {
        let person = person.map(|id| format!("person={id}"));
        let place = before.map(|id| format!("before={id}"));
        let query: Vec<String> = person.into_iter().chain(place).collect();
        format!("/broadcasts/log?{}", query.join("&"))
    };
    Ok(LogPage {
        older: rows
            .last()
            .filter(|_| more)
            .map(|last| address(Some(last.id)))
            .unwrap_or_default(),
        newest: before.map(|_| address(None)).unwrap_or_default(),
        lines: rows.iter().map(|row| line(row, me, &name)).collect(),
        filtered: person.is_some(),
        shell: me.shell(tx)?,
        people,
    })
}

fn line(row: &Line, me: &Me, name: &dyn Fn(MemberId) -> String) -> LogLine {
    let (deed, tone) = match row.action.as_str() {
        "created" => ("Made", "accent"),
        "sent" => ("Sent", "positive"),
        "nudged" => ("Nudged", "warning"),
        "removed" => ("Removed from its channel", "warning"),
        _ => ("Cancelled", ""),
    };
    let text = |key: &str| {
        row.details
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    LogLine {
        time: machine(row.at),
        moment: local_date_time(row.at, me.zone),
        who: row.actor_id.map_or_else(|| "Waymark".to_owned(), name),
        author: name(row.author_id),
        title: row.title.clone(),
        people: grouped(i64::from(row.recipient_count)),
        note: if row.action == "created" {
            text("audience")
        } else {
            text("reason")
        },
        deed,
        tone,
    }
}
