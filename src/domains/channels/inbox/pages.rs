//! The inbox's pages.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::channels::broadcasts::InboxItem;
use crate::domains::channels::queries::Called;
use crate::domains::channels::reading::queries::Totals;
use crate::domains::channels::sidebar;
use crate::domains::tenancy::MemberCard;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::kernel::markup;
use crate::kernel::time::{local_clock, local_date_time, local_day, machine};
use crate::platform::web::Shell;

use super::queries::{Mention, UnreadChannel};

/// Characters of a message shown in a line.
const EXCERPT: usize = 160;

/// The tabs, with what waits behind each.
pub struct Tabs {
    /// `unread`, `mentions` or `broadcasts`.
    pub current: &'static str,
    /// Capped; empty when none.
    pub unread: String,
    /// Capped; empty when none.
    pub mentions: String,
    /// Capped; empty when none.
    pub broadcasts: String,
}

impl Tabs {
    /// Tabs with these totals.
    pub fn of(current: &'static str, totals: Totals) -> Self {
        let [unread, mentions, broadcasts] =
            [totals.unread, totals.mentions, totals.broadcasts].map(sidebar::capped);
        Self {
            current,
            unread,
            mentions,
            broadcasts,
        }
    }
}

/// One line.
pub struct Line {
    /// Where it leads.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// Where it is, when the title does not say so.
    pub place: String,
    /// Who wrote it; empty when the title says so.
    pub author: String,
    /// The beginning of the text.
    pub text: String,
    /// For the avatar.
    pub initials: String,
    /// For the avatar.
    pub hue: u16,
    /// RFC 3339.
    pub time: String,
    /// In words.
    pub moment: String,
    /// Waits to be read.
    pub unread: bool,
    /// Muted.
    pub quiet: bool,
    /// Unread messages, capped; empty when the line is one message.
    pub count: String,
    /// Mentions, capped; empty when none.
    pub mentions: String,
    /// A confirmation is asked for.
    pub asks: bool,
    /// Where to say that it is read; empty when it is.
    pub reading: String,
    /// Up to which message.
    pub seq: i64,
}

/// What lines are drawn with.
pub struct Pens<'a> {
    /// Authors.
    pub cards: &'a HashMap<MemberId, MemberCard>,
    /// Channels.
    pub called: &'a HashMap<ChannelId, Called>,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// The reader's zone.
    pub zone: Tz,
}

impl Pens<'_> {
    fn author(&self, id: MemberId) -> (String, String, u16) {
        self.cards.get(&id).map_or_else(
            || ("Former member".to_owned(), "–".to_owned(), 0),
            |card| (card.name.clone(), card.initials.clone(), card.hue),
        )
    }

    fn channel(&self, id: ChannelId) -> String {
        self.called
            .get(&id)
            .map(|called| called.name.clone())
            .unwrap_or_default()
    }

    /// `16:05` today, `Yesterday, 22:10`, else the date.
    fn moment(&self, at: DateTime<Utc>) -> String {
        match local_day(at, self.now, self.zone).as_str() {
            "Today" => local_clock(at, self.zone),
            "Yesterday" => format!("Yesterday, {}", local_clock(at, self.zone)),
            _ => local_date_time(at, self.zone),
        }
    }

    /// A channel with something unread.
    pub fn unread(&self, row: &UnreadChannel) -> Line {
        let (author, initials, hue) = self.author(row.author_id);
        let path = format!("/channels/{}", row.channel_id);
        Line {
            title: self.channel(row.channel_id),
            place: String::new(),
            text: excerpt(&row.text),
            time: machine(row.created_at),
            moment: self.moment(row.created_at),
            unread: true,
            quiet: row.quiet,
            count: sidebar::capped(row.unread),
            mentions: sidebar::capped(row.mentions),
            asks: false,
            reading: format!("{path}/reading"),
            seq: row.last_seq,
            href: path,
            author,
            initials,
            hue,
        }
    }

    /// A message that calls the reader.
    pub fn mention(&self, row: &Mention) -> Line {
        let (author, initials, hue) = self.author(row.author_id);
        let path = format!("/channels/{}", row.channel_id);
        Line {
            href: format!("{path}?at={}#m-{}", row.seq, row.id),
            title: if row.everyone {
                format!("{author} called everyone")
            } else {
                format!("{author} mentioned you")
            },
            place: self.channel(row.channel_id),
            author: String::new(),
            text: excerpt(&row.text),
            time: machine(row.created_at),
            moment: self.moment(row.created_at),
            unread: row.unread,
            quiet: false,
            count: String::new(),
            mentions: String::new(),
            asks: false,
            reading: if row.unread {
                format!("{path}/reading")
            } else {
                String::new()
            },
            seq: row.seq,
            initials,
            hue,
        }
    }

    /// A broadcast. Reading it is opening it.
    pub fn broadcast(&self, item: &InboxItem) -> Line {
        Line {
            href: item.href.clone(),
            title: item.title.clone(),
            place: String::new(),
            author: item.from.clone(),
            text: item.excerpt.clone(),
            initials: item.initials.clone(),
            hue: item.hue,
            time: machine(item.when),
            moment: self.moment(item.when),
            unread: !item.seen,
            quiet: false,
            count: String::new(),
            mentions: String::new(),
            asks: item.needs_ack,
            reading: String::new(),
            seq: 0,
        }
    }
}

fn excerpt(text: &str) -> String {
    if text.is_empty() {
        "Sent a file".to_owned()
    } else {
        markup::excerpt(text, EXCERPT)
    }
}

/// The inbox.
#[derive(Template)]
#[template(path = "channels/inbox/inbox.html")]
pub struct InboxPage {
    /// The frame.
    pub shell: Shell,
    /// The tabs.
    pub tabs: Tabs,
    /// The lines.
    pub lines: Vec<Line>,
    /// Whether "mark all read" was just done and can be taken back.
    pub undo: bool,
    /// Address of the list with muted channels; empty when there is nothing to add.
    pub with_muted: String,
    /// Address of older lines; empty on the last page.
    pub older: String,
    /// Address of the beginning; empty on the first page.
    pub newest: String,
}
