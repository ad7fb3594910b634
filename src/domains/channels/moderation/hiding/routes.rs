//! Hide for me, and show again.

use actix_web::web;

use crate::app::App;
use crate::domains::channels::messages::routes::{Empty, changed};
use crate::domains::channels::messages::{model::Message, queries as messages};
use crate::domains::channels::queries as channel_queries;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{ChannelId, MessageId};
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::post;
use crate::platform::web::{Access, Posted, Reply, RouteDef};

use super::queries;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post(
            "/channels/{channel}/messages/{message}/hide",
            Access::Member,
            Rate::Medium,
            hide,
        ),
        post(
            "/channels/{channel}/messages/{message}/unhide",
            Access::Member,
            Rate::Medium,
            show_again,
        ),
    ]
}

type Change = fn(&mut TenantTx<'_>, ChannelId, MessageId) -> Result<Message, AppError>;

async fn hide(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(ChannelId, MessageId)>,
    posted: Posted<Empty>,
) -> Reply {
    change(me, app, path.into_inner(), posted, hide_for_me).await
}

async fn show_again(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(ChannelId, MessageId)>,
    posted: Posted<Empty>,
) -> Reply {
    change(me, app, path.into_inner(), posted, show_me_again).await
}

async fn change(
    me: Me,
    app: web::Data<App>,
    (channel, id): (ChannelId, MessageId),
    posted: Posted<Empty>,
    change: Change,
) -> Reply {
    let visitor = me.clone();
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        let message = change(tx, channel, id)?;
        changed(tx, &visitor, channel, &message)
    });
    answer.await?.reply(&me.visit)
}

fn hide_for_me(tx: &mut TenantTx<'_>, channel: ChannelId, id: MessageId) -> Result<Message, AppError> {
    let (me, message) = (tx.my_id()?, seen(tx, channel, id)?);
    if message.author_id == me {
        return Err(
            Denied::because("This is your own message. You can delete it instead of hiding it.").into(),
        );
    }
    queries::hide(tx, me, channel, message.seq)?;
    Ok(message)
}

fn show_me_again(tx: &mut TenantTx<'_>, channel: ChannelId, id: MessageId) -> Result<Message, AppError> {
    let (me, message) = (tx.my_id()?, seen(tx, channel, id)?);
    queries::show(tx, me, channel, message.seq)?;
    Ok(message)
}

fn seen(tx: &mut TenantTx<'_>, channel: ChannelId, id: MessageId) -> Result<Message, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    messages::by_id(tx, channel, id, place.membership.visible_from_seq)
}
