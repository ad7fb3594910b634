//! The conversation page and its parts.

use askama::Template;

use crate::domains::channels::attachments::{self, pages::Attached};
use crate::domains::channels::model::{ChannelType, Place, PostPolicy};
use crate::domains::channels::places::pages::in_people;
use crate::domains::channels::reading::queries as reading;
use crate::domains::channels::sidebar::{self, Group};
use crate::domains::channels::{policy, queries as channel_queries};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::markup;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::{MessageForm, Window};
use super::menu::Menu;
use super::queries;
use super::view::{self, Frame, Quote, Row};

/// The head of a conversation.
pub struct Head {
    /// Address.
    pub path: String,
    /// Title, or the others' names.
    pub title: String,
    /// What it is for.
    pub about: String,
    /// Icon of its kind.
    pub icon: &'static str,
    /// `48 people`.
    pub people: String,
    /// Archived.
    pub archived: bool,
    /// Whether everybody in it may write.
    pub open: bool,
    /// Muted for the reader.
    pub muted: bool,
    /// Beginning of the newest pinned message.
    pub pinned: Option<String>,
    /// How many are pinned.
    pub pins: usize,
}

/// What the composer holds.
pub struct Composer {
    /// Text typed before, or the draft.
    pub body: String,
    /// Id of the message being written.
    pub client_id: String,
    /// The message being answered.
    pub reply: Option<(i64, Quote)>,
    /// Files uploaded for it and not sent, each with whether it is to go along.
    pub files: Vec<(Attached, bool)>,
    /// What was wrong with the last attempt.
    pub errors: FieldErrors,
    /// Why there is no composer.
    pub closed: Option<String>,
}

/// A conversation.
#[derive(Template)]
#[template(path = "channels/show.html", blocks = ["feed"])]
pub struct ShowPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// Head.
    pub head: Head,
    /// Messages.
    pub rows: Vec<Row>,
    /// Address of older messages.
    pub older: Option<String>,
    /// Address of newer messages, when these are not the newest.
    pub newer: Option<String>,
    /// The change clock when this was drawn.
    pub rev: i64,
    /// Number of the newest message.
    pub last_seq: i64,
    /// How far the reader had read when the visit began.
    pub read_seq: i64,
    /// Unread, capped.
    pub unread: i32,
    /// What follows the unread rule can be marked read with one button.
    pub composer: Composer,
    /// What the menus of its messages are made from.
    pub menu: Menu,
}

/// Rows that changed, for an open page.
#[derive(Template)]
#[template(path = "channels/_delta.html")]
pub struct Delta {
    /// The rows.
    pub rows: Vec<Row>,
}

/// Messages already read that stand above the first unread one.
const READ_ABOVE: i64 = 5;
/// So much that is unread is shown at once.
const READ_AT_ONCE: i64 = 100;

/// Draws a conversation.
///
/// # Errors
/// [`AppError::NotFound`] outside the channel.
pub fn show(
    tx: &mut TenantTx<'_>,
    me: &Member,
    shell: Shell,
    place: &Place,
    window: &Window,
    typed: Option<(MessageForm, FieldErrors)>,
) -> Result<ShowPage, AppError> {
    let channel = place.channel.id;
    let visible_from = place.membership.visible_from_seq;
    let read_seq = place.membership.last_read_seq;
    let unread = if place.channel.last_seq > read_seq {
        reading::unread_in(tx, channel, me.member)?
    } else {
        0
    };
    let messages = match window {
        Window {
            before: Some(before), ..
        } => queries::page_before(tx, channel, visible_from, Some(*before), queries::PAGE)?,
        // What lies beyond the newest message shows the newest page.
        Window { from: Some(seq), .. } | Window { at: Some(seq), .. } if *seq > place.channel.last_seq => {
            queries::page_before(tx, channel, visible_from, None, queries::PAGE)?
        }
        Window { from: Some(from), .. } => {
            queries::page_from(tx, channel, visible_from, *from, queries::PAGE)?
        }
        Window { at: Some(at), .. } => {
            let from = at.saturating_sub(queries::PAGE / 2);
            queries::page_from(tx, channel, visible_from, from, queries::PAGE)?
        }
        // All that is unread as long as it is not very much, so that the page is live at its end; else a page of it.
        Window { latest: None, .. } if i64::from(unread) > queries::PAGE - READ_ABOVE => {
            let behind = place.channel.last_seq - read_seq;
            let size = if behind <= READ_AT_ONCE {
                behind + READ_ABOVE + 1
            } else {
                queries::PAGE
            };
            queries::page_from(tx, channel, visible_from, read_seq - READ_ABOVE, size)?
        }
        _ => queries::page_before(tx, channel, visible_from, None, queries::PAGE)?,
    };
    let path = format!("/channels/{channel}");
    let first = messages.first().map_or(0, |message| message.seq);
    let last = messages
        .last()
        .map_or(place.channel.last_seq, |message| message.seq);
    let frame = Frame {
        unread_after: (unread > 0).then_some((read_seq.max(visible_from - 1), unread)),
        ..Frame::of(me, place)
    };
    Ok(ShowPage {
        rows: view::rows(tx, &frame, &messages)?,
        older: (first > visible_from).then(|| format!("{path}?before={first}")),
        newer: (last < place.channel.last_seq).then(|| format!("{path}?from={}", last + 1)),
        groups: sidebar::groups(tx, Some(channel))?,
        head: head(tx, me, place)?,
        composer: composer(tx, me, place, window, typed, &shell.key)?,
        rev: place.channel.rev,
        last_seq: place.channel.last_seq,
        read_seq,
        unread,
        menu: Menu::pattern(),
        shell,
    })
}

