//! Reporting, one's own reports, and notices.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::channels::messages::queries as messages;
use crate::domains::channels::messages::routes::Empty;
use crate::domains::channels::messages::view;
use crate::domains::channels::moderation::model::{ReportId, ReportReason};
use crate::domains::channels::moderation::policy;
use crate::domains::channels::queries as channel_queries;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MessageId};
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::ReportForm;
use super::pages::{MinePage, NoticeLine, NoticesPage, ReportLine, ReportPage};
use super::{actions, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/channels/{channel}/messages/{message}/report",
            Access::Member,
            Rate::Standard,
            ask,
        ),
        post(
            "/channels/{channel}/messages/{message}/report",
            Access::Member,
            Rate::Medium,
            report,
        ),
        get("/reports/mine", Access::Member, Rate::Standard, mine),
        get("/reports/notices", Access::Member, Rate::Standard, notices),
        post("/reports/notices", Access::Member, Rate::Medium, read_notices),
    ]
}

type MessagePath = web::Path<(ChannelId, MessageId)>;

async fn ask(me: Me, path: MessagePath) -> Reply {
    let (channel, message) = path.into_inner();
    let page = me
        .tenant(move |tx, me| {
            page(
                tx,
                me,
                channel,
                message,
                ReportForm::fresh(),
                FieldErrors::default(),
            )
        })
        .await?;
    me.visit.page(&page)
}

fn page(
    tx: &mut TenantTx<'_>,
    me: &Me,
    channel: ChannelId,
    id: MessageId,
    form: ReportForm,
    errors: FieldErrors,
) -> Result<ReportPage, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let message = messages::by_id(tx, channel, id, place.membership.visible_from_seq)?;
    let before = queries::of_message(tx, me.member, channel, message.seq)?
        .map(|report| ReportLine::of(&report, &place.channel, me.zone));
    if before.is_none() {
        policy::may_report(me, &message)?;
    }
    let row = view::row(tx, me, &place, &message)?;
    let action = format!("{}/report", row.path);
    Ok(ReportPage {
        shell: me.shell(tx)?,
        back: row.link.clone(),
        action,
        row,
        form,
        errors,
        reasons: ReportReason::ALL,
        before,
    })
}

async fn report(me: Me, app: web::Data<App>, path: MessagePath, posted: Posted<ReportForm>) -> Reply {
    let (channel, id) = path.into_inner();
    let typed = posted.form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let message = actions::report(tx, channel, id, &posted.form.parse()?)?;
            let thanks =
                "Thank you. Someone will look at it within a day; your reports show what came of it.";
            Ok(
                Answer::see_other(format!("/channels/{channel}?at={}#m-{id}", message.seq))
                    .with(Flash::done(thanks)),
            )
        })
        .await;
    match outcome {
        Err(AppError::Invalid(errors)) if !me.visit.partial => {
            let page = me
                .tenant(move |tx, me| page(tx, me, channel, id, typed, errors))
                .await?;
            me.visit.page_with(422, &page)
        }
        outcome => outcome?.reply(&me.visit),
    }
}

/// Where a list of reports goes on.
#[derive(Deserialize)]
struct Older {
    before: Option<ReportId>,
}

async fn mine(me: Me, older: web::Query<Older>) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let mut made = queries::made_by(tx, me.member, older.before)?;
            let more = made.len() > usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
            made.truncate(usize::try_from(queries::PAGE).unwrap_or(usize::MAX));
            let older = made
                .last()
                .filter(|_| more)
                .map(|(report, _)| format!("/reports/mine?before={}", report.id))
                .unwrap_or_default();
            let lines = made
                .iter()
                .map(|(report, channel)| ReportLine::of(report, channel, me.zone))
                .collect();
            Ok(MinePage {
                shell: me.shell(tx)?,
                lines,
                older,
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn notices(me: Me) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let lines: Vec<NoticeLine> = queries::notices(tx, me.member)?
                .into_iter()
                .map(|notice| NoticeLine::of(notice, me.zone))
                .collect();
            let any_new = lines.iter().any(|line| line.new);
            Ok(NoticesPage {
                shell: me.shell(tx)?,
                lines,
                any_new,
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn read_notices(me: Me, app: web::Data<App>, posted: Posted<Empty>) -> Reply {
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        actions::read_notices(tx)?;
        Ok(Answer::see_other("/reports/notices"))
    });
    answer.await?.reply(&me.visit)
}
