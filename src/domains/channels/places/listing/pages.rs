//! What the lists of channels print.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};

use crate::domains::channels::model::{ChannelType, JoinRule, NotifyLevel};
use crate::domains::channels::places::forms::BrowseQuery;
use crate::domains::channels::places::pages::{contexts_for, in_people, short_moment};
use crate::domains::channels::places::queries::{self, Latest, Listed};
use crate::domains::channels::reading::queries as reading;
use crate::domains::channels::sidebar::{self, Group, Line};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, ContextId, MemberId};
use crate::kernel::markup;
use crate::kernel::time::{ago, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

/// Characters of a message shown in a list.
const EXCERPT: usize = 120;
/// Names of a conversation without a title.
const NAMES: usize = 6;

/// A channel with the beginning of its newest message.
pub struct Entry {
    /// As the side list shows it.
    pub line: Line,
    /// `Maya: see you at 14:00`; empty when there is nothing to see.
    pub excerpt: String,
    /// Who wrote it, for what stands before the words.
    pub author: String,
    /// RFC 3339; empty when there is nothing to see.
    pub time: String,
    /// `16:05`, `3 Nov`.
    pub moment: String,
}

/// A heading with its channels.
pub struct Section {
    /// `Teams`, `Direct` …
    pub title: &'static str,
    /// For `aria-labelledby`.
    pub id: String,
    /// The channels.
    pub entries: Vec<Entry>,
}

/// `/channels`
#[derive(Template)]
#[template(path = "channels/places/index.html")]
pub struct IndexPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// The channels.
    pub sections: Vec<Section>,
    /// Whether the member may make a channel for something.
    pub can_create: bool,
    /// Whether there is anything to browse for them.
    pub can_browse: bool,
}

impl IndexPage {
    /// The acting member's channels.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, me: &Member, shell: Shell) -> Result<Self, AppError> {
        let groups = sidebar::groups(tx, None)?;
        let ids: Vec<ChannelId> = reading::my_channels(tx)?
            .into_iter()
            .map(|channel| channel.id)
            .collect();
        let latest = latest(tx, me, &ids)?;
        let now = tx.now();
        let entry = |line: &Line| {
            let found = latest.get(&line.href);
            Entry {
                line: line.clone(),
                author: found.map(|(_, words)| words.0.clone()).unwrap_or_default(),
                excerpt: found.map(|(_, words)| words.1.clone()).unwrap_or_default(),
                time: found
                    .map(|(latest, _)| machine(latest.created_at))
                    .unwrap_or_default(),
                moment: found
                    .map(|(latest, _)| short_moment(latest.created_at, now, me.zone))
                    .unwrap_or_default(),
            }
        };
        let sections = groups.iter().map(|group| Section {
            title: group.title,
            id: format!("list-{}", group.title.to_lowercase()),
            entries: group.lines.iter().map(entry).collect(),
        });
        Ok(Self {
            sections: sections.collect(),
            can_create: !contexts_for(tx, me)?.is_empty(),
            can_browse: !me.roles.sponsor_only(),
            groups,
            shell,
        })
    }
}

/// A message, who wrote it and how it begins.
type Newest = (Latest, (String, String));

/// The newest message of each channel in words, by the channel's address.
fn latest(
    tx: &mut TenantTx<'_>,
    me: &Member,
    channels: &[ChannelId],
) -> Result<HashMap<String, Newest>, AppError> {
    let newest = queries::latest(tx, me.member, channels)?;
    let authors: Vec<MemberId> = newest.iter().map(|latest| latest.author_id).collect();
    let cards = tenancy::member_cards(tx, &authors)?;
    Ok(newest
        .into_iter()
        .map(|latest| {
            let words = in_words(me, &latest, cards.get(&latest.author_id));
            (format!("/channels/{}", latest.channel_id), (latest, words))
        })
        .collect())
}

/// Who wrote the latest message and how it begins: apart, since a name and a text may run in different directions.
fn in_words(me: &Member, latest: &Latest, author: Option<&MemberCard>) -> (String, String) {
    let who = match author {
        _ if latest.author_id == me.member => "You",
        Some(card) => card.name.split_whitespace().next().unwrap_or(&card.name),
        None => "Former member",
    };
    match (latest.deleted, latest.beginning.is_empty()) {
        (true, _) => (String::new(), "Message deleted".to_owned()),
        (false, true) => (who.to_owned(), "a file".to_owned()),
        (false, false) => (who.to_owned(), markup::excerpt(&latest.beginning, EXCERPT)),
    }
}

/// A channel that can be joined.
pub struct Offer {
    /// Where the form goes.
    pub action: String,
    /// Name.
    pub title: String,
    /// Icon of its kind.
    pub icon: &'static str,
    /// What it is for.
    pub about: String,
    /// `48 people`.
    pub people: String,
    /// When somebody wrote last, in words.
    pub last: String,
    /// Whether it belongs to a group of the reader's.
    pub mine: bool,
}

