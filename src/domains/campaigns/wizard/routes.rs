//! `/campaigns`: the list, and the steps of one that is being made.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::campaigns::policy::{self, SENDERS};
use crate::domains::campaigns::templates::framed;
use crate::domains::campaigns::{actions, queries, segments};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CampaignId, SegmentId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::forms::{AudienceForm, ContentForm, NewForm, ScheduleForm, expect_current};
use super::pages::{self, AudiencePage, ContentPage, ListPage, NewPage, ReviewPage, SchedulePage};
use super::review::Review;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let senders = Access::Roles(SENDERS);
    vec![
        get("/campaigns", senders, Rate::Standard, list),
        post("/campaigns", senders, Rate::Medium, create),
        get("/campaigns/new", senders, Rate::Standard, new),
        get("/campaigns/{campaign}/content", senders, Rate::Standard, content),
        post(
            "/campaigns/{campaign}/content",
            senders,
            Rate::Medium,
            save_content,
        ),
        get(
            "/campaigns/{campaign}/audience",
            senders,
            Rate::Standard,
            audience,
        ),
        post(
            "/campaigns/{campaign}/audience",
            senders,
            Rate::Medium,
            save_audience,
        ),
        get(
            "/campaigns/{campaign}/schedule",
            senders,
            Rate::Standard,
            schedule,
        ),
        post(
            "/campaigns/{campaign}/schedule",
            senders,
            Rate::Medium,
            save_schedule,
        ),
        get("/campaigns/{campaign}/review", senders, Rate::Standard, review),
        get(
            "/campaigns/{campaign}/review/sample",
            senders,
            Rate::Standard,
            sample,
        ),
        post("/campaigns/{campaign}/launch", senders, Rate::Medium, launch),
        post("/campaigns/{campaign}/copies", senders, Rate::Medium, copy),
        get(
            "/campaigns/{campaign}/removal",
            senders,
            Rate::Standard,
            ask_to_remove,
        ),
        post("/campaigns/{campaign}/removal", senders, Rate::Medium, remove),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ListQuery {
    show: String,
    before: String,
}

async fn list(me: Me, query: web::Query<ListQuery>) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let shell = me.shell(tx)?;
            ListPage::read(tx, shell, me.zone, &query.show, query.before.parse().ok())
        })
        .await?;
    me.visit.page(&page)
}

async fn new_page(me: &Me, form: NewForm, errors: FieldErrors) -> Result<NewPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_campaign(tx.actor())?;
        Ok(NewPage::of(me.shell(tx)?, form, errors))
    })
    .await
}

