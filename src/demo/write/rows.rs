//! Rows of the sample data that have more columns than a function has parameters.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::demo::plan::{Audience, Broadcast, BroadcastTiming, Plan};
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{BroadcastId, ChannelId, MemberId, MessageId};
use crate::kernel::markup::Rendered;
use crate::platform::db::schema::messages;

use super::{Written, id_at, missing};

/// A message.
#[derive(Insertable)]
#[diesel(table_name = messages)]
pub struct MessageRow {
    pub channel_id: ChannelId,
    pub seq: i64,
    pub id: MessageId,
    pub author_id: MemberId,
    pub rev: i64,
    pub body: String,
    pub body_html: String,
    pub body_text: String,
    pub reply_to_seq: Option<i64>,
    pub mentions_all: bool,
    pub has_link: bool,
    pub has_attachment: bool,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<MemberId>,
    pub removal_reason: Option<String>,
    pub pinned_at: Option<DateTime<Utc>>,
    pub pinned_by: Option<MemberId>,
}

/// A broadcast.
pub struct BroadcastRow {
    pub id: BroadcastId,
    pub author: MemberId,
    pub author_role: Role,
    pub title: String,
    pub body: String,
    pub html: String,
    pub text: String,
    pub audience: (&'static str, Option<uuid::Uuid>, Option<Role>),
    pub audience_label: String,
    pub requires_ack: bool,
    pub created_at: DateTime<Utc>,
    pub send_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub recipients: i32,
}

/// The row of a planned broadcast.
pub fn broadcast(
    broadcast: &Broadcast,
    plan: &Plan,
    written: &Written,
    rendered: &Rendered,
) -> Result<BroadcastRow, AppError> {
    let (created_at, send_at, sent_at) = match broadcast.timing {
        BroadcastTiming::Sent(at) => (at, at, Some(at)),
        BroadcastTiming::Scheduled { created_at, due_at } => (created_at, due_at, None),
    };
    let (audience, audience_label) = match &broadcast.audience {
        Audience::Channel(key) => (
            ("channel", Some(written.channel(key)?.0), None),
            name_of_channel(plan, key),
        ),
        Audience::Team(key) => {
            let context = written.context(key)?;
            (("team", Some(context.0), None), name_of_context(plan, key))
        }
        Audience::Role(role) => {
            let role: Role = role
                .as_str()
                .parse()
                .map_err(|_| missing("role", role.as_str()))?;
            (
                ("role", None, Some(role)),
                format!("Everyone who is {}", role.label().to_lowercase()),
            )
        }
    };
    // Who a broadcast will reach is known by its receipts once it was sent; until then everyone but its author is near enough.
    let reached = match sent_at {
        Some(_) => broadcast.receipts.len(),
        None => plan.people.len().saturating_sub(1),
    };
    let roles = plan
        .people
        .iter()
        .find(|person| person.key == broadcast.sender)
        .map(|person| person.roles.clone())
        .unwrap_or_default();
    let held: Vec<Role> = roles
        .iter()
        .filter_map(|role| role.as_str().parse().ok())
        .collect();
    let author_role = [Role::Admin, Role::Communicator, Role::TeamLeader, Role::Coach]
        .into_iter()
        .find(|role| held.contains(role))
        .unwrap_or(Role::Member);
    Ok(BroadcastRow {
        id: id_at(created_at),
        author: written.member(&broadcast.sender)?,
        author_role,
        title: title(&rendered.text),
        body: broadcast.body.clone(),
        html: rendered.html.clone(),
        text: rendered.text.clone(),
        audience,
        audience_label,
        requires_ack: broadcast.requires_ack,
        created_at,
        send_at,
        sent_at,
        recipients: i32::try_from(reached).unwrap_or(i32::MAX),
    })
}

/// The first sentence, as the title.
fn title(text: &str) -> String {
    let ends = |at: usize, mark: &str| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + mark.len()..));
        let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        // `St. Brigid` and `6:30 p.m. sharp` go on.
        word.chars().count() > 3
            && after.is_none_or(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    };
    let end = text
        .match_indices(['.', '!', '?'])
        .find(|(at, mark)| ends(*at, mark))
        .map_or(
            text.len(),
            |(at, mark)| if mark == "." { at } else { at + mark.len() },
        );
    crate::kernel::markup::excerpt(text.get(..end).unwrap_or(text), 100)
}

fn name_of_channel(plan: &Plan, key: &str) -> String {
    plan.channels
        .iter()
        .find(|channel| channel.key == key)
        .map(|channel| channel.name.clone())
        .unwrap_or_default()
}

fn name_of_context(plan: &Plan, key: &str) -> String {
    plan.contexts
        .iter()
        .find(|context| context.key == key)
        .map(|context| context.name.clone())
        .unwrap_or_default()
}
