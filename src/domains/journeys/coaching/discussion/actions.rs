//! Reading and writing about a lesson.

use chrono_tz::Tz;

use crate::domains::channels::messages::model::{IdTaken, Message, NewMessage};
use crate::domains::channels::model::Place;
use crate::domains::channels::{messages, places};
use crate::domains::journeys::learning::actions::working;
use crate::domains::journeys::learning::lessons::pages::Html;
use crate::domains::journeys::learning::model::Enrolment;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, MemberId, NodeKey};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;

use super::queries;

/// Messages that are shown beside a lesson.
const SHOWN: i64 = 8;

/// One message about a lesson.
pub struct Said {
    pub card: MemberCard,
    pub body: Html,
    pub when: String,
    pub href: String,
}

/// What is said about a lesson in the channel of the cohort.
pub struct Discussion {
    pub channel: String,
    pub href: String,
    pub said: Vec<Said>,
}

/// The learner's place in the channel of their cohort; nothing without one.
fn place(tx: &mut TenantTx<'_>, enrolment: &Enrolment) -> Result<Option<Place>, AppError> {
    let Some(cohort) = enrolment.cohort_id else {
        return Ok(None);
    };
    let context = queries::context(tx, cohort)?;
    match places::channel_of_context(tx, context)? {
        Some(channel) => places::place_in(tx, channel.id),
        None => Ok(None),
    }
}

/// What is said about a lesson; nothing for who is in no cohort, or whose cohort has no channel.
///
/// # Errors
/// When the database fails.
pub fn about(
    tx: &mut TenantTx<'_>,
    enrolment: &Enrolment,
    lesson: NodeKey,
    zone: Tz,
) -> Result<Option<Discussion>, AppError> {
    let (Some(cohort), Some(place)) = (enrolment.cohort_id, place(tx, enrolment)?) else {
        return Ok(None);
    };
    let channel = &place.channel;
    let root = queries::thread(tx, (cohort, lesson), channel.id)?;
    let found = match root {
        Some(root) => messages::thread(tx, &place, root, SHOWN)?,
        None => Vec::new(),
    };
    let authors: Vec<MemberId> = found.iter().map(|one| one.author_id).collect();
    let cards = tenancy::member_cards(tx, &authors)?;
    let path = format!("/channels/{}", channel.id);
    let said = |one: Message| {
        Some(Said {
            card: cards.get(&one.author_id)?.clone(),
            href: format!("{path}?at={}#m-{}", one.seq, one.id),
            when: local_date_time(one.created_at, zone),
            body: Html(one.body_html),
        })
    };
    Ok(Some(Discussion {
        href: match root {
            Some(root) => format!("{path}?at={root}"),
            None => path.clone(),
        },
        said: found.into_iter().filter_map(said).collect(),
        channel: channel.title.clone(),
    }))
}

/// Says something about a lesson in the channel of the cohort: answers what began the thread, or begins it.
///
/// # Errors
/// As [`working`] and posting a message; [`AppError::NotFound`] without a channel.
pub fn say(tx: &mut TenantTx<'_>, id: EnrolmentId, lesson: NodeKey, body: &str) -> Result<(), AppError> {
    let (working, _) = working(tx, id, lesson)?;
    let enrolment = working.enrolment();
    let cohort = enrolment.cohort_id.ok_or(AppError::NotFound)?;
    let place = place(tx, enrolment)?.ok_or(AppError::NotFound)?;
    queries::queue(tx, cohort, lesson)?;
    let root = queries::thread(tx, (cohort, lesson), place.channel.id)?;
    if body.trim().is_empty() {
        return Err(AppError::field("said", "Write what you want to say."));
    }
    let title = &working.lesson().title;
    let message = NewMessage {
        id: tx.new_id(),
        body: match root {
            Some(_) => body.to_owned(),
            None => format!("**About “{}”**\n\n{body}", title.replace('*', "")),
        },
        reply_to: root,
        attachments: Vec::new(),
        everyone_confirmed: false,
        taken: IdTaken::Refuse,
    };
    let said = messages::posting::post(tx, place.channel.id, &message).map_err(named)?;
    if root.is_none() {
        let at = (place.channel.id, said.message().seq);
        queries::begin(tx, (cohort, lesson), at)?;
    }
    Ok(())
}

/// What is wrong with the message, beside the box it was typed into.
fn named(error: AppError) -> AppError {
    match error {
        AppError::Invalid(errors) => {
            let words: Vec<&str> = errors.iter().map(|(_, words)| words).collect();
            AppError::field("said", words.join(" "))
        }
        other => other,
    }
}
