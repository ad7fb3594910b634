//! What recipients answer, and what senders see of it.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::channels::broadcasts::policy::{self, SENDERS};
use crate::domains::channels::broadcasts::{pages as broadcast_pages, queries as broadcast_queries};
use crate::domains::channels::messages::routes::Empty;
use crate::domains::identity::Me;
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{BroadcastId, MemberId};
use crate::kernel::time::local_date_time;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::pages::{Silent, WaitingPage};
use super::{actions, export, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post(
            "/broadcasts/{broadcast}/seen",
            Access::Member,
            Rate::Standard,
            seen,
        ),
        post(
            "/broadcasts/{broadcast}/acknowledgement",
            Access::Member,
            Rate::Medium,
            acknowledge,
        ),
        get(
            "/broadcasts/{broadcast}/waiting",
            Access::Roles(SENDERS),
            Rate::Standard,
            waiting,
        ),
        post(
            "/broadcasts/{broadcast}/nudge",
            Access::Roles(SENDERS),
            Rate::Medium,
            nudge,
        ),
        get(
            "/broadcasts/{broadcast}/recipients.csv",
            Access::Roles(SENDERS),
            Rate::Strict,
            recipients,
        ),
    ]
}

/// Seeing repeats harmlessly, so it needs no key.
async fn seen(me: Me, id: web::Path<BroadcastId>, posted: Posted<Empty>) -> Reply {
    let (id, Empty {}) = (*id, posted.form);
    me.tenant(move |tx, _| actions::mark_seen(tx, id)).await?;
    if me.visit.partial {
        return Ok(HttpResponse::NoContent().finish());
    }
    me.visit
        .go_with(&format!("/broadcasts/{id}"), Flash::done("Marked as seen."))
}

async fn acknowledge(
    me: Me,
    app: web::Data<App>,
    id: web::Path<BroadcastId>,
    posted: Posted<Empty>,
) -> Reply {
    let id = *id;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::acknowledge(tx, id)?;
            Ok(Answer::see_other(format!("/broadcasts/{id}")).with(Flash::done(
                "Thank you. The sender can see that you have read it.",
            )))
        })
        .await?;
    answer.reply(&me.visit)
}

/// Where the list goes on.
#[derive(Deserialize)]
struct After {
    after: Option<MemberId>,
}

async fn waiting(me: Me, id: web::Path<BroadcastId>, query: web::Query<After>) -> Reply {
    let (id, after) = (*id, query.after);
    let page = me.tenant(move |tx, me| waiting_page(tx, me, id, after)).await?;
    me.visit.page(&page)
}

fn waiting_page(
    tx: &mut TenantTx<'_>,
    me: &Me,
    id: BroadcastId,
    after: Option<MemberId>,
) -> Result<WaitingPage, AppError> {
    let broadcast = broadcast_queries::by_id(tx, id)?;
    policy::may_nudge(me, &broadcast)?;
    let place = match after {
        Some(member) => queries::place_of(tx, member)?,
        None => None,
    };
    let mut names = queries::waiting(tx, id, place)?;
    let page = usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
    let more = names.len() > page;
    names.truncate(page);
    let ids: Vec<MemberId> = names.into_iter().map(|(_, id)| id).collect();
    let path = broadcast.path();
    let figures = queries::figures(tx, id)?;
    let next = ids
        .last()
        .filter(|_| more)
        .map(|last| format!("{path}/waiting?after={last}"))
        .unwrap_or_default();
    Ok(WaitingPage {
        lead: format!(
            "{} have not confirmed.",
            broadcast_pages::of_people(figures.delivered - figures.acknowledged, figures.delivered)
        ),
        nudgeable: queries::nudgeable(tx, &broadcast)?,
        people: silent(tx, me, id, &ids)?,
        first: after.map(|_| format!("{path}/waiting")).unwrap_or_default(),
        title: broadcast.title,
        shell: me.shell(tx)?,
        next,
        path,
    })
}

fn silent(
    tx: &mut TenantTx<'_>,
    me: &Me,
    broadcast: BroadcastId,
    ids: &[MemberId],
) -> Result<Vec<Silent>, AppError> {
    let cards = tenancy::member_cards(tx, ids)?;
    let receipts: HashMap<_, _> = queries::of_members(tx, broadcast, ids)?
        .into_iter()
        .map(|receipt| (receipt.member_id, receipt))
        .collect();
    let rested = tx.now() - queries::BETWEEN_NUDGES;
    let people = ids
        .iter()
        .filter_map(|id| Some((cards.get(id)?, receipts.get(id)?)));
    let people = people.map(|(card, receipt)| Silent {
        href: format!("/people/{}", card.id),
        name: card.name.clone(),
        initials: card.initials.clone(),
        hue: card.hue,
        note: match receipt.first_seen_at {
            Some(moment) => format!("Seen {}", local_date_time(moment, me.zone)),
            None => "Not seen yet".to_owned(),
        },
        nudged: receipt
            .nudged_at
            .map(|moment| format!("Nudged {}", local_date_time(moment, me.zone))),
        can_nudge: receipt.nudged_at.is_none_or(|moment| moment <= rested),
        id: card.id.to_string(),
    });
    Ok(people.collect())
}

/// Whom to ask again; everyone when empty.
#[derive(Deserialize, Default)]
#[serde(default)]
struct NudgeForm {
    member: String,
}

async fn nudge(me: Me, app: web::Data<App>, id: web::Path<BroadcastId>, posted: Posted<NudgeForm>) -> Reply {
    let id = *id;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let only = match posted.form.member.trim() {
                "" => None,
                text => Some(text.parse().map_err(|_| AppError::NotFound)?),
            };
            let people = actions::nudge(tx, id, only)?;
            let words = format!("{} asked again.", broadcast_pages::people_are(people));
            Ok(Answer::see_other(format!("/broadcasts/{id}/waiting")).with(Flash::done(words)))
        })
        .await;
    match answer {
        Err(AppError::Conflict(reason)) => me
            .visit
            .go_with(&format!("/broadcasts/{id}"), Flash::problem(reason)),
        answer => answer?.reply(&me.visit),
    }
}

async fn recipients(me: Me, id: web::Path<BroadcastId>) -> Reply {
    let id = *id;
    let table = me
        .tenant(move |tx, me| {
            let broadcast = broadcast_queries::by_id(tx, id)?;
            policy::may_export(me, &broadcast)?;
            let people = queries::everyone(tx, id)?;
            tx.audit(
                Entry::of("channels.broadcast.exported", "broadcast", id)
                    .after(serde_json::json!({ "people": people.len() })),
            )?;
            export::csv(&people)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"broadcast-{id}.csv\""),
        ))
        .body(table))
}
