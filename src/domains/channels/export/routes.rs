//! Asking for exports, watching and fetching them.

use actix_web::{HttpRequest, web};

use crate::app::App;
use crate::domains::channels::messages::routes::Empty;
use crate::domains::channels::queries as channel_queries;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, JobId};
use crate::platform::db::TenantTx;
use crate::platform::web::download::{self, Download, Keeping, Showing};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::ExportForm;
use super::model::Wanted;
use super::pages::{self, AskPage, MinePage};
use super::{actions, jobs, policy};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/me/export", Access::Member, Rate::Standard, mine),
        post("/me/export", Access::Member, Rate::Strict, ask_for_mine),
        get("/channels/{channel}/export", Access::Member, Rate::Standard, ask),
        post(
            "/channels/{channel}/export",
            Access::Member,
            Rate::Strict,
            ask_for_channel,
        ),
        get("/exports/{export}", Access::Member, Rate::Standard, show),
        post(
            "/exports/{export}/cancellation",
            Access::Member,
            Rate::Medium,
            stop,
        ),
        get("/exports/{export}/file", Access::Member, Rate::Medium, fetch),
    ]
}

async fn mine(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            Ok(MinePage {
                exports: pages::lines(tx, me)?,
                shell: me.shell(tx)?,
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn ask_for_mine(me: Me, app: web::Data<App>, posted: Posted<Empty>) -> Reply {
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, |tx| {
        Ok(Answer::see_other(format!(
            "/exports/{}",
            actions::ask_for_mine(tx)?
        )))
    });
    answer.await?.reply(&me.visit)
}

async fn ask(me: Me, channel: web::Path<ChannelId>) -> Reply {
    let channel = *channel;
    let page = me
        .tenant(move |tx, me| asking(tx, me, channel, String::new(), FieldErrors::default()))
        .await?;
    me.visit.page(&page)
}

fn asking(
    tx: &mut TenantTx<'_>,
    me: &Me,
    channel: ChannelId,
    reason: String,
    errors: FieldErrors,
) -> Result<AskPage, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    policy::may_export(me, &place)?;
    let direct = place.channel.title.is_empty();
    let name = if direct {
        channel_queries::direct_name(tx, channel, me.member)?
    } else {
        place.channel.title.clone()
    };
    let path = format!("/channels/{channel}");
    Ok(AskPage {
        shell: me.shell(tx)?,
        channel: name,
        action: format!("{path}/export"),
        back: path,
        partial: place.membership.visible_from_seq > 1,
        reason,
        errors,
    })
}

async fn ask_for_channel(
    me: Me,
    app: web::Data<App>,
    channel: web::Path<ChannelId>,
    posted: Posted<ExportForm>,
) -> Reply {
    let (channel, typed) = (*channel, posted.form.reason.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let reason = posted.form.parse()?;
            Ok(Answer::see_other(format!(
                "/exports/{}",
                actions::ask_for_channel(tx, channel, &reason)?
            )))
        })
        .await;
    match outcome {
        Err(AppError::Invalid(errors)) if !me.visit.partial => {
            let page = me
                .tenant(move |tx, me| asking(tx, me, channel, typed, errors))
                .await?;
            me.visit.page_with(422, &page)
        }
        outcome => outcome?.reply(&me.visit),
    }
}

async fn show(me: Me, export: web::Path<JobId>) -> Reply {
    let export = *export;
    let page = me
        .tenant(move |tx, me| {
            let export = actions::mine(tx, export)?;
            let shell = me.shell(tx)?;
            pages::show(tx, me, shell, &export)
        })
        .await?;
    me.visit.page(&page)
}

async fn stop(me: Me, app: web::Data<App>, export: web::Path<JobId>, posted: Posted<Empty>) -> Reply {
    let (export, scope) = (*export, me.scope());
    let answer = app.db.once(&scope, posted.key, move |tx| {
        actions::stop(tx, export)?;
        Ok(Answer::see_other(format!("/exports/{export}"))
            .with(Flash::done("The export is stopped. Nothing was kept.")))
    });
    answer.await?.reply(&me.visit)
}

async fn fetch(me: Me, app: web::Data<App>, export: web::Path<JobId>, request: HttpRequest) -> Reply {
    let id = *export;
    let export = me.tenant(move |tx, _| actions::fetch(tx, id)).await?;
    let name = match export.wanted {
        Wanted::Member { .. } => "my-data.zip",
        Wanted::Channel { .. } => "channel.zip",
    };
    let (key, tag) = (jobs::key_of(me.org, id)?, id.to_string());
    download::send(
        app.storage.as_ref(),
        Download {
            key: &key,
            tag: &tag,
            name,
            showing: Showing::Download,
            keeping: Keeping::Nothing,
        },
        &download::Wanted::of(&request),
    )
    .await
}
