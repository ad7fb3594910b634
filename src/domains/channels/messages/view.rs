//! Messages as pages show them: everything decided, nothing left to compute for the template.

use std::collections::{HashMap, HashSet};
use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, TimeDelta, Utc};

use crate::domains::channels::model::Place;
use crate::domains::channels::{broadcasts, policy};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{BroadcastId, MemberId};
use crate::kernel::markup;
use crate::kernel::time::{local_clock, local_date_time, local_day, machine};
use crate::platform::db::TenantTx;
use crate::platform::files;

use super::model::{Attachment, AttachmentKind, Message, Reaction};
use super::posting::Fresh;
use super::queries;

/// Messages of one author within this time are drawn as one block.
const FOLLOWS_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// Names shown on a reaction before "and 3 more".
const REACTION_NAMES: usize = 3;

/// HTML that `kernel::markup` rendered and sanitised when the message was written.
#[derive(Debug, Clone, Default)]
pub struct SanitisedHtml(String);

impl SanitisedHtml {
    /// Wraps what was read from `messages.body_html` or `broadcasts.body_html`, which only `markup::render` writes.
    pub fn from_storage(html: String) -> Self {
        Self(html)
    }
}

impl fmt::Display for SanitisedHtml {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl HtmlSafe for SanitisedHtml {}

/// One row of a feed.
#[derive(Debug, Clone)]
pub struct Row {
    /// Public id.
    pub id: String,
    /// Number in the channel.
    pub seq: i64,
    /// Address of this message's actions.
    pub path: String,
    /// Address that shows this message in its place.
    pub link: String,
    /// Address that answers it.
    pub reply: String,
    /// A rule with the day stands before it.
    pub day: Option<String>,
    /// The "new messages" rule stands before it.
    pub unread_rule: Option<String>,
    /// Author.
    pub author: Author,
    /// RFC 3339.
    pub time: String,
    /// `16:05`.
    pub clock: String,
    /// Date and time in words.
    pub moment: String,
    /// Drawn under the author's row before it.
    pub follows: bool,
    /// Mentions the reader.
    pub mentions_me: bool,
    /// The reader wrote it.
    pub mine: bool,
    /// The text.
    pub body: SanitisedHtml,
    /// Only emoji: shown large.
    pub emoji_only: bool,
    /// Shown instead of a text that is gone.
    pub tombstone: Option<String>,
    /// Hidden by the reader for themselves.
    pub hidden: bool,
    /// Changed after it was posted.
    pub edited: bool,
    /// Pinned.
    pub pinned: bool,
    /// The broadcast it carries.
    pub broadcast: Option<BroadcastBadge>,
    /// What it answers.
    pub quote: Option<Quote>,
    /// Reactions.
    pub reactions: Vec<ReactionView>,
    /// Files.
    pub attachments: Vec<AttachmentView>,
    /// The reader may change the text.
    pub can_edit: bool,
    /// The reader may delete it.
    pub can_delete: bool,
    /// The reader may pin it.
    pub can_pin: bool,
    /// The reader may react and answer.
    pub can_react: bool,
}

/// A row as pages show it.
#[derive(Template)]
#[template(path = "channels/_message.html")]
pub struct Drawn<'a> {
    row: &'a Row,
}

impl HtmlSafe for Drawn<'_> {}

impl Row {
    /// See [`Drawn`].
    pub fn drawn(&self) -> Drawn<'_> {
        Drawn { row: self }
    }

    /// What the reader may do with it, in the words of `channels/_actions.html`.
    pub fn offers(&self) -> String {
        let offers = [
            (self.can_react, "react"),
            (self.can_pin && self.pinned, "unpin"),
            (self.can_pin && !self.pinned, "pin"),
            (self.can_edit, "edit"),
            (!self.mine, "hide"),
            (self.can_delete && self.mine, "delete"),
            (self.can_delete && !self.mine, "remove"),
        ];
        let words: Vec<&str> = offers
            .into_iter()
            .filter_map(|(offered, word)| offered.then_some(word))
            .collect();
        words.join(" ")
    }
}

/// What a message shows of the broadcast it carries.
#[derive(Debug, Clone)]
pub struct BroadcastBadge {
    /// Its page; empty for readers who were not sent it.
    pub href: String,
    /// Where to say that it is read; empty when that is not asked for.
    pub confirm: String,
}

/// Who wrote a message.
#[derive(Debug, Clone)]
pub struct Author {
    /// Their page.
    pub href: String,
    /// Name.
    pub name: String,
    /// For the avatar.
    pub initials: String,
    /// For the avatar.
    pub hue: u16,
}

/// The message a message answers.
#[derive(Debug, Clone)]
pub struct Quote {
    /// The quoted message's number.
    pub seq: i64,
    /// Where it is.
    pub href: String,
    /// Who wrote it.
    pub author: String,
    /// Its beginning.
    pub text: String,
}

