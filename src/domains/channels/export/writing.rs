//! Filling exports: batch by batch, a transaction each.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::domains::channels::messages::model as stored;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::db::{Db, SystemTask, TenantScope, TenantTx};
use crate::platform::jobs::JobRun;

use super::archive::Archive;
use super::model::{Attachment, Message, Person, Reaction, VERSION};
use super::queries::{self, Hanging, NamedChannel, Sourced};

/// An export being filled.
pub struct Filling<'a> {
    /// Where rows come from.
    pub db: &'a Db,
    /// Whose rows.
    pub scope: TenantScope,
    /// Where progress is told.
    pub run: &'a JobRun,
    /// Messages written so far.
    pub written: i64,
    /// Messages in all.
    pub total: i64,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    /// It is complete.
    Through,
    /// Someone asked to stop.
    Stopped,
}

impl Filling<'_> {
    pub(super) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut TenantTx<'_>) -> Result<T, AppError> + Send,
    ) -> Result<T, AppError> {
        self.db.tenant_blocking(&self.scope, work)
    }

    /// Renews the job's lease and asks whether to stop.
    fn stop_asked(&self) -> Result<bool, AppError> {
        let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        self.run.progress(number(self.written), Some(number(self.total)))
    }

    /// Writes the messages of a channel from a number on.
    ///
    /// # Errors
    /// When the database is away or the disk full.
    pub fn channel(
        &mut self,
        archive: &mut Archive,
        channel: &NamedChannel,
        from: i64,
    ) -> Result<Going, AppError> {
        let id = channel.id;
        archive.begin_list("messages.json", &json!({ "format": "waymark.channel", "version": VERSION, "channel": channel, "from_number": from }), "messages")?;
        let mut after = from - 1;
        loop {
            let messages = self.read(move |tx| {
                let batch = queries::of_channel(tx, id, after)?;
                told(tx, batch)
            })?;
            let Some(last) = messages.last() else { break };
            after = last.number;
            if self.write(archive, &messages, &channel.title)? == Going::Stopped {
                return Ok(Going::Stopped);
            }
        }
        archive.end_list()?;
        Ok(Going::Through)
    }

    /// Writes the messages a member wrote, channel by channel.
    ///
    /// # Errors
    /// When the database is away or the disk full.
    pub fn author(&mut self, archive: &mut Archive, member: MemberId) -> Result<Going, AppError> {
        archive.begin_list(
            "messages.json",
            &json!({ "format": "waymark.member", "version": VERSION, "member": member }),
            "messages",
        )?;
        let mut after: Option<(ChannelId, i64)> = None;
        loop {
            let (messages, names) = self.read(move |tx| {
                let batch = queries::of_author(tx, member, after)?;
                let messages = told(tx, batch)?;
                let channels: HashSet<ChannelId> = messages.iter().map(|message| message.channel).collect();
                let names = queries::named(tx, &channels.into_iter().collect::<Vec<_>>())?;
                Ok((
                    messages,
                    names
                        .into_iter()
                        .map(|channel| (channel.id, channel.title))
                        .collect::<HashMap<_, _>>(),
                ))
            })?;
            if messages.is_empty() {
                break;
            }
            for part in messages.chunk_by(|one, next| one.channel == next.channel) {
                let Some(first) = part.first() else { continue };
                let title = names
                    .get(&first.channel)
                    .filter(|title| !title.is_empty())
                    .map_or("Direct conversation", String::as_str);
                if after.is_none_or(|(channel, _)| channel != first.channel) {
                    archive.heading(title)?;
                }
                if self.write(archive, part, title)? == Going::Stopped {
                    return Ok(Going::Stopped);
                }
                after = part.last().map(|message| (message.channel, message.number));
            }
        }
        archive.end_list()?;
        Ok(Going::Through)
    }

    fn write(
        &mut self,
        archive: &mut Archive,
        messages: &[Message],
        channel: &str,
    ) -> Result<Going, AppError> {
        for message in messages {
            archive.message(message, channel)?;
        }
        self.written += i64::try_from(messages.len()).unwrap_or(0);
        self.going()
    }

    /// Writes who a member is, how they sign in, where they are, and what they reacted to and reported.
    ///
    /// # Errors
    /// When the database is away or the disk full.
    pub fn person(&self, archive: &mut Archive, member: MemberId) -> Result<Going, AppError> {
        let (profile, roles) =
            self.read(move |tx| Ok((queries::profile(tx, member)?, queries::roles(tx, member)?)))?;
        let sign_in = match profile.user {
            Some(user) => Some(
                self.db
                    .system_blocking(SystemTask::SignIn, move |tx| Ok(queries::sign_in(tx, user)?))?,
            ),
            None => None,
        };
        archive.file("profile.json", &json!({ "format": "waymark.profile", "version": VERSION, "profile": profile, "roles": roles, "sign_in": sign_in }))?;
        self.list(archive, "memberships", |tx, last: Option<&queries::PlaceRow>| {
            Ok(queries::places(tx, member, last.map(|row| row.channel))?)
        })?;
        self.list(archive, "reactions", |tx, last| {
            Ok(queries::given_reactions(tx, member, last)?)
        })?;
        self.list(archive, "reports", |tx, last: Option<&queries::MadeReport>| {
            Ok(queries::made_reports(
                tx,
                member,
                last.map(|row| (row.channel, row.number)),
            )?)
        })?;
        self.going()
    }

    /// Whether to go on, asked between two steps.
    pub(super) fn going(&self) -> Result<Going, AppError> {
        Ok(if self.stop_asked()? {
            Going::Stopped
        } else {
            Going::Through
        })
    }

    pub(super) fn list<Row: serde::Serialize + Clone + Send + Sync + 'static>(
        &self,
        archive: &mut Archive,
        name: &str,
        next: impl Fn(&mut TenantTx<'_>, Option<&Row>) -> Result<Vec<Row>, AppError> + Send + Sync,
    ) -> Result<(), AppError> {
        archive.begin_list(
            &format!("{name}.json"),
            &json!({ "format": format!("waymark.{name}"), "version": VERSION }),
            name,
        )?;
        let mut last: Option<Row> = None;
        loop {
            let rows = self.read(|tx| next(tx, last.as_ref()))?;
            for row in &rows {
                archive.item(row)?;
            }
            match rows.into_iter().next_back() {
                Some(row) => last = Some(row),
                None => return archive.end_list(),
            }
            self.stop_asked()?;
        }
    }
}

