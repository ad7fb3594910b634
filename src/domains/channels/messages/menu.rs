//! What one message offers its reader: one pattern for all messages of a page, and a page of its own for browsers
//! without scripts.

use actix_web::web;
use askama::Template;

use crate::domains::channels::queries as channel_queries;
use crate::domains::identity::Me;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, Shell};

use super::model::QUICK_REACTIONS;
use super::queries;
use super::view::{self, Frame, Row};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![get(
        "/channels/{channel}/messages/{message}",
        Access::Member,
        Rate::Standard,
        show,
    )]
}

/// The menu of a message.
#[derive(Debug, Clone)]
pub struct Menu {
    /// Address of the message's actions.
    pub path: String,
    /// Address that shows the message in its place.
    pub link: String,
    /// Address that answers it.
    pub reply: String,
    /// Emoji to react with.
    pub emoji: [&'static str; 6],
    /// What may be done with it; none for the pattern, which holds everything.
    offers: Option<String>,
}

impl Menu {
    /// The menu from which those of all messages of a page are made: `~channel`, `~path`,
    /// `~seq` and `~id` stand for the message's own.
    pub fn pattern() -> Self {
        Self {
            path: "~path".to_owned(),
            link: "~channel?at=~seq#m-~id".to_owned(),
            reply: "~channel?reply=~seq#composer".to_owned(),
            emoji: QUICK_REACTIONS,
            offers: None,
        }
    }

    /// The menu of one message.
    fn of(row: &Row) -> Self {
        Self {
            path: row.path.clone(),
            link: row.link.clone(),
            reply: row.reply.clone(),
            emoji: QUICK_REACTIONS,
            offers: Some(row.offers()),
        }
    }

    /// Whether it holds what needs this.
    pub fn offers(&self, what: &str) -> bool {
        self.offers
            .as_ref()
            .is_none_or(|offers| offers.split(' ').any(|offer| offer == what))
    }
}

/// One message and its menu.
#[derive(Template)]
#[template(path = "channels/message.html")]
struct MessagePage {
    shell: Shell,
    row: Row,
    menu: Menu,
}

async fn show(me: Me, path: web::Path<(ChannelId, MessageId)>) -> Reply {
    let (channel, id) = path.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let place = channel_queries::my_place(tx, channel)?;
            let message = queries::by_id(tx, channel, id, place.membership.visible_from_seq)?;
            let frame = Frame::of(me, &place);
            let row = view::rows(tx, &frame, std::slice::from_ref(&message))?
                .pop()
                .filter(|row| row.tombstone.is_none())
                .map(|row| Row {
                    follows: false,
                    day: None,
                    ..row
                })
                .ok_or(AppError::NotFound)?;
            Ok(MessagePage {
                shell: me.shell(tx)?,
                menu: Menu::of(&row),
                row,
            })
        })
        .await?;
    me.visit.page(&page)
}
