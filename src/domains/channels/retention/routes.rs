//! Rules, holds and dry runs.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::ChannelId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::{DryRunForm, HoldForm, Position, RuleForm};
use super::model::Kept;
use super::pages::{self, DryRun, RetentionPage};
use super::{actions, policy, queries};

/// Who sets the rules.
const GOVERNORS: Access = Access::Roles(&[Role::Admin, Role::PrivacyOfficer]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/admin/retention", GOVERNORS, Rate::Standard, overview),
        get("/channels/{channel}/retention", GOVERNORS, Rate::Standard, show),
        post("/channels/{channel}/retention", GOVERNORS, Rate::Medium, set_rule),
        post(
            "/channels/{channel}/retention/hold",
            GOVERNORS,
            Rate::Medium,
            hold,
        ),
        post(
            "/channels/{channel}/retention/hold/end",
            GOVERNORS,
            Rate::Medium,
            lift_hold,
        ),
    ]
}

async fn overview(me: Me, position: web::Query<Position>) -> Reply {
    let position = position.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let proof = policy::may_govern(me)?;
            let shell = me.shell(tx)?;
            pages::overview(tx, &proof, shell, &position)
        })
        .await?;
    me.visit.page(&page)
}

async fn show(me: Me, channel: web::Path<ChannelId>, wanted: web::Query<DryRunForm>) -> Reply {
    let (channel, wanted) = (*channel, wanted.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let kept = actions::kept(tx, channel)?;
            let proof = policy::may_govern(me)?;
            let mut page = pages::show(me.shell(tx)?, me, &kept);
            page.dry_run = wanted.dry_run.clone().unwrap_or(page.dry_run);
            match wanted.parse() {
                Err(errors) => page.errors = errors,
                Ok(None) => {}
                Ok(Some(days)) => {
                    let cutoff = Kept::cutoff(days, tx.now());
                    page.result = Some(DryRun::of(
                        days,
                        &queries::due_by_month(tx, &proof, channel, cutoff, me.zone.name())?,
                    ));
                }
            }
            Ok(page)
        })
        .await?;
    me.visit
        .page_with(if page.errors.is_empty() { 200 } else { 422 }, &page)
}

async fn set_rule(
    me: Me,
    app: web::Data<App>,
    channel: web::Path<ChannelId>,
    posted: Posted<RuleForm>,
) -> Reply {
    let (channel, typed) = (*channel, posted.form.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let days = posted.form.parse()?;
            actions::set_rule(tx, channel, days)?;
            let words = match days {
                None => "Messages are kept for ever.".to_owned(),
                Some(days) => format!("Messages older than {days} days are deleted every night."),
            };
            Ok(Answer::see_other(format!("/channels/{channel}/retention")).with(Flash::done(words)))
        })
        .await;
    answer(&me, channel, outcome, move |page| page.form = typed).await
}

async fn hold(me: Me, app: web::Data<App>, channel: web::Path<ChannelId>, posted: Posted<HoldForm>) -> Reply {
    let (channel, typed) = (*channel, posted.form.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::hold(tx, channel, &posted.form.parse()?)?;
            Ok(Answer::see_other(format!("/channels/{channel}/retention"))
                .with(Flash::done("Nothing in this channel can be deleted now.")))
        })
        .await;
    answer(&me, channel, outcome, move |page| page.hold_form = typed).await
}

async fn lift_hold(
    me: Me,
    app: web::Data<App>,
    channel: web::Path<ChannelId>,
    posted: Posted<HoldForm>,
) -> Reply {
    let (channel, typed) = (*channel, posted.form.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::lift_hold(tx, channel, &posted.form.parse()?)?;
            Ok(
                Answer::see_other(format!("/channels/{channel}/retention")).with(Flash::done(
                    "The legal hold is lifted. The rule of this channel applies again.",
                )),
            )
        })
        .await;
    answer(&me, channel, outcome, move |page| page.hold_form = typed).await
}

/// The answer, or the page again with what was typed and what was wrong with it.
async fn answer(
    me: &Me,
    channel: ChannelId,
    outcome: Result<Answer, AppError>,
    fill: impl FnOnce(&mut RetentionPage) + Send + 'static,
) -> Reply {
    match outcome {
        Err(AppError::Invalid(errors)) if !me.visit.partial => {
            let page = me
                .tenant(move |tx, me| again(tx, me, channel, errors, fill))
                .await?;
            me.visit.page_with(422, &page)
        }
        outcome => outcome?.reply(&me.visit),
    }
}

fn again(
    tx: &mut crate::platform::db::TenantTx<'_>,
    me: &Me,
    channel: ChannelId,
    errors: FieldErrors,
    fill: impl FnOnce(&mut RetentionPage),
) -> Result<RetentionPage, AppError> {
    let kept = actions::kept(tx, channel)?;
    let mut page = pages::show(me.shell(tx)?, me, &kept);
    page.errors = errors;
    fill(&mut page);
    Ok(page)
}
