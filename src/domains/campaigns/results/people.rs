//! The people of a campaign: by what became of their message, by why they were left out, or by name.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::campaigns::model::{Campaign, EventKind, Reason};
use crate::domains::campaigns::queries as campaigns;
use crate::domains::tenancy::{self, MemberState, PeopleFilter};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, MemberId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::pages::{PAGE, WAITING};
use super::queries::{self, InQueue, Person};

/// Somebody in the list.
pub struct PersonLine {
    pub href: String,
    pub name: String,
    pub words: String,
    pub badge: &'static str,
    pub tone: &'static str,
}

/// `/campaigns/{campaign}/people`
#[derive(Template)]
#[template(path = "campaigns/results/people.html")]
pub struct PeoplePage {
    pub shell: Shell,
    pub id: CampaignId,
    pub name: String,
    pub title: &'static str,
    /// Whether people are looked for by name here: among all it was for.
    pub is_searched: bool,
    /// Whom is looked for.
    pub q: String,
    /// Whether more are called so than are shown.
    pub is_cut: bool,
    pub lines: Vec<PersonLine>,
    pub start: String,
    pub next: String,
}

impl PeoplePage {
    /// Whoever was left out for a reason, something happened to, or it was for; or whoever is called as was looked for.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        id: CampaignId,
        (show, after, q): (&str, &str, &str),
    ) -> Result<Self, AppError> {
        let campaign = campaigns::campaign(tx, id)?;
        if !q.trim().is_empty() {
            return Self::found(tx, shell, campaign, q);
        }
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let (title, mut found): (&'static str, Vec<Person>) =
            match (show.parse::<Reason>(), show.parse::<EventKind>()) {
                _ if show == "waiting" => {
                    let found = queries::who_waits(tx, id, after.parse().ok(), limit)?;
                    (
                        WAITING,
                        found.into_iter().map(|one| still_waits(one, zone)).collect(),
                    )
                }
                (Ok(reason), _) => (
                    reason.label(),
                    queries::excluded(tx, id, reason, after.parse().ok(), limit)?,
                ),
                (_, Ok(kind)) if !kind.is_watched() => (
                    kind.label(),
                    queries::happened(tx, id, kind, moment(after), limit)?,
                ),
                _ => (
                    "Whom it was for",
                    queries::recipients(
                        tx,
                        id,
                        hex::decode(after).ok().filter(|hash| !hash.is_empty()),
                        limit,
                    )?,
                ),
            };
        let is_more = found.len() > PAGE;
        found.truncate(PAGE);
        let path = format!("/campaigns/{id}/people");
        let at = |after: &str| address(&path, &[("show", show), ("after", after)]);
        let next = match (is_more, found.last()) {
            (true, Some(last)) => at(&last.cursor),
            _ => String::new(),
        };
        let is_list = show != "waiting"
            && show.parse::<Reason>().is_err()
            && show.parse::<EventKind>().map_or(true, EventKind::is_watched);
        Ok(Self {
            shell,
            id,
            name: campaign.name,
            title,
            is_searched: is_list,
            q: String::new(),
            is_cut: false,
            lines: found.into_iter().map(|one| person(id, one, is_list)).collect(),
            start: if after.is_empty() { String::new() } else { at("") },
            next,
        })
    }

    /// What became of a campaign for whoever is called so, also when they were left out or never meant.
    fn found(tx: &mut TenantTx<'_>, shell: Shell, campaign: Campaign, q: &str) -> Result<Self, AppError> {
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut called = Vec::new();
        // Also whoever left since: why they got something is asked long afterwards.
        for state in [MemberState::Active, MemberState::Suspended, MemberState::Left] {
            let filter = PeopleFilter {
                state,
                ..PeopleFilter::search(q)
            };
            called.extend(tenancy::search_people(tx, &filter, limit)?);
        }
        let is_cut = called.len() > PAGE;
        called.truncate(PAGE);
        let ids: Vec<MemberId> = called.iter().map(|card| card.id).collect();
        let known = queries::of_members(tx, campaign.id, &ids)?;
        let mut lines = Vec::new();
        for card in called {
            let mut theirs = known.iter().filter(|one| one.member == card.id).peekable();
            if theirs.peek().is_none() {
                lines.push(PersonLine {
                    href: format!("/people/{}/consent", card.id),
                    name: card.name,
                    words: "Not in its audience".to_owned(),
                    badge: "",
                    tone: "",
                });
                continue;
            }
            lines.extend(theirs.map(|one| match one.words.parse::<Reason>() {
                Ok(reason) if one.delivery.is_none() => {
                    let words = reason.label().to_owned();
                    person(campaign.id, Person { words, ..one.clone() }, false)
                }
                _ => person(campaign.id, one.clone(), true),
            }));
        }
        Ok(Self {
            shell,
            id: campaign.id,
            name: campaign.name,
            title: "Whom it was for",
            is_searched: true,
            q: q.trim().to_owned(),
            is_cut,
            lines,
            start: String::new(),
            next: String::new(),
        })
    }
}

/// Somebody whose message has not left, with until when it waits.
fn still_waits(one: InQueue, zone: Tz) -> Person {
    Person {
        member: one.member,
        name: one.name,
        delivery: Some(one.delivery),
        words: match one.due_at {
            Some(due) => format!("Due {}", local_date_time(due, zone)),
            None => "For the winner of the test".to_owned(),
        },
        cursor: one.delivery.to_string(),
    }
}

/// A moment and an id, as they stand in an address.
fn moment(text: &str) -> Option<(DateTime<Utc>, uuid::Uuid)> {
    let (at, id) = text.split_once('_')?;
    let (seconds, micros) = at.split_once('.').unwrap_or((at, "0"));
    let micros: u32 = format!("{micros:0<6}").get(..6)?.parse().ok()?;
    let at = DateTime::from_timestamp(seconds.parse().ok()?, micros * 1_000)?;
    Some((at, id.parse().ok()?))
}

fn person(campaign: CampaignId, one: Person, is_list: bool) -> PersonLine {
    let kind: Option<EventKind> = one.words.parse().ok().filter(|_| is_list);
    PersonLine {
        href: match one.delivery {
            Some(delivery) => format!("/campaigns/{campaign}/deliveries/{delivery}"),
            None => format!("/people/{}/consent", one.member),
        },
        name: one.name,
        badge: match (is_list, kind) {
            (true, Some(kind)) => kind.label(),
            (true, None) => "Waiting",
            (false, _) => "",
        },
        tone: kind.map_or("", EventKind::tone),
        words: if is_list { String::new() } else { one.words },
    }
}
