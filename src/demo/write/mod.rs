//! Writes a [`Plan`] into a database: the rows that people would have made by using the portal.

mod campaigns;
mod journeys;
mod knowledge;
pub mod large;
mod learning;
mod library;
mod organising;
mod owed;
mod pictures;
pub mod queries;
mod quizzes;
mod records;
mod rows;
mod suggestions;
mod templates;
mod worksheets;
mod written;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::{NoContext, Timestamp, Uuid};

use crate::app::App;
use crate::domains::channels::broadcasts::jobs as sending;
use crate::kernel::error::AppError;
use crate::kernel::ids::{Id, OrgId, UserId};
use crate::kernel::markup::{self, MentionResolver, ResolvedMention};
use crate::platform::db::{SystemTask, TenantScope, TenantTx};
use crate::platform::jobs::NewJob;

use super::plan::{Channel, ContextKind, Message, Plan, SignIn};
use pictures::Hung;
use rows::MessageRow;

pub use written::Written;

fn missing(what: &str, key: &str) -> AppError {
    AppError::Unexpected(anyhow::anyhow!(
        "the plan names a {what} {key:?} that it does not have"
    ))
}

/// An id whose time is when the thing was made, so that lists by id read in the order of time.
pub fn id_at<I: Id>(moment: DateTime<Utc>) -> I {
    let seconds = u64::try_from(moment.timestamp()).unwrap_or_default();
    I::from_uuid(Uuid::new_v7(Timestamp::from_unix(
        NoContext,
        seconds,
        moment.timestamp_subsec_nanos(),
    )))
}

