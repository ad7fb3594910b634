//! What the pages about records print.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use crate::domains::people::fields::queries as fields;
use crate::domains::people::model::{ContactKind, Stage};
use crate::domains::people::policy::{self, Seeing};
use crate::domains::people::stewards::pages::{AssignmentLine, lines};
use crate::domains::people::stewards::queries as stewards;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ContactPointId, MemberId, TagId};
use crate::kernel::time::{ago, local_date_time, machine};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::{BASES, ContactPointForm, TagForm};
use super::{queries, seen};

/// One thing that happened with a person, as another domain tells it.
pub struct TimelineEntry {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Its icon in the sprite.
    pub icon: &'static str,
    /// What it was, such as `Conversation`.
    pub title: String,
    /// Where more of it is; empty when this is all.
    pub href: String,
    /// Who did it.
    pub by: String,
    /// The text, whole or its beginning.
    pub text: String,
    /// Words about it, with the kind of badge.
    pub badges: Vec<(String, &'static str)>,
}

/// What happened with the person, the newest first, at most so many; texts are opened with the installation's keys.
pub type Timeline = fn(&mut TenantTx<'_>, &KeyRing, &Seeing<'_>, i64) -> Result<Vec<TimelineEntry>, AppError>;

/// What other domains add to a record the acting member sees; registered in [`crate::domains`].
#[derive(Clone, Copy)]
pub struct RecordPart {
    /// What happened with the person.
    pub timeline: Timeline,
    /// What can be done there: address, words, icon.
    pub action: fn(&Seeing<'_>) -> Option<(String, &'static str, &'static str)>,
}

/// Entries shown on the record.
const SHOWN: i64 = 50;

/// A contact point with the addresses that reach it.
pub struct PointLine {
    pub id: Option<ContactPointId>,
    pub is_phone: bool,
    pub value: String,
    pub label: String,
    pub href: String,
    pub sms: String,
}

/// A word, and its last day in words.
pub struct TagLine {
    pub id: TagId,
    pub name: String,
    pub until: String,
}

/// One thing of the timeline as shown.
pub struct EntryLine {
    pub icon: &'static str,
    pub title: String,
    pub href: String,
    pub by: String,
    pub text: String,
    pub badges: Vec<(String, &'static str)>,
    pub machine: String,
    pub shown: String,
}

/// `/people/{member}/record`
#[derive(Template)]
#[template(path = "people/record.html")]
pub struct RecordPage {
    pub shell: Shell,
    pub card: MemberCard,
    pub stage: &'static str,
    pub stage_tone: &'static str,
    pub place: Vec<(String, String)>,
    pub last_contact: String,
    pub points: Vec<PointLine>,
    pub hides_phones: bool,
    pub tags: Vec<TagLine>,
    pub known_tags: Vec<String>,
    pub assignments: Vec<AssignmentLine>,
    pub timeline: Vec<EntryLine>,
    pub sees_notes: bool,
    pub actions: Vec<(String, &'static str, &'static str)>,
    pub can_change: bool,
    pub can_arrange: bool,
    pub today: String,
    pub point: ContactPointForm,
    pub tag: TagForm,
    pub errors: FieldErrors,
}

/// What was typed into the forms of a record that came back.
#[derive(Default)]
pub struct Typed {
    pub point: ContactPointForm,
    pub tag: TagForm,
    pub errors: FieldErrors,
}

impl RecordPage {
    /// The record of a person.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the acting member does not see it.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        member: MemberId,
        (parts, keys): (&[RecordPart], &KeyRing),
        typed: Typed,
    ) -> Result<Self, AppError> {
        let person = tenancy::person(tx, member)?;
        let seeing = seen(tx, &person)?;
        let now = tx.now();
        let today = now.with_timezone(&me.zone).date_naive();
        let place = queries::place(tx, &seeing)?;
        let points = queries::contact_points(tx, &seeing)?;
        let can_change = policy::may_change(tx.actor(), &seeing).is_ok();
        let own: Vec<(String, String)> = fields::seen(tx, &seeing)?
            .into_iter()
            .filter_map(|(field, value)| value.map(|value| (field.name.clone(), field.shown(&value))))
            .collect();
        let mut timeline = Vec::new();
        for part in parts {
            timeline.extend((part.timeline)(tx, keys, &seeing, SHOWN)?);
        }
        timeline.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        timeline.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
        let main_address = place.email.clone().map(|email| PointLine {
            id: None,
            is_phone: false,
            href: format!("mailto:{email}"),
            sms: String::new(),
            label: "the portal writes here".to_owned(),
            value: email,
        });
        let points = main_address.into_iter().chain(points.into_iter().map(point_line));
        Ok(Self {
            shell,
            stage: place.stage.label(),
            stage_tone: match place.stage {
                Stage::Member => "positive",
                Stage::Lead => "accent",
                Stage::Former => "",
            },
            last_contact: match place.last_reached_at {
                Some(at) => format!("Last spoken with {}.", ago(at, now)),
                None => "Nobody has noted a conversation yet.".to_owned(),
            },
            points: points.collect(),
            hides_phones: !seeing.with_phones(),
            tags: queries::tags_of(tx, &seeing, today)?
                .into_iter()
                .map(|tag| TagLine {
                    id: tag.id,
                    name: tag.name,
                    until: tag
                        .expires_on
                        .map(|day| format!("until {}", in_words(day)))
                        .unwrap_or_default(),
                })
                .collect(),
            known_tags: match can_change {
                true => queries::all_tags(tx)?,
                false => Vec::new(),
            },
            assignments: lines(me, now, stewards::reaching(tx, member)?),
            timeline: timeline.into_iter().map(|entry| entry_line(entry, me)).collect(),
            sees_notes: seeing.by_assignment(),
            actions: parts.iter().filter_map(|part| (part.action)(&seeing)).collect(),
            can_change,
            can_arrange: policy::may_arrange(tx.actor()).is_ok(),
            today: today.to_string(),
            place: facts(&place)
                .into_iter()
                .map(|(term, value)| (term.to_owned(), value))
                .chain(own)
                .collect(),
            point: typed.point,
            tag: typed.tag,
            errors: typed.errors,
            card: person.card.clone(),
        })
    }
}

/// One thing of a timeline as shown to `me`.
pub fn entry_line(entry: TimelineEntry, me: &Member) -> EntryLine {
    EntryLine {
        icon: entry.icon,
        title: entry.title,
        href: entry.href,
        by: entry.by,
        text: entry.text,
        badges: entry.badges,
        machine: machine(entry.at),
        shown: local_date_time(entry.at, me.zone),
    }
}

fn point_line(point: queries::ContactPoint) -> PointLine {
    let is_phone = point.kind == ContactKind::Phone;
    PointLine {
        id: Some(point.id),
        is_phone,
        href: match is_phone {
            true => format!("tel:{}", point.value),
            false => format!("mailto:{}", point.value),
        },
        sms: match is_phone {
            true => format!("sms:{}", point.value),
            false => String::new(),
        },
        value: point.value,
        label: point.label,
    }
}

/// `24 March 2026`
pub fn in_words(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

fn facts(place: &queries::Place) -> Vec<(&'static str, String)> {
    let basis = BASES
        .iter()
        .find(|(word, _)| *word == place.legal_basis)
        .map_or(String::new(), |(_, words)| (*words).to_owned());
    let basis = match place.basis_noted_on {
        Some(day) => format!("{basis}, noted {}", in_words(day)),
        None => basis,
    };
    let language = if place.locale == "fr" { "French" } else { "English" };
    [
        ("Worksite", place.worksite.clone()),
        ("Department", place.department.clone()),
        ("Shift", place.shift.clone()),
        ("Joined", place.joined_on.map(in_words)),
        ("Language", Some(language.to_owned())),
        ("Time zone", Some(place.time_zone.clone())),
        ("Why we keep this", Some(basis)),
    ]
    .into_iter()
    .filter_map(|(term, value)| Some((term, value?)))
    .collect()
}