async fn new(me: Me) -> Reply {
    let form = NewForm {
        channel: "email".to_owned(),
        ..NewForm::default()
    };
    let page = new_page(&me, form, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn create(me: Me, app: web::Data<App>, posted: Posted<NewForm>) -> Reply {
    let (form, typed) = (posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_campaign(tx.actor())?;
            let (name, channel) = form.parse()?;
            let id = actions::create(tx, &by, &name, channel)?;
            Ok(Answer::see_other(format!("/campaigns/{id}/content")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Where a saved step leads: on, or back to itself with what depends on it.
fn after(id: CampaignId, here: &str, next: &str, then: &str) -> Answer {
    match then {
        "stay" => Answer::see_other(format!("/campaigns/{id}/{here}")).with(Flash::done("Saved.")),
        "variants" => Answer::see_other(format!("/campaigns/{id}/variants")),
        _ => Answer::see_other(format!("/campaigns/{id}/{next}")),
    }
}

async fn content_page(
    me: &Me,
    id: CampaignId,
    typed: Option<(ContentForm, FieldErrors)>,
) -> Result<ContentPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_campaign(tx.actor())?;
        let shell = me.shell(tx)?;
        ContentPage::read(tx, shell, id, typed)
    })
    .await
}

async fn content(me: Me, id: web::Path<CampaignId>) -> Reply {
    let page = content_page(&me, *id, None).await?;
    me.visit.page(&page)
}

async fn save_content(
    me: Me,
    app: web::Data<App>,
    id: web::Path<CampaignId>,
    posted: Posted<ContentForm>,
) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let campaign = queries::lock(tx, id)?;
            let drafting = policy::may_draft(tx.actor(), &campaign)?;
            let content = form.parse()?;
            expect_current(&campaign, &form.revision, "name")?;
            expect_template(tx, &campaign, content.template)?;
            actions::set_content(tx, &drafting, &content)?;
            Ok(after(id, "content", "audience", &form.then))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = content_page(&me, id, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// That a template can be sent over the campaign's channel.
pub(in crate::domains::campaigns) fn expect_template(
    tx: &mut crate::platform::db::TenantTx<'_>,
    campaign: &crate::domains::campaigns::model::Campaign,
    template: Option<crate::kernel::ids::TemplateId>,
) -> Result<(), AppError> {
    let Some(template) = template else { return Ok(()) };
    let kept = crate::domains::campaigns::templates::queries::template(tx, template)?;
    match kept.channel == campaign.channel && kept.current_version > 0 && kept.archived_at.is_none() {
        true => Ok(()),
        false => Err(AppError::field("template", "Choose a template from the list.")),
    }
}

async fn audience_page(
    me: &Me,
    app: &App,
    id: CampaignId,
    typed: Option<(AudienceForm, FieldErrors)>,
) -> Result<AudiencePage, AppError> {
    let app = app.clone();
    me.tenant(move |tx, me| {
        policy::may_campaign(tx.actor())?;
        let shell = me.shell(tx)?;
        AudiencePage::read(tx, shell, &app, id, typed)
    })
    .await
}

async fn audience(me: Me, app: web::Data<App>, id: web::Path<CampaignId>) -> Reply {
    let page = audience_page(&me, &app, *id, None).await?;
    me.visit.page(&page)
}

async fn save_audience(
    me: Me,
    app: web::Data<App>,
    id: web::Path<CampaignId>,
    posted: Posted<AudienceForm>,
) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let campaign = queries::lock(tx, id)?;
            let drafting = policy::may_draft(tx.actor(), &campaign)?;
            let known: Vec<SegmentId> = segments::queries::list(tx, false, None, 500)?
                .into_iter()
                .map(|one| one.id)
                .collect();
            let audience = form.parse(&known)?;
            expect_current(&campaign, &form.revision, "who")?;
            actions::set_audience(tx, &drafting, &audience)?;
            Ok(after(id, "audience", "schedule", &form.then))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = audience_page(&me, &app, id, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn schedule_page(
    me: &Me,
    id: CampaignId,
    typed: Option<(ScheduleForm, FieldErrors)>,
) -> Result<SchedulePage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_campaign(tx.actor())?;
        let shell = me.shell(tx)?;
        SchedulePage::read(tx, shell, me.zone, id, typed)
    })
    .await
}

async fn schedule(me: Me, id: web::Path<CampaignId>) -> Reply {
    let page = schedule_page(&me, *id, None).await?;
    me.visit.page(&page)
}

async fn save_schedule(
    me: Me,
    app: web::Data<App>,
    id: web::Path<CampaignId>,
    posted: Posted<ScheduleForm>,
) -> Reply {
    let (id, form, typed, zone) = (*id, posted.form.clone(), posted.form, me.zone);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let campaign = queries::lock(tx, id)?;
            let drafting = policy::may_draft(tx.actor(), &campaign)?;
            let schedule = form.parse(zone, tx.now())?;
            expect_current(&campaign, &form.revision, "starts")?;
            actions::set_schedule(tx, &drafting, &schedule)?;
            Ok(after(id, "schedule", "review", &form.then))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = schedule_page(&me, id, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn review_page(me: &Me, app: &App, id: CampaignId, problem: String) -> Result<ReviewPage, AppError> {
    let app = app.clone();
    me.tenant(move |tx, me| {
        policy::may_campaign(tx.actor())?;
        let shell = me.shell(tx)?;
        ReviewPage::read(tx, shell, &app, me.zone, id, problem)
    })
    .await
}

async fn review(me: Me, app: web::Data<App>, id: web::Path<CampaignId>) -> Reply {
    let page = review_page(&me, &app, *id, String::new()).await?;
    let mut response = me.visit.confidential_page(200, &page)?;
    framed::allow_frames(&mut response);
    Ok(response)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct SampleQuery {
    /// The letter of a variant; A when empty.
    variant: String,
}

/// How it looks to somebody who gets it, in a frame.
async fn sample(
    me: Me,
    app: web::Data<App>,
    id: web::Path<CampaignId>,
    query: web::Query<SampleQuery>,
) -> Reply {
    let (id, app) = (*id, app.get_ref().clone());
    me.tenant(move |tx, me| {
        policy::may_campaign(tx.actor())?;
        let campaign = queries::campaign(tx, id)?;
        let review = Review::read(tx, &app, &campaign, me.zone)?;
        let others = review.variants.into_iter();
        let sample = match query.variant.as_str() {
            "" => review.sample,
            letter => others
                .filter(|one| one.letter == letter)
                .find_map(|one| one.sample),
        };
        Ok(sample.and_then(|sample| sample.html).unwrap_or_default())
    })
    .await
    .map(framed::document)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct LaunchForm {
    revision: String,
}

async fn launch(me: Me, app: web::Data<App>, id: web::Path<CampaignId>, posted: Posted<LaunchForm>) -> Reply {
    let (id, form, portal) = (*id, posted.form, app.get_ref().clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_campaign(tx.actor())?;
            let revision = form.revision.parse().unwrap_or_default();
            let words = match actions::launch(tx, &by, &portal, id, revision)? {
                true => "It waits for a second person to let it go.",
                false => "Sent off.",
            };
            Ok(Answer::see_other(format!("/campaigns/{id}")).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Conflict(why)) => {
            let page = review_page(&me, &app, id, why).await?;
            let mut response = me.visit.confidential_page(409, &page)?;
            framed::allow_frames(&mut response);
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

async fn copy(me: Me, app: web::Data<App>, id: web::Path<CampaignId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_campaign(tx.actor())?;
            let copy = actions::copy(tx, &by, id)?;
            Ok(
                Answer::see_other(format!("/campaigns/{copy}/content"))
                    .with(Flash::done("This is the copy.")),
            )
        })
        .await?
        .reply(&me.visit)
}

async fn ask_to_remove(me: Me, id: web::Path<CampaignId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let campaign = pages::draft(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Remove “{}”?", campaign.name),
                text: "The draft goes for good. Its template and segments stay.".to_owned(),
                action: format!("/campaigns/{id}/removal"),
                verb: "Remove it",
                cancel: format!("/campaigns/{id}/content"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn remove(me: Me, app: web::Data<App>, id: web::Path<CampaignId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let campaign = queries::lock(tx, id)?;
            let drafting = policy::may_draft(tx.actor(), &campaign)?;
            actions::delete(tx, &drafting)?;
            Ok(Answer::see_other("/campaigns").with(Flash::done("Removed.")))
        })
        .await?
        .reply(&me.visit)
}