/// Writes one organization in one go, its pictures first: a row always has its bytes.
///
/// # Errors
/// When the plan contradicts itself, or the database or the storage refuses; nothing of the organization's contents is left
/// then.
pub fn organization(
    app: &App,
    plan: &Plan,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<Written, AppError> {
    let fresh: OrgId = id_at(now);
    pictures::expect_drawn(plan, &Written::of(fresh, plan))?;
    let (org, logins) = accounts(app, plan, fresh, password_hash)?;
    let written = Written::of(org, plan);
    let scope = TenantScope::of_portal(org, "demo.seed");
    let pictures = pictures::store(app, &scope, plan, &written)?;
    let in_mail = pictures::for_mail(app, org, plan)?;
    let shelf = library::store(app, org, plan)?;
    let outcome = app.db.tenant_blocking(&scope, |tx| {
        contents(tx, plan, &logins, &written, &pictures)?;
        organising::write(tx, &app.keys, &plan.organising, &written)?;
        templates::write(tx, &app.config, plan, &written, in_mail.as_ref())?;
        library::write(tx, plan, &written, &shelf)?;
        knowledge::write(tx, plan, &written, !shelf.is_empty())?;
        journeys::write(tx, plan, &written)?;
        learning::write(tx, &app.keys, now)?;
        suggestions::write(tx)?;
        campaigns::write(tx, app, plan, &written)
    });
    match outcome {
        Ok(()) => Ok(written),
        Err(error) => {
            pictures::discard(app, &pictures);
            pictures::discard_mail(app, in_mail.as_ref());
            library::discard(app, &shelf);
            Err(error)
        }
    }
}

fn contents(
    tx: &mut TenantTx<'_>,
    plan: &Plan,
    logins: &HashMap<String, UserId>,
    written: &Written,
    pictures: &[Hung],
) -> Result<(), AppError> {
    people(tx, plan, logins, written)?;
    contexts(tx, plan, written)?;
    channels(tx, plan, written)?;
    messages(tx, plan, written)?;
    for picture in pictures {
        pictures::insert(tx, picture)?;
    }
    broadcasts(tx, plan, written)?;
    reports(tx, plan, written)?;
    for draft in &plan.drafts {
        queries::draft(
            tx,
            written.channel(&draft.channel)?,
            written.member(&draft.person)?,
            &draft.body,
            draft.saved_at,
        )?;
    }
    Ok(())
}

/// The organization and the logins of its people; a login that another organization already made is shared.
fn accounts(
    app: &App,
    plan: &Plan,
    id: OrgId,
    password_hash: &str,
) -> Result<(OrgId, HashMap<String, UserId>), AppError> {
    app.db.system_blocking(SystemTask::SetUp, |tx| {
        let org = queries::organization(tx, id, &plan.organization)?;
        let mut logins = HashMap::new();
        for person in plan
            .people
            .iter()
            .filter(|person| person.sign_in == SignIn::Sample)
        {
            logins.insert(
                person.key.clone(),
                queries::login(tx, &person.email, password_hash)?,
            );
        }
        Ok((org, logins))
    })
}

fn people(
    tx: &mut TenantTx<'_>,
    plan: &Plan,
    logins: &HashMap<String, UserId>,
    written: &Written,
) -> Result<(), AppError> {
    for person in &plan.people {
        let id = written.member(&person.key)?;
        queries::member(tx, id, person, logins.get(&person.key).copied())?;
    }
    let roles: Vec<_> = plan
        .people
        .iter()
        .flat_map(|person| {
            person
                .roles
                .iter()
                .map(move |role| (person.key.as_str(), role.as_str()))
        })
        .collect();
    for (person, role) in roles {
        let role = role.parse().map_err(|_| missing("role", role))?;
        queries::role(tx, written.member(person)?, role)?;
    }
    Ok(())
}

fn contexts(tx: &mut TenantTx<'_>, plan: &Plan, written: &Written) -> Result<(), AppError> {
    for context in &plan.contexts {
        let id = written.context(&context.key)?;
        queries::context(tx, id, context)?;
        let mut inside = Vec::new();
        for person in &context.members {
            inside.push((written.member(person)?, context.leaders.contains(person)));
        }
        queries::context_members(tx, id, &inside, context.created_at)?;
    }
    Ok(())
}

fn channels(tx: &mut TenantTx<'_>, plan: &Plan, written: &Written) -> Result<(), AppError> {
    for channel in &plan.channels {
        let id = written.channel(&channel.key)?;
        let context = match &channel.context {
            Some(key) => Some(written.context(key)?),
            None => None,
        };
        let count = plan
            .messages
            .iter()
            .filter(|message| message.channel == channel.key)
            .count();
        let last = plan
            .messages
            .iter()
            .filter(|message| message.channel == channel.key)
            .map(|message| message.sent_at)
            .max();
        let key = if channel.kind == ContextKind::Direct {
            Some(direct_key(channel, written)?)
        } else {
            None
        };
        queries::channel(tx, id, channel, context, key, (number(count), last))?;
        let mut places = Vec::new();
        for place in &channel.members {
            let read = place.last_read.map_or(0, |index| number(index) + 1);
            places.push((written.member(&place.person)?, place.clone(), read));
        }
        queries::memberships(tx, id, channel, &places)?;
    }
    Ok(())
}

/// The key under which exactly these people have one conversation: SHA-256 over their sorted ids.
fn direct_key(channel: &Channel, written: &Written) -> Result<Vec<u8>, AppError> {
    let mut ids = channel
        .members
        .iter()
        .map(|place| written.member(&place.person))
        .collect::<Result<Vec<_>, _>>()?;
    ids.sort_unstable();
    let mut hash = Sha256::new();
    for id in ids {
        hash.update(id.0.as_bytes());
    }
    Ok(hash.finalize().to_vec())
}

/// People of the plan by handle, for rendering mentions.
struct Names<'a> {
    written: &'a Written,
    names: HashMap<&'a str, &'a str>,
}

impl MentionResolver for Names<'_> {
    fn resolve(&self, handle: &str) -> Option<ResolvedMention> {
        let member = self.written.members.get(handle)?;
        Some(ResolvedMention {
            member_id: member.0,
            display_name: (*self.names.get(handle)?).to_owned(),
        })
    }
}

