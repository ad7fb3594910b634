//! Pages and posts about channels.

use actix_web::web;

use crate::app::App;
use crate::domains::channels::messages::routes::Empty;
use crate::domains::channels::model::{ChannelType, JoinRule, Place};
use crate::domains::channels::queries as channel_queries;
use crate::domains::channels::sidebar;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::ChannelId;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef};

use super::actions::{self, Archiving, my_place};
use super::forms::{ChannelForm, NewQuery, NotificationsForm};
use super::model::Settings;
use super::pages::{ExplainedPage, Head, NewPage, NotificationsPage, SettingsPage};
use super::policy::{self, Conversation};

/// The routes. Fixed addresses come before `/channels/{channel}`, which would take them.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/channels/new", Access::Member, Rate::Standard, new),
        post("/channels", Access::Member, Rate::Medium, create),
        post(
            "/channels/{channel}/membership",
            Access::Member,
            Rate::Medium,
            join,
        ),
        get(
            "/channels/{channel}/membership/removal",
            Access::Member,
            Rate::Standard,
            ask_to_leave,
        ),
        post(
            "/channels/{channel}/membership/removal",
            Access::Member,
            Rate::Medium,
            leave,
        ),
        get(
            "/channels/{channel}/settings",
            Access::Member,
            Rate::Standard,
            settings,
        ),
        post(
            "/channels/{channel}/settings",
            Access::Member,
            Rate::Medium,
            change,
        ),
        get(
            "/channels/{channel}/archive",
            Access::Member,
            Rate::Standard,
            ask_to_archive,
        ),
        post(
            "/channels/{channel}/archive",
            Access::Member,
            Rate::Medium,
            archive,
        ),
        post(
            "/channels/{channel}/archive/removal",
            Access::Member,
            Rate::Medium,
            reopen,
        ),
        get(
            "/channels/{channel}/notifications",
            Access::Member,
            Rate::Standard,
            notifications,
        ),
        post(
            "/channels/{channel}/notifications",
            Access::Member,
            Rate::Medium,
            notify,
        ),
    ]
}

async fn new(me: Me, query: web::Query<NewQuery>) -> Reply {
    let mut form = ChannelForm::of(&Settings::titled(""));
    form.context = query.into_inner().context;
    let page = new_page(&me, form, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn new_page(me: &Me, form: ChannelForm, errors: FieldErrors) -> Result<NewPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        NewPage::read(tx, me, shell, form, errors)
    })
    .await
}

async fn create(me: Me, app: web::Data<App>, posted: Posted<ChannelForm>) -> Reply {
    let form = posted.form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let channel = actions::create(tx, &form.parse_new()?)?;
            Ok(Answer::see_other(format!("/channels/{}", channel.id))
                .with(Flash::done(format!("{} is ready.", channel.title))))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, posted.form, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(other) => Err(other),
    }
}

async fn join(me: Me, app: web::Data<App>, channel: web::Path<ChannelId>, posted: Posted<Empty>) -> Reply {
    let channel = *channel;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::join(tx, channel)?;
            Ok(Answer::see_other(format!("/channels/{channel}"))
                .with(Flash::done("You are in this channel now.")))
        })
        .await?;
    answer.reply(&me.visit)
}

/// The question, or why one can't leave.
async fn ask_to_leave(me: Me, channel: web::Path<ChannelId>) -> Reply {
    let channel = *channel;
    let asked = me.tenant(move |tx, me| leaving(tx, me, channel)).await?;
    match asked {
        Leaving::Asked(page) => me.visit.page(&*page),
        Leaving::Explained(page) => me.visit.page(&*page),
    }
}

enum Leaving {
    Asked(Box<ConfirmPage>),
    Explained(Box<ExplainedPage>),
}

fn leaving(tx: &mut TenantTx<'_>, me: &Me, channel: ChannelId) -> Result<Leaving, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let conversation = actions::conversation(tx, &place)?;
    let others = actions::other_owners(tx, channel, me.member)?;
    let head = Head::of(tx, me, &place)?;
    let shell = me.shell(tx)?;
    match policy::may_leave(&place, conversation, others) {
        Ok(_) => Ok(Leaving::Asked(Box::new(ConfirmPage {
            shell,
            title: format!("Leave {}?", head.title),
            text: what_leaving_means(conversation, &place),
            action: format!("{}/membership/removal", head.path),
            verb: "Leave",
            cancel: head.path,
        }))),
        Err(AppError::Conflict(why)) => {
            let mut ways = vec![(
                format!("{}/notifications", head.path),
                "Notifications and mute".to_owned(),
            )];
            if place.membership.follows_context
                && let Some(context) = place.channel.context_id
            {
                ways.push((format!("/contexts/{context}"), "Go to the group".to_owned()));
            }
            if others == policy::OtherOwners::None && !place.membership.follows_context {
                ways.push((
                    format!("{}/members", head.path),
                    "People in this channel".to_owned(),
                ));
            }
            ways.push((head.path, "Back".to_owned()));
            Ok(Leaving::Explained(Box::new(ExplainedPage {
                shell,
                groups: sidebar::groups(tx, Some(channel))?,
                title: format!("You can't leave {}", head.title),
                text: why,
                ways,
            })))
        }
        Err(other) => Err(other),
    }
}