/// One emoji under a message.
#[derive(Debug, Clone)]
pub struct ReactionView {
    /// The emoji.
    pub emoji: String,
    /// How many gave it.
    pub count: usize,
    /// `you, Bjørn and 2 more`.
    pub names: String,
    /// Whether the reader gave it.
    pub mine: bool,
}

/// A file under a message.
#[derive(Debug, Clone)]
pub struct AttachmentView {
    /// Where the file is.
    pub href: String,
    /// Where its thumbnail is; empty for files that are no pictures.
    pub thumb: String,
    /// Name.
    pub name: String,
    /// `PDF, 412 kB`.
    pub note: String,
    /// What a picture shows.
    pub alt: String,
    /// Thumbnail size.
    pub width: i32,
    /// Thumbnail size.
    pub height: i32,
    /// Where its author can say what it shows; empty when it is said, or for others.
    pub describe: String,
}

/// What rows are drawn for: the reader, their place, and where the divider stands.
pub struct Frame<'a> {
    /// The reader.
    pub me: &'a Member,
    /// Their place.
    pub place: &'a Place,
    /// The number after which everything is new on this visit, with how many that are.
    pub unread_after: Option<(i64, i32)>,
    /// Whether they were written a moment ago: reactions and the like are not looked up, and if there is one already, the next
    /// delta brings it.
    pub fresh: bool,
}

impl<'a> Frame<'a> {
    /// Without a divider.
    pub fn of(me: &'a Member, place: &'a Place) -> Self {
        Self {
            me,
            place,
            unread_after: None,
            fresh: false,
        }
    }

    /// For a message that its author just wrote.
    pub fn of_new(me: &'a Member, place: &'a Place) -> Self {
        Self {
            fresh: true,
            ..Self::of(me, place)
        }
    }
}

/// One message as its reader sees it.
///
/// # Errors
/// When the database fails.
pub fn row(tx: &mut TenantTx<'_>, me: &Member, place: &Place, message: &Message) -> Result<Row, AppError> {
    rows(tx, &Frame::of(me, place), std::slice::from_ref(message))?
        .pop()
        .ok_or(AppError::NotFound)
}

/// The row of a message that its author just wrote, when nothing has to be looked up for it: most messages answer nobody and
/// carry no file. Everybody who writes waits for the database; what is drawn without it leaves it to them.
pub fn plain_new_row(me: &Member, fresh: &Fresh, now: DateTime<Utc>) -> Option<Row> {
    let message = &fresh.message;
    if message.reply_to_seq.is_some() || message.has_attachment || message.broadcast_id.is_some() {
        return None;
    }
    let frame = Frame::of_new(me, &fresh.place);
    let material = Material {
        cards: HashMap::from([(me.member, tenancy::own_card(me))]),
        ..Material::default()
    };
    let sees_before = message.seq > fresh.place.membership.visible_from_seq;
    let before = fresh.before.filter(|_| sees_before);
    Some(drawn(&frame, &material, message, before, now))
}

#[derive(Default)]
struct Material {
    cards: HashMap<MemberId, MemberCard>,
    reactions: HashMap<i64, Vec<Reaction>>,
    attachments: HashMap<i64, Vec<Attachment>>,
    quoted: HashMap<i64, (Message, String)>,
    naming_me: HashSet<i64>,
    hidden: HashSet<i64>,
    copies: HashMap<BroadcastId, broadcasts::Copy>,
}

/// Draws messages. Each is compared with the one before it, which is looked up when it is not among them.
///
/// # Errors
/// When the database fails.
pub fn rows(tx: &mut TenantTx<'_>, frame: &Frame<'_>, messages: &[Message]) -> Result<Vec<Row>, AppError> {
    let material = gather(tx, frame, messages)?;
    let channel = frame.place.channel.id;
    let known: HashSet<i64> = messages.iter().map(|message| message.seq).collect();
    let absent: Vec<i64> = messages
        .iter()
        .map(|message| message.seq - 1)
        .filter(|seq| *seq >= frame.place.membership.visible_from_seq && !known.contains(seq))
        .collect();
    let mut before: HashMap<i64, (MemberId, DateTime<Utc>)> = messages
        .iter()
        .map(|message| (message.seq, (message.author_id, message.created_at)))
        .collect();
    if !absent.is_empty() {
        before.extend(
            queries::by_seqs(tx, channel, &absent)?
                .into_iter()
                .map(|(message, _)| (message.seq, (message.author_id, message.created_at))),
        );
    }
    let now = tx.now();
    let mut divider_drawn = false;
    let mut rows = Vec::with_capacity(messages.len());
    for message in messages {
        let mut row = drawn(
            frame,
            &material,
            message,
            before.get(&(message.seq - 1)).copied(),
            now,
        );
        if let Some((after, count)) = frame.unread_after
            && !divider_drawn
            && message.seq > after
        {
            divider_drawn = true;
            row.unread_rule = Some(if count == 1 {
                "1 new message".to_owned()
            } else {
                format!(
                    "{} new messages",
                    crate::domains::channels::sidebar::capped(count.into())
                )
            });
            row.follows = false;
        }
        rows.push(row);
    }
    Ok(rows)
}