fn head(tx: &mut TenantTx<'_>, me: &Member, place: &Place) -> Result<Head, AppError> {
    let channel = &place.channel;
    let direct = channel.kind == ChannelType::Direct;
    let title = if direct {
        channel_queries::direct_name(tx, channel.id, me.member)?
    } else {
        channel.title.clone()
    };
    let pins = queries::pinned(tx, channel.id, place.membership.visible_from_seq)?;
    Ok(Head {
        path: format!("/channels/{}", channel.id),
        about: channel.description.clone(),
        icon: sidebar::icon(channel.kind),
        people: in_people(channel.member_count.into()),
        archived: channel.archived_at.is_some(),
        open: channel.post_policy == PostPolicy::Everyone && channel.archived_at.is_none(),
        muted: place.is_muted(tx.now()),
        pinned: pins.first().map(|(_, text)| markup::excerpt(text, 120)),
        pins: pins.len(),
        title,
    })
}

fn composer(
    tx: &mut TenantTx<'_>,
    me: &Member,
    place: &Place,
    window: &Window,
    typed: Option<(MessageForm, FieldErrors)>,
    key: &str,
) -> Result<Composer, AppError> {
    let closed = policy::may_post(me, place, tx.now())
        .err()
        .map(|refusal| refusal.to_string());
    let everything = typed.is_none();
    let (form, errors) = match typed {
        Some(typed) => typed,
        None => {
            let (body, reply_to) = queries::draft(tx, place.channel.id, me.member)?.unwrap_or_default();
            let reply_to = window
                .reply
                .or(reply_to)
                .map(|seq| seq.to_string())
                .unwrap_or_default();
            (
                MessageForm {
                    body,
                    reply_to,
                    ..MessageForm::default()
                },
                FieldErrors::default(),
            )
        }
    };
    let reply = match form.reply_to.parse::<i64>() {
        Ok(seq) => answered(tx, place, seq)?.map(|quote| (seq, quote)),
        Err(_) => None,
    };
    let chosen = form.attachments().unwrap_or_default();
    let files = attachments::actions::waiting(tx, place.channel.id)?;
    let files = files.iter().map(|file| {
        let goes = everything || chosen.contains(&file.id);
        (Attached::of(place.channel.id, file), goes)
    });
    let files = files.collect();
    Ok(Composer {
        body: form.body,
        // A form that comes back was not posted; its old id may be what stood in the way.
        client_id: key.to_owned(),
        reply,
        files,
        errors,
        closed,
    })
}

fn answered(tx: &mut TenantTx<'_>, place: &Place, seq: i64) -> Result<Option<Quote>, AppError> {
    if seq < place.membership.visible_from_seq {
        return Ok(None);
    }
    let Some((message, text)) = queries::by_seqs(tx, place.channel.id, &[seq])?.into_iter().next() else {
        return Ok(None);
    };
    let cards = crate::domains::tenancy::member_cards(tx, &[message.author_id])?;
    let author = cards
        .get(&message.author_id)
        .map(|card| card.name.clone())
        .unwrap_or_default();
    Ok(Some(Quote {
        seq,
        href: format!("#m-{}", message.id),
        author,
        text: markup::excerpt(&text, 140),
    }))
}

/// The page on which a text is changed, for browsers without script.
#[derive(Template)]
#[template(path = "channels/edit.html")]
pub struct EditPage {
    /// The frame.
    pub shell: Shell,
    /// Where to go back.
    pub back: String,
    /// Where to send it.
    pub action: String,
    /// The text.
    pub body: String,
    /// How often the message was changed before.
    pub version: i64,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// The page that asks before deleting.
#[derive(Template)]
#[template(path = "channels/delete.html")]
pub struct DeletePage {
    /// The frame.
    pub shell: Shell,
    /// Where to go back.
    pub back: String,
    /// Where to send it.
    pub action: String,
    /// The message.
    pub row: Row,
    /// Whether a reason is asked for.
    pub as_moderator: bool,
    /// The reason typed.
    pub reason: String,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// Earlier texts.
#[derive(Template)]
#[template(path = "channels/history.html")]
pub struct HistoryPage {
    /// The frame.
    pub shell: Shell,
    /// Where to go back.
    pub back: String,
    /// Until when each text stood, the newest first.
    pub versions: Vec<(String, view::SanitisedHtml)>,
}

/// Pinned messages.
#[derive(Template)]
#[template(path = "channels/pins.html")]
pub struct PinsPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// Channel's name.
    pub title: String,
    /// Where to go back.
    pub back: String,
    /// The messages.
    pub rows: Vec<Row>,
    /// What the menus of its messages are made from.
    pub menu: Menu,
}