fn what_leaving_means(conversation: Conversation, place: &Place) -> String {
    match (conversation, place.channel.join_rule) {
        (Conversation::Group | Conversation::OneToOne, _) => {
            "You will no longer see this conversation. The others keep it, with what you wrote. Talking with the same people again starts a new one.".to_owned()
        }
        (Conversation::Channel, JoinRule::Open) => {
            "You will no longer see this channel. What you wrote stays. You can join again under Browse.".to_owned()
        }
        (Conversation::Channel, _) => {
            "You will no longer see this channel. What you wrote stays. To come back, somebody has to add you.".to_owned()
        }
    }
}

async fn leave(me: Me, app: web::Data<App>, channel: web::Path<ChannelId>, posted: Posted<Empty>) -> Reply {
    let channel = *channel;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::leave(tx, channel)?;
            Ok(Answer::see_other("/channels").with(Flash::done("You have left the channel.")))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn settings(me: Me, channel: web::Path<ChannelId>) -> Reply {
    let page = settings_page(&me, *channel, None).await?;
    me.visit.page(&page)
}

async fn settings_page(
    me: &Me,
    channel: ChannelId,
    typed: Option<(ChannelForm, FieldErrors)>,
) -> Result<SettingsPage, AppError> {
    me.tenant(move |tx, me| {
        let (place, standing) = my_place(tx, channel)?;
        let shell = me.shell(tx)?;
        SettingsPage::read(tx, me, shell, (&place, standing), typed)
    })
    .await
}

async fn change(
    me: Me,
    app: web::Data<App>,
    channel: web::Path<ChannelId>,
    posted: Posted<ChannelForm>,
) -> Reply {
    let (channel, form) = (*channel, posted.form.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (place, _) = my_place(tx, channel)?;
            let settings = match place.channel.kind {
                ChannelType::Direct => form.parse_name(&Settings::of(&place.channel))?,
                _ => form.parse()?,
            };
            actions::change(tx, channel, &form.mark, &settings)?;
            Ok(Answer::see_other(format!("/channels/{channel}/settings")).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let status = if errors.of("mark").is_empty() { 422 } else { 409 };
            let page = settings_page(&me, channel, Some((posted.form, errors))).await?;
            me.visit.page_with(status, &page)
        }
        Err(other) => Err(other),
    }
}

async fn ask_to_archive(me: Me, channel: web::Path<ChannelId>) -> Reply {
    let channel = *channel;
    let page = me
        .tenant(move |tx, me| {
            let (place, standing) = my_place(tx, channel)?;
            policy::may_archive(me, &place, standing)?;
            let head = Head::of(tx, me, &place)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Archive {}?", head.title),
                text: "Nobody can write in it any more, and it leaves everyone's list. Its messages can still be read and found. It can be opened again.".to_owned(),
                action: format!("{}/archive", head.path),
                verb: "Archive",
                cancel: format!("{}/settings", head.path),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn archive(me: Me, app: web::Data<App>, channel: web::Path<ChannelId>, posted: Posted<Empty>) -> Reply {
    set_archived(me, app, *channel, posted, Archiving::Archive).await
}

async fn reopen(me: Me, app: web::Data<App>, channel: web::Path<ChannelId>, posted: Posted<Empty>) -> Reply {
    set_archived(me, app, *channel, posted, Archiving::Reopen).await
}

async fn set_archived(
    me: Me,
    app: web::Data<App>,
    channel: ChannelId,
    posted: Posted<Empty>,
    archiving: Archiving,
) -> Reply {
    let words = match archiving {
        Archiving::Archive => "The channel is archived.",
        Archiving::Reopen => "The channel is open again.",
    };
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::set_archived(tx, channel, archiving)?;
            Ok(Answer::see_other(format!("/channels/{channel}/settings")).with(Flash::done(words)))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn notifications(me: Me, channel: web::Path<ChannelId>) -> Reply {
    let page = notifications_page(&me, *channel, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn notifications_page(
    me: &Me,
    channel: ChannelId,
    errors: FieldErrors,
) -> Result<NotificationsPage, AppError> {
    me.tenant(move |tx, me| {
        let place = channel_queries::my_place(tx, channel)?;
        let shell = me.shell(tx)?;
        NotificationsPage::read(tx, me, shell, &place, errors)
    })
    .await
}

async fn notify(
    me: Me,
    app: web::Data<App>,
    channel: web::Path<ChannelId>,
    posted: Posted<NotificationsForm>,
) -> Reply {
    let channel = *channel;
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (level, mute) = posted.form.parse()?;
            actions::set_notifications(tx, channel, level, mute)?;
            Ok(Answer::see_other(format!("/channels/{channel}/notifications")).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = notifications_page(&me, channel, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(other) => Err(other),
    }
}