fn gather(tx: &mut TenantTx<'_>, frame: &Frame<'_>, messages: &[Message]) -> Result<Material, AppError> {
    let channel = frame.place.channel.id;
    let seqs: Vec<i64> = messages.iter().map(|message| message.seq).collect();
    let answered: Vec<i64> = messages
        .iter()
        .filter_map(|message| message.reply_to_seq)
        .filter(|seq| *seq >= frame.place.membership.visible_from_seq)
        .collect();
    let quoted: HashMap<i64, (Message, String)> = if answered.is_empty() {
        HashMap::new()
    } else {
        queries::by_seqs(tx, channel, &answered)?
            .into_iter()
            .map(|pair| (pair.0.seq, pair))
            .collect()
    };
    let (reactions, naming_me, hidden) = if frame.fresh {
        Default::default()
    } else {
        let me = frame.me.member;
        (
            queries::reactions_of(tx, channel, &seqs)?,
            queries::naming_me(tx, channel, me, &seqs)?.into_iter().collect(),
            queries::hidden_by(tx, channel, me, &seqs)?.into_iter().collect(),
        )
    };
    let attachments = if messages.iter().any(|message| message.has_attachment) {
        queries::attachments_of(tx, channel, &seqs)?
    } else {
        HashMap::new()
    };
    let carried: Vec<BroadcastId> = messages
        .iter()
        .filter_map(|message| message.broadcast_id)
        .collect();
    let people: HashSet<MemberId> = messages
        .iter()
        .map(|message| message.author_id)
        .chain(quoted.values().map(|(message, _)| message.author_id))
        .chain(
            reactions
                .values()
                .flatten()
                .flat_map(|reaction| reaction.members.iter().take(REACTION_NAMES + 1).copied()),
        )
        .collect();
    Ok(Material {
        cards: tenancy::member_cards(tx, &people.into_iter().collect::<Vec<_>>())?,
        naming_me,
        hidden,
        copies: broadcasts::mine_among(tx, &carried)?,
        reactions,
        attachments,
        quoted,
    })
}

fn drawn(
    frame: &Frame<'_>,
    material: &Material,
    message: &Message,
    before: Option<(MemberId, DateTime<Utc>)>,
    now: DateTime<Utc>,
) -> Row {
    let (me, place) = (frame.me, frame.place);
    let zone = me.zone;
    let day = local_day(message.created_at, now, zone);
    let new_day = before.is_none_or(|(_, at)| local_day(at, now, zone) != day);
    let follows = !new_day
        && message.reply_to_seq.is_none()
        && message.broadcast_id.is_none()
        && before.is_some_and(|(author, at)| {
            author == message.author_id && message.created_at - at < FOLLOWS_WITHIN
        });
    let gone = message.deleted_at.is_some();
    let channel_path = format!("/channels/{}", place.channel.id);
    Row {
        path: format!("{channel_path}/messages/{}", message.id),
        link: format!("{channel_path}?at={}#m-{}", message.seq, message.id),
        reply: format!("{channel_path}?reply={}#composer", message.seq),
        id: message.id.to_string(),
        seq: message.seq,
        day: new_day.then_some(day),
        unread_rule: None,
        author: author(material, message.author_id),
        time: machine(message.created_at),
        clock: local_clock(message.created_at, zone),
        moment: local_date_time(message.created_at, zone),
        follows,
        mentions_me: !gone
            && message.author_id != me.member
            && (message.mentions_all || material.naming_me.contains(&message.seq)),
        mine: message.author_id == me.member,
        emoji_only: emoji_only(&message.body_html),
        body: SanitisedHtml::from_storage(message.body_html.clone()),
        tombstone: gone.then(|| tombstone(message)),
        hidden: material.hidden.contains(&message.seq),
        edited: message.edited_at.is_some(),
        pinned: message.pinned_at.is_some(),
        broadcast: message
            .broadcast_id
            .map(|id| badge(id, material.copies.get(&id), message.author_id == me.member)),
        quote: message
            .reply_to_seq
            .map(|seq| quote(material, &channel_path, seq)),
        reactions: material
            .reactions
            .get(&message.seq)
            .map(|list| {
                list.iter()
                    .map(|reaction| reaction_view(material, me.member, reaction))
                    .collect()
            })
            .unwrap_or_default(),
        attachments: attachments(material, &channel_path, message, me.member),
        can_edit: policy::may_edit(me, place, message, now).is_ok(),
        can_delete: policy::may_delete(me, place, message).is_ok(),
        can_pin: policy::may_pin(me, place, message).is_ok(),
        can_react: policy::may_react(place, message).is_ok(),
    }
}