/// `/channels/browse`
#[derive(Template)]
#[template(path = "channels/places/browse.html")]
pub struct BrowsePage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// Words looked for.
    pub q: String,
    /// What can be joined.
    pub offers: Vec<Offer>,
    /// Address of the next page; empty when there is none.
    pub next: String,
    /// Address of the first page; empty on it.
    pub start: String,
    /// Whether the reader is a sponsor, who is brought into channels and finds none.
    pub sponsor: bool,
}

impl BrowsePage {
    /// What the acting member could join.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        me: &Member,
        shell: Shell,
        query: &BrowseQuery,
    ) -> Result<Self, AppError> {
        let search = query.search();
        let sponsor = me.roles.sponsor_only();
        let mine = tenancy::contexts_of(tx, me.member)?;
        let mine: Vec<ContextId> = mine.into_iter().map(|belonging| belonging.context.id).collect();
        let mut found = match sponsor {
            true => Vec::new(),
            false => queries::joinable(tx, me.member, &mine, &search)?,
        };
        let page = usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
        let more = found.len() > page;
        found.truncate(page);
        let last = found.last().filter(|_| more).map(|listed| listed.id);
        let now = tx.now();
        Ok(Self {
            groups: sidebar::groups(tx, None)?,
            offers: found.into_iter().map(|listed| offer(listed, now)).collect(),
            next: last
                .map(|last| address(&search.text, Some(last)))
                .unwrap_or_default(),
            start: if search.after.is_some() {
                address(&search.text, None)
            } else {
                String::new()
            },
            q: search.text,
            sponsor,
            shell,
        })
    }
}

fn offer(listed: Listed, now: DateTime<Utc>) -> Offer {
    Offer {
        action: format!("/channels/{}/membership", listed.id),
        icon: sidebar::icon(listed.kind),
        about: listed.description,
        people: in_people(listed.member_count.into()),
        last: match listed.last_message_at {
            Some(at) => format!("last message {}", ago(at, now)),
            None => "no messages yet".to_owned(),
        },
        mine: listed.join_rule == JoinRule::Context,
        title: listed.title,
    }
}

fn address(q: &str, after: Option<ChannelId>) -> String {
    let q = percent_encoding::utf8_percent_encode(q, percent_encoding::NON_ALPHANUMERIC);
    let after = after.map(|after| after.to_string()).unwrap_or_default();
    format!("/channels/browse?q={q}&after={after}")
}

/// A channel that was set aside.
pub struct Aside {
    /// Where it is.
    pub href: String,
    /// Name.
    pub title: String,
    /// Icon of its kind.
    pub icon: &'static str,
    /// Whether it is archived.
    pub archived: bool,
    /// Whether the reader hid it.
    pub hidden: bool,
}

/// `/channels/aside`
#[derive(Template)]
#[template(path = "channels/places/aside.html")]
pub struct AsidePage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// The channels.
    pub entries: Vec<Aside>,
    /// Whether there is anything to browse for them.
    pub can_browse: bool,
}

impl AsidePage {
    /// The acting member's archived and hidden channels.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, me: &Member, shell: Shell) -> Result<Self, AppError> {
        let found = queries::set_aside(tx, me.member)?;
        let nameless = found
            .iter()
            .filter(|(listed, _)| listed.title.is_empty())
            .map(|(listed, _)| listed.id);
        let names = conversation_names(tx, me.member, &nameless.collect::<Vec<_>>())?;
        let entries = found.into_iter().map(|(listed, notify)| Aside {
            href: format!("/channels/{}", listed.id),
            title: names.get(&listed.id).cloned().unwrap_or(listed.title),
            icon: if listed.kind == ChannelType::Direct {
                "message-circle"
            } else {
                sidebar::icon(listed.kind)
            },
            archived: listed.archived_at.is_some(),
            hidden: notify == NotifyLevel::Hidden,
        });
        Ok(Self {
            entries: entries.collect(),
            groups: sidebar::groups(tx, None)?,
            can_browse: !me.roles.sponsor_only(),
            shell,
        })
    }
}

/// What conversations without a title are called by one of their people: the others' names.
///
/// # Errors
/// When the database fails.
pub fn conversation_names(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    channels: &[ChannelId],
) -> Result<HashMap<ChannelId, String>, AppError> {
    let others = queries::others_in(tx, member, channels)?;
    let ids: Vec<MemberId> = others.iter().map(|(_, other)| *other).collect();
    let cards = tenancy::member_cards(tx, &ids)?;
    let mut names: HashMap<ChannelId, Vec<String>> =
        channels.iter().map(|channel| (*channel, Vec::new())).collect();
    for (channel, other) in others {
        let name = cards.get(&other).map(|card| card.name.clone());
        names.entry(channel).or_default().extend(name);
    }
    let joined = names.into_iter().map(|(channel, mut names)| {
        names.sort();
        let rest = names.len().saturating_sub(NAMES);
        names.truncate(NAMES);
        let words = match (names.is_empty(), rest) {
            (true, _) => "Only you".to_owned(),
            (false, 0) => names.join(", "),
            (false, rest) => format!("{} and {rest} more", names.join(", ")),
        };
        (channel, words)
    });
    Ok(joined.collect())
}
