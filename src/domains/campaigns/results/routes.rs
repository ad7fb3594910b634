//! `/campaigns/{campaign}`: what becomes of a campaign, and stopping it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::campaigns::model::State;
use crate::domains::campaigns::policy::{self, LOG_READERS, SENDERS};
use crate::domains::campaigns::{actions, queries};
use crate::domains::identity::Me;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, DeliveryId, MemberId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::pages::{CancellationPage, DeliveryPage, PersonPage, ResultsPage};
use super::people::PeoplePage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let senders = Access::Roles(SENDERS);
    vec![
        get("/campaigns/{campaign}", senders, Rate::Standard, show),
        get("/campaigns/{campaign}/people", senders, Rate::Standard, people),
        get(
            "/campaigns/{campaign}/deliveries/{delivery}",
            senders,
            Rate::Standard,
            delivery,
        ),
        get(
            "/people/{member}/messages",
            Access::Roles(LOG_READERS),
            Rate::Standard,
            of_person,
        ),
        post("/campaigns/{campaign}/approval", senders, Rate::Medium, approve),
        post("/campaigns/{campaign}/pause", senders, Rate::Medium, pause),
        post("/campaigns/{campaign}/resumption", senders, Rate::Medium, resume),
        get(
            "/campaigns/{campaign}/cancellation",
            senders,
            Rate::Standard,
            ask_to_cancel,
        ),
        post(
            "/campaigns/{campaign}/cancellation",
            senders,
            Rate::Medium,
            cancel,
        ),
        post("/campaigns/{campaign}/doubts", senders, Rate::Medium, decide),
    ]
}

async fn show(me: Me, id: web::Path<CampaignId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            if queries::campaign(tx, id)?.state == State::Draft {
                return Ok(None);
            }
            let shell = me.shell(tx)?;
            ResultsPage::read(tx, shell, me.zone, id).map(Some)
        })
        .await?;
    match page {
        Some(page) => me.visit.confidential_page(200, &page),
        None => Ok(HttpResponse::SeeOther()
            .insert_header(("Location", format!("/campaigns/{id}/content")))
            .finish()),
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct PeopleQuery {
    show: String,
    after: String,
    /// Whom is looked for by name.
    q: String,
}

async fn people(me: Me, id: web::Path<CampaignId>, query: web::Query<PeopleQuery>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let shell = me.shell(tx)?;
            PeoplePage::read(tx, shell, me.zone, id, (&query.show, &query.after, &query.q))
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn delivery(me: Me, app: web::Data<App>, ids: web::Path<(CampaignId, DeliveryId)>) -> Reply {
    let (ids, app) = (ids.into_inner(), app.get_ref().clone());
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let shell = me.shell(tx)?;
            DeliveryPage::read(tx, shell, &app, me.zone, ids)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct OfPersonQuery {
    before: String,
}

async fn of_person(me: Me, member: web::Path<MemberId>, query: web::Query<OfPersonQuery>) -> Reply {
    let member = *member;
    let page = me
        .tenant(move |tx, me| {
            policy::may_read_log(tx.actor())?;
            let shell = me.shell(tx)?;
            PersonPage::read(tx, shell, me.zone, member, query.before.parse().ok())
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn approve(me: Me, app: web::Data<App>, id: web::Path<CampaignId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let campaign = queries::campaign(tx, id)?;
            let approving = policy::may_approve(tx.actor(), &campaign)?;
            actions::approve(tx, &approving, id)?;
            Ok(Answer::see_other(format!("/campaigns/{id}")).with(Flash::done("Approved.")))
        })
        .await?
        .reply(&me.visit)
}

async fn pause(me: Me, app: web::Data<App>, id: web::Path<CampaignId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_campaign(tx.actor())?;
            actions::pause(tx, &by, id)?;
            Ok(Answer::see_other(format!("/campaigns/{id}"))
                .with(Flash::done("Paused. What was on its way arrives.")))
        })
        .await?
        .reply(&me.visit)
}

async fn resume(me: Me, app: web::Data<App>, id: web::Path<CampaignId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_campaign(tx.actor())?;
            actions::resume(tx, &by, id)?;
            Ok(Answer::see_other(format!("/campaigns/{id}")).with(Flash::done("It goes on.")))
        })
        .await?
        .reply(&me.visit)
}

async fn ask_to_cancel(me: Me, id: web::Path<CampaignId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let campaign = queries::campaign(tx, id)?;
            CancellationPage::of(me.shell(tx)?, &campaign)
        })
        .await?;
    me.visit.page(&page)
}

async fn cancel(me: Me, app: web::Data<App>, id: web::Path<CampaignId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_campaign(tx.actor())?;
            let words = match actions::cancel(tx, &by, id)? {
                actions::Cancelled::Draft => "It is a draft again.".to_owned(),
                actions::Cancelled::Ended(count) => format!("Cancelled. {count} will not leave."),
            };
            Ok(Answer::see_other(format!("/campaigns/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct DoubtForm {
    /// `again` or `leave`.
    what: String,
}

async fn decide(me: Me, app: web::Data<App>, id: web::Path<CampaignId>, posted: Posted<DoubtForm>) -> Reply {
    let (id, form) = (*id, posted.form);
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_campaign(tx.actor())?;
            queries::campaign(tx, id)?;
            let goes_again = match form.what.as_str() {
                "again" => true,
                "leave" => false,
                _ => return Err(AppError::field("what", "Choose what happens to them.")),
            };
            let count = actions::decide_held(tx, &by, id, goes_again)?;
            let words = match goes_again {
                true => format!("{count} go again."),
                false => format!("{count} count as gone."),
            };
            Ok(Answer::see_other(format!("/campaigns/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}
