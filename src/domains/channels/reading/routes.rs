//! Marking read and unread.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::channels::messages::routes::Empty;
use crate::domains::identity::Me;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::post;
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, origin};

use super::actions::{self, AllRead};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post(
            "/channels/{channel}/reading",
            Access::Member,
            Rate::Standard,
            read,
        ),
        post(
            "/channels/{channel}/messages/{message}/unread",
            Access::Member,
            Rate::Medium,
            unread,
        ),
        post("/inbox/reading", Access::Member, Rate::Medium, read_all),
        post("/inbox/reading/undo", Access::Member, Rate::Medium, undo),
    ]
}

/// How far.
#[derive(Deserialize)]
struct ReadForm {
    seq: i64,
    /// The page to come back to; none: the channel.
    #[serde(default)]
    return_to: String,
}

/// Reading happens often and repeats harmlessly, so it needs no key.
async fn read(me: Me, channel: web::Path<ChannelId>, posted: Posted<ReadForm>) -> Reply {
    let (channel, seq) = (*channel, posted.form.seq);
    me.tenant(move |tx, _| actions::read(tx, channel, seq)).await?;
    if me.visit.partial {
        return Ok(HttpResponse::NoContent().finish());
    }
    match origin::local_path(&posted.form.return_to) {
        Some(back) => me.visit.go_with(back, Flash::done("Marked as read.")),
        None => me.visit.go(&format!("/channels/{channel}?latest")),
    }
}

async fn unread(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(ChannelId, MessageId)>,
    posted: Posted<Empty>,
) -> Reply {
    let (channel, message) = path.into_inner();
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        actions::unread(tx, channel, message)?;
        Ok(Answer::see_other("/inbox").with(Flash::done("Marked as unread from that message on.")))
    });
    answer.await?.reply(&me.visit)
}

async fn read_all(me: Me, app: web::Data<App>, posted: Posted<Empty>) -> Reply {
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        let words = in_words(actions::read_all(tx)?);
        Ok(Answer::see_other("/inbox?undo").with(Flash::done(words)))
    });
    answer.await?.reply(&me.visit)
}

/// `1 channel is marked as read.` or `3 channels and 1 broadcast are marked as read.`
fn in_words(read: AllRead) -> String {
    let counted = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    let channels = counted(read.channels, "channel");
    match (read.channels, read.broadcasts) {
        (1, 0) => format!("{channels} is marked as read."),
        (_, 0) => format!("{channels} are marked as read."),
        (_, broadcasts) => format!(
            "{channels} and {} are marked as read.",
            counted(broadcasts, "broadcast")
        ),
    }
}

async fn undo(me: Me, app: web::Data<App>, posted: Posted<Empty>) -> Reply {
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        actions::undo_read_all(tx)?;
        Ok(Answer::see_other("/inbox").with(Flash::done("Your unread messages are back.")))
    });
    answer.await?.reply(&me.visit)
}