/// Messages with everything that hangs on them, in the shape of exports.
fn told(tx: &mut TenantTx<'_>, batch: Vec<Sourced>) -> Result<Vec<Message>, AppError> {
    let authors: HashSet<MemberId> = batch.iter().map(|(_, message, _)| message.author_id).collect();
    let cards = tenancy::member_cards(tx, &authors.into_iter().collect::<Vec<_>>())?;
    let mut hanging: HashMap<ChannelId, Hanging> = HashMap::new();
    for part in batch.chunk_by(|one, next| one.0 == next.0) {
        let Some((channel, _, _)) = part.first() else {
            continue;
        };
        let seqs: Vec<i64> = part.iter().map(|(_, message, _)| message.seq).collect();
        hanging.insert(*channel, queries::hanging(tx, *channel, &seqs)?);
    }
    Ok(batch
        .into_iter()
        .map(|(channel, message, text)| tell(&cards, hanging.get_mut(&channel), channel, message, text))
        .collect())
}

fn tell(
    cards: &HashMap<MemberId, MemberCard>,
    hanging: Option<&mut Hanging>,
    channel: ChannelId,
    message: stored::Message,
    text: String,
) -> Message {
    let seq = message.seq;
    let (earlier_texts, reactions, attachments) = hanging.map_or_else(Default::default, |hanging| {
        (
            hanging.earlier.remove(&seq).unwrap_or_default(),
            hanging.reactions.remove(&seq).unwrap_or_default(),
            hanging.attachments.remove(&seq).unwrap_or_default(),
        )
    });
    Message {
        channel,
        number: seq,
        id: message.id,
        author: person(cards, message.author_id),
        written_at: message.created_at,
        edited_at: message.edited_at,
        deleted_at: message.deleted_at,
        removal_reason: message.removal_reason,
        answers: message.reply_to_seq,
        mentions_everyone: message.mentions_all,
        pinned: message.pinned_at.is_some(),
        text,
        earlier_texts,
        reactions: reactions
            .into_iter()
            .map(|reaction| Reaction {
                emoji: reaction.emoji,
                members: reaction.members,
            })
            .collect(),
        attachments: attachments
            .into_iter()
            .map(|file| Attachment {
                id: file.id,
                name: file.name,
                media_type: file.mime,
                bytes: file.size_bytes,
                description: file.alt_text,
            })
            .collect(),
        html: message.body_html,
    }
}

fn person(cards: &HashMap<MemberId, MemberCard>, id: MemberId) -> Person {
    match cards.get(&id) {
        Some(card) => Person {
            id,
            name: card.name.clone(),
            handle: card.handle.clone(),
        },
        None => Person {
            id,
            name: "Former member".to_owned(),
            handle: String::new(),
        },
    }
}