fn badge(id: BroadcastId, copy: Option<&broadcasts::Copy>, mine: bool) -> BroadcastBadge {
    let path = format!("/broadcasts/{id}");
    BroadcastBadge {
        confirm: match copy {
            Some(broadcasts::Copy::Asks) => format!("{path}/acknowledgement"),
            _ => String::new(),
        },
        href: if mine || copy.is_some() {
            path
        } else {
            String::new()
        },
    }
}

fn author(material: &Material, id: MemberId) -> Author {
    match material.cards.get(&id) {
        Some(card) => Author {
            href: format!("/people/{id}"),
            name: card.name.clone(),
            initials: card.initials.clone(),
            hue: card.hue,
        },
        None => Author {
            href: format!("/people/{id}"),
            name: "Former member".to_owned(),
            initials: "–".to_owned(),
            hue: 0,
        },
    }
}

fn tombstone(message: &Message) -> String {
    match &message.removal_reason {
        Some(reason) => format!("Message removed by a moderator: {reason}"),
        None if message.deleted_by.is_some_and(|by| by != message.author_id) => {
            "Message removed by a moderator.".to_owned()
        }
        None => "Message deleted by its author.".to_owned(),
    }
}

fn quote(material: &Material, channel_path: &str, seq: i64) -> Quote {
    match material.quoted.get(&seq) {
        Some((message, text)) if message.deleted_at.is_none() => Quote {
            seq,
            href: format!("{channel_path}?at={seq}#m-{}", message.id),
            author: author(material, message.author_id).name,
            text: if text.is_empty() {
                "a file".to_owned()
            } else {
                markup::excerpt(text, 140)
            },
        },
        _ => Quote {
            seq,
            href: format!("{channel_path}?at={seq}"),
            author: String::new(),
            text: "A message that is no longer here".to_owned(),
        },
    }
}

fn reaction_view(material: &Material, me: MemberId, reaction: &Reaction) -> ReactionView {
    let mine = reaction.members.contains(&me);
    let others = reaction
        .members
        .iter()
        .filter(|member| **member != me)
        .filter_map(|member| material.cards.get(member))
        .map(|card| card.name.clone());
    let names: Vec<String> = mine
        .then(|| "you".to_owned())
        .into_iter()
        .chain(others)
        .take(REACTION_NAMES)
        .collect();
    let rest = reaction.members.len().saturating_sub(names.len());
    let names = match rest {
        0 => names.join(", "),
        rest => format!("{} and {rest} more", names.join(", ")),
    };
    ReactionView {
        emoji: reaction.emoji.clone(),
        count: reaction.members.len(),
        names,
        mine,
    }
}

fn attachments(
    material: &Material,
    channel_path: &str,
    message: &Message,
    reader: MemberId,
) -> Vec<AttachmentView> {
    let files = material
        .attachments
        .get(&message.seq)
        .filter(|_| message.deleted_at.is_none());
    let view = |file: &Attachment| {
        let view = attachment_view(channel_path, file);
        let unsaid =
            message.author_id == reader && file.kind == AttachmentKind::Image && file.alt_text.is_empty();
        let describe = if unsaid {
            format!("{}/description", view.href)
        } else {
            String::new()
        };
        AttachmentView { describe, ..view }
    };
    files
        .map(|files| files.iter().map(view).collect())
        .unwrap_or_default()
}

/// A file of a channel as pages show it.
pub fn attachment_view(channel_path: &str, file: &Attachment) -> AttachmentView {
    let href = format!("{channel_path}/attachments/{}", file.id);
    let picture = file.kind == AttachmentKind::Image;
    AttachmentView {
        thumb: if picture {
            format!("{href}?size=small")
        } else {
            String::new()
        },
        href,
        note: files::described(&file.name, file.size_bytes),
        alt: if file.alt_text.is_empty() {
            format!("Picture {}", file.name)
        } else {
            file.alt_text.clone()
        },
        name: file.name.clone(),
        width: file.thumb_width.unwrap_or(320),
        height: file.thumb_height.unwrap_or(240),
        describe: String::new(),
    }
}

/// One to three emoji and nothing else.
fn emoji_only(html: &str) -> bool {
    let text = html
        .strip_prefix("<p dir=\"auto\">")
        .and_then(|rest| rest.strip_suffix("</p>"))
        .unwrap_or_default()
        .trim();
    !text.is_empty()
        && text.len() <= 60
        && !text.contains('<')
        && text.chars().all(|c| !c.is_ascii() && !c.is_alphanumeric())
}