fn messages(tx: &mut TenantTx<'_>, plan: &Plan, written: &Written) -> Result<(), AppError> {
    let names = Names {
        written,
        names: plan
            .people
            .iter()
            .map(|person| (person.key.as_str(), person.name.as_str()))
            .collect(),
    };
    let mut rows = Vec::with_capacity(plan.messages.len());
    for message in &plan.messages {
        rows.push(row(message, written, &names)?);
    }
    queries::messages(tx, &rows)?;
    let mut mentions = Vec::new();
    let mut reactions = Vec::new();
    for (message, row) in plan
        .messages
        .iter()
        .zip(&rows)
        .filter(|(message, _)| message.deletion.is_none())
    {
        if !message.mentions.channel {
            for person in message
                .mentions
                .people
                .iter()
                .filter(|person| **person != message.author)
            {
                mentions.push((written.member(person)?, row.channel_id, row.seq));
            }
        }
        for reaction in &message.reactions {
            for person in &reaction.people {
                reactions.push((
                    row.channel_id,
                    row.seq,
                    written.member(person)?,
                    reaction.emoji.clone(),
                    message.sent_at,
                ));
            }
        }
    }
    queries::mentions(tx, &mentions)?;
    queries::reactions(tx, &reactions)?;
    Ok(())
}

fn row(message: &Message, written: &Written, names: &Names<'_>) -> Result<MessageRow, AppError> {
    let rendered = markup::render(&message.body, names);
    let gone = message.deletion.as_ref();
    let deleted_by = match gone {
        Some(deletion) => Some(written.member(&deletion.by)?),
        None => None,
    };
    let pinned_by = match &message.pinned_by {
        Some(person) => Some(written.member(person)?),
        None => None,
    };
    let seq = number(message.index) + 1;
    let text = |value: String| if gone.is_some() { String::new() } else { value };
    Ok(MessageRow {
        channel_id: written.channel(&message.channel)?,
        seq,
        id: id_at(message.sent_at),
        author_id: written.member(&message.author)?,
        rev: seq,
        body: text(message.body.clone()),
        body_html: text(rendered.html),
        body_text: text(rendered.text),
        reply_to_seq: message.reply_to.map(|index| number(index) + 1),
        mentions_all: rendered.mentions_channel && gone.is_none(),
        has_link: !rendered.links.is_empty() && gone.is_none(),
        has_attachment: message.attachment.is_some() && gone.is_none(),
        created_at: message.sent_at,
        edited_at: message.edited_at,
        deleted_at: gone.map(|deletion| deletion.at),
        deleted_by,
        removal_reason: gone.and_then(|deletion| deletion.reason.clone()),
        pinned_at: pinned_by.map(|_| message.sent_at),
        pinned_by,
    })
}

fn broadcasts(tx: &mut TenantTx<'_>, plan: &Plan, written: &Written) -> Result<(), AppError> {
    let names = Names {
        written,
        names: plan
            .people
            .iter()
            .map(|person| (person.key.as_str(), person.name.as_str()))
            .collect(),
    };
    for broadcast in &plan.broadcasts {
        let row = rows::broadcast(broadcast, plan, written, &markup::render(&broadcast.body, &names))?;
        queries::broadcast(tx, &row)?;
        let mut receipts = Vec::new();
        for receipt in &broadcast.receipts {
            receipts.push((written.member(&receipt.person)?, receipt.clone()));
        }
        queries::receipts(tx, row.id, &receipts)?;
        queries::broadcast_log(tx, &row)?;
        if row.sent_at.is_none() {
            let job = NewJob::new(sending::SEND, sending::Send { broadcast: row.id })
                .at(row.send_at)
                .unique(row.id.to_string());
            tx.enqueue(job)?;
        }
    }
    Ok(())
}

fn reports(tx: &mut TenantTx<'_>, plan: &Plan, written: &Written) -> Result<(), AppError> {
    for report in &plan.reports {
        let handled_by = match &report.outcome {
            Some(outcome) => Some(written.member(&outcome.handled_by)?),
            None => None,
        };
        let at = (written.channel(&report.channel)?, number(report.message) + 1);
        queries::report(tx, at, written.member(&report.reporter)?, report, handled_by)?;
    }
    Ok(())
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
