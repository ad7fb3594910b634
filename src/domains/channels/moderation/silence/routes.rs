//! Pausing and resuming someone's writing.

use actix_web::web;

use crate::app::App;
use crate::domains::channels::messages::routes::Empty;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MemberId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::{Length, SilenceForm};
use super::pages::SilencePage;
use super::{FOREVER, actions};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/channels/{channel}/members/{member}/silence",
            Access::Member,
            Rate::Standard,
            ask,
        ),
        post(
            "/channels/{channel}/members/{member}/silence",
            Access::Member,
            Rate::Medium,
            silence,
        ),
        post(
            "/channels/{channel}/members/{member}/silence/end",
            Access::Member,
            Rate::Medium,
            resume,
        ),
    ]
}

type MemberPath = web::Path<(ChannelId, MemberId)>;

async fn ask(me: Me, path: MemberPath) -> Reply {
    let (channel, member) = path.into_inner();
    let fresh = SilenceForm {
        length: Length::Day.as_str().to_owned(),
        reason: String::new(),
    };
    let page = me
        .tenant(move |tx, me| page(tx, me, channel, member, fresh, FieldErrors::default()))
        .await?;
    me.visit.page(&page)
}

fn page(
    tx: &mut TenantTx<'_>,
    me: &Me,
    channel: ChannelId,
    member: MemberId,
    form: SilenceForm,
    errors: FieldErrors,
) -> Result<SilencePage, AppError> {
    let target = actions::target(tx, channel, member)?;
    let now = tx.now();
    let paused = target.membership.silenced_until.filter(|until| *until > now);
    Ok(SilencePage {
        shell: me.shell(tx)?,
        back: format!("/channels/{channel}/members"),
        action: format!("/channels/{channel}/members/{member}/silence"),
        name: target.name,
        channel: target.place.channel.title,
        paused: paused.map(|until| {
            if until >= FOREVER {
                "until it is lifted".to_owned()
            } else {
                format!("until {}", local_date_time(until, me.zone))
            }
        }),
        reason: target.membership.silence_reason,
        lengths: Length::ALL,
        form,
        errors,
    })
}

async fn silence(me: Me, app: web::Data<App>, path: MemberPath, posted: Posted<SilenceForm>) -> Reply {
    let (channel, member) = path.into_inner();
    let typed = posted.form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let target = actions::silence(tx, channel, member, &posted.form.parse()?)?;
            let words = format!("{} can read this channel, but not write in it.", target.name);
            Ok(Answer::see_other(format!("/channels/{channel}/members")).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Err(AppError::Invalid(errors)) if !me.visit.partial => {
            let page = me
                .tenant(move |tx, me| page(tx, me, channel, member, typed, errors))
                .await?;
            me.visit.page_with(422, &page)
        }
        outcome => outcome?.reply(&me.visit),
    }
}

async fn resume(me: Me, app: web::Data<App>, path: MemberPath, posted: Posted<Empty>) -> Reply {
    let (channel, member) = path.into_inner();
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        let target = actions::resume(tx, channel, member)?;
        Ok(Answer::see_other(format!("/channels/{channel}/members"))
            .with(Flash::done(format!("{} can write again.", target.name))))
    });
    answer.await?.reply(&me.visit)
}
