//! The breakdowns as people see them.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::app::App;
use crate::domains::campaigns::model::{Campaign, State};
use crate::domains::campaigns::queries as campaigns;
use crate::domains::campaigns::segments::compile::Compiled;
use crate::domains::campaigns::segments::model::{Condition, Leaf};
use crate::domains::campaigns::segments::{self};
use crate::domains::campaigns::templates::model::Channel;
use crate::domains::consent::bulk::Keyed;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, SegmentId};
use crate::kernel::text::grouped;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;
use crate::platform::web::charts::{
    BarChart, Caption, LineChart, Measure, Series, StackedChart, StackedInput,
};

use super::links::links;
use super::queries::{self, ALL, Messages, NONE, OWN, Tally};
use super::times::{Step, took};
use super::told::{Told, told};

/// Domains shown by name; the rest is summed up.
const DOMAINS: usize = 20;
/// Groups drawn in the picture; the table has all.
const DRAWN: usize = 8;

/// What came of one group of messages.
pub struct Row {
    pub label: String,
    pub href: String,
    pub note: &'static str,
    pub messages: String,
    pub accepted: String,
    pub delivered: String,
    pub refused: String,
    pub bounced: String,
    pub complained: String,
    pub deferred: String,
    /// How many followed a link, or that this is not told. Empty when it is not counted.
    pub clicked: String,
}

impl Row {
    fn of(tally: &Tally, label: impl Into<String>, clicked: Option<Told>) -> Self {
        Self {
            label: label.into(),
            href: String::new(),
            note: "",
            messages: grouped(tally.messages),
            accepted: grouped(tally.accepted),
            delivered: grouped(tally.delivered),
            refused: grouped(tally.refused),
            bounced: grouped(tally.bounced),
            complained: grouped(tally.complained),
            deferred: grouped(tally.deferred),
            clicked: clicked.map_or_else(String::new, |told| told.words(grouped)),
        }
    }
}

/// `/campaigns/{campaign}/domains` and `/campaigns/{campaign}/segments`
#[derive(Template)]
#[template(path = "campaigns/results/groups.html")]
pub struct GroupsPage {
    pub shell: Shell,
    pub id: CampaignId,
    pub name: String,
    /// `domains` or `segments`.
    pub part: &'static str,
    pub title: &'static str,
    pub lead: &'static str,
    pub heading: &'static str,
    pub picture: Option<StackedChart>,
    pub rows: Vec<Row>,
    pub total: Option<Row>,
    /// Why there is nothing to show.
    pub nothing: &'static str,
    pub is_tracked: bool,
}

/// A group before it is shown.
struct Group {
    label: String,
    href: String,
    note: &'static str,
    tally: Tally,
}

impl Group {
    fn new(label: impl Into<String>, tally: Tally) -> Self {
        Self {
            label: label.into(),
            href: String::new(),
            note: "",
            tally,
        }
    }
}

impl GroupsPage {
    /// By mail domain.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn by_domain(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        keys: &KeyRing,
        id: CampaignId,
    ) -> Result<Self, AppError> {
        let campaign = campaigns::campaign(tx, id)?;
        let found = match campaign.channel {
            Channel::Email => {
                let keyed = Keyed::of(keys, tx.org());
                queries::by_domain(tx, &Messages::of(&campaign, tx.now()), &keyed)?
            }
            Channel::Sms => Vec::new(),
        };
        let mut total = Tally::default();
        found.iter().for_each(|one| total.add(one));
        let nothing = match campaign.channel {
            Channel::Email => "Nothing was to be sent yet.",
            Channel::Sms => "Texts go to numbers, which belong to no mail domain.",
        };
        Ok(Self {
            part: "domains",
            title: "By mail domain",
            lead: "Where the addresses are, as they stand in people’s contacts now. A provider that takes none of our mail shows here first.",
            heading: "Domain",
            nothing,
            ..Self::of(shell, campaign, domains(found), total)
        })
    }

    /// By segments of the audience.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn by_segment(tx: &mut TenantTx<'_>, shell: Shell, id: CampaignId) -> Result<Self, AppError> {
        let campaign = campaigns::campaign(tx, id)?;
        let (asked, compiled) = asked(tx, &campaign)?;
        let tallies = match compiled.is_empty() {
            true => Vec::new(),
            false => queries::by_segment(tx, &Messages::of(&campaign, tx.now()), &compiled)?,
        };
        let mut tallies: HashMap<String, Tally> =
            tallies.into_iter().map(|one| (one.key.clone(), one)).collect();
        let total = tallies.remove(ALL).unwrap_or_default();
        let mut groups: Vec<Group> = Vec::new();
        for (place, segment) in asked.into_iter().enumerate() {
            let mut group = Group::new(
                segment.name,
                tallies.remove(&place.to_string()).unwrap_or_default(),
            );
            group.href = format!("/segments/{}", segment.id);
            if segment.is_changed {
                group.note = "Changed since it was sent off";
            }
            groups.push(group);
        }
        if let Some(none) = tallies.remove(NONE) {
            groups.push(Group::new("In none of them any more", none));
        }
        if total.messages == 0 {
            groups.clear();
        }
        let nothing = match (campaign.is_everyone, compiled.is_empty()) {
            (true, _) => "It was for everybody, and not for segments.",
            (false, true) => "None of its segments can be asked any more.",
            (false, false) => "Nothing was to be sent yet.",
        };
        Ok(Self {
            part: "segments",
            title: "By segment",
            lead: "The segments it was for, with the people who are in them now. Somebody in two of them counts in both.",
            heading: "Segment",
            nothing,
            ..Self::of(shell, campaign, groups, total)
        })
    }

    fn of(shell: Shell, campaign: Campaign, groups: Vec<Group>, total: Tally) -> Self {
        let sizes: Vec<(i64, i64)> = groups
            .iter()
            .map(|one| (one.tally.messages, one.tally.clicked))
            .collect();
        let picture = (!groups.is_empty()).then(|| picture(&groups));
        let rows = groups.into_iter().zip(told(&sizes)).map(|(group, told)| {
            // Who could change what a segment means could single somebody out by it.
            let told = if group.note.is_empty() {
                told
            } else {
                Told::KeptBack
            };
            Row {
                href: group.href,
                note: group.note,
                ..Row::of(&group.tally, group.label, campaign.is_tracked.then_some(told))
            }
        });
        Self {
            shell,
            id: campaign.id,
            part: "",
            title: "",
            lead: "",
            heading: "",
            nothing: "",
            picture,
            rows: rows.collect(),
            total: (total.messages > 0).then(|| {
                let clicked = Told::Number(total.clicked);
                Row::of(&total, "All", campaign.is_tracked.then_some(clicked))
            }),
            is_tracked: campaign.is_tracked,
            name: campaign.name,
        }
    }
}

/// The largest by name, then the others together, then what went to addresses that nobody has any more.
fn domains(found: Vec<Tally>) -> Vec<Group> {
    let (unknown, known): (Vec<Tally>, Vec<Tally>) = found.into_iter().partition(|one| one.key.is_empty());
    let (mut groups, mut others) = (Vec::new(), Tally::default());
    let count = known.len().saturating_sub(DOMAINS);
    for tally in known {
        match groups.len() < DOMAINS {
            true => groups.push(Group::new(tally.key.clone(), tally)),
            false => others.add(&tally),
        }
    }
    if count > 0 {
        let label = match count {
            1 => "1 other".to_owned(),
            count => format!("{count} others"),
        };
        groups.push(Group::new(label, others));
    }
    let changed = |tally| Group::new("Addresses that changed since", tally);
    groups.extend(unknown.into_iter().map(changed));
    groups
}

/// A segment of the audience.
struct Asked {
    id: SegmentId,
    name: String,
    is_changed: bool,
}

/// The segments that a campaign is for and that can be asked, each with its question.
fn asked(tx: &mut TenantTx<'_>, campaign: &Campaign) -> Result<(Vec<Asked>, Vec<Compiled>), AppError> {
    let (mut asked, mut compiled) = (Vec::new(), Vec::new());
    let mut first = OWN + 1;
    let chosen = campaigns::segments_of(tx, campaign.id)?;
    for named in chosen.into_iter().filter(|one| !one.is_excluded) {
        let condition = Condition::Leaf(Leaf::Segment(named.segment));
        let question = match segments::compiled(tx, &condition, first) {
            Ok(question) => question,
            Err(AppError::Conflict(_)) => continue,
            Err(error) => return Err(error),
        };
        first += question.parameters();
        compiled.push(question);
        let kept = segments::queries::segment(tx, named.segment)?;
        asked.push(Asked {
            id: named.segment,
            name: named.name,
            is_changed: campaign.launched_at.is_some_and(|at| kept.changed_at > at),
        });
    }
    Ok((asked, compiled))
}

#[expect(clippy::cast_precision_loss, reason = "bars are as exact as pixels")]
fn picture(groups: &[Group]) -> StackedChart {
    let rows = groups.iter().take(DRAWN).map(|group| {
        let tally = &group.tally;
        let failed = tally.refused + tally.bounced;
        let taken = (tally.accepted - tally.bounced).max(0);
        let rest = (tally.messages - taken - failed).max(0);
        StackedInput {
            label: group.label.clone(),
            shown: format!("{} of {} taken", grouped(taken), grouped(tally.messages)),
            parts: [taken, failed, rest].map(|count| count as f64).to_vec(),
        }
    });
    let caption = Caption {
        id: "groups".to_owned(),
        title: "What became of the messages".to_owned(),
        summary: match groups.len() > DRAWN {
            true => format!("The first {DRAWN}; the table has all."),
            false => String::new(),
        },
    };
    let names = ["Taken", "Refused or bounced", "Neither so far"];
    StackedChart::new(caption, "", &names, rows.collect(), |count| format!("{count:.0}"))
}

/// A link with how often it was followed.
pub struct LinkRow {
    pub number: String,
    pub label: String,
    pub address: String,
    pub clicks: String,
    pub people: String,
    pub machines: String,
}

/// `/campaigns/{campaign}/links`
#[derive(Template)]
#[template(path = "campaigns/results/links.html")]
pub struct LinksPage {
    pub shell: Shell,
    pub id: CampaignId,
    pub name: String,
    pub picture: Option<BarChart>,
    pub rows: Vec<LinkRow>,
    pub is_tracked: bool,
}

impl LinksPage {
    /// Reads it.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    #[expect(clippy::cast_precision_loss, reason = "bars are as exact as pixels")]
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, app: &App, id: CampaignId) -> Result<Self, AppError> {
        let campaign = campaigns::campaign(tx, id)?;
        let links = links(tx, app, &campaign)?;
        let measures = links.iter().map(|link| Measure {
            label: match link.label.is_empty() {
                true => format!("{}. {}", link.number, link.address),
                false => format!("{}. {}", link.number, link.label),
            },
            amount: link.followed.clicks as f64,
            shown: grouped(link.followed.clicks),
        });
        let caption = Caption {
            id: "links".to_owned(),
            title: "How often each was followed".to_owned(),
            summary: "By people, as far as that can be told.".to_owned(),
        };
        Ok(Self {
            picture: (!links.is_empty()).then(|| BarChart::new(caption, measures.collect())),
            rows: links
                .into_iter()
                .map(|link| LinkRow {
                    number: link.number.to_string(),
                    label: link.label,
                    address: link.address,
                    clicks: grouped(link.followed.clicks),
                    people: grouped(link.followed.people),
                    machines: grouped(link.followed.machines),
                })
                .collect(),
            is_tracked: campaign.is_tracked,
            name: campaign.name,
            shell,
            id,
        })
    }
}

/// `/campaigns/{campaign}/times`
#[derive(Template)]
#[template(path = "campaigns/results/times.html")]
pub struct TimesPage {
    pub shell: Shell,
    pub id: CampaignId,
    pub name: String,
    pub is_by_day: bool,
    pub picture: Option<LineChart>,
    /// How many messages, and how long they took: half of them, nineteen of twenty, and the slowest.
    pub speed: Option<(String, [String; 3])>,
}

impl TimesPage {
    /// Reads it, in the hours or days of a zone.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        id: CampaignId,
        step: Step,
    ) -> Result<Self, AppError> {
        let campaign = campaigns::campaign(tx, id)?;
        let messages = Messages::of(&campaign, tx.now());
        let speed = queries::speed(tx, &messages)?;
        let words = |seconds: Option<f64>| seconds.map(took).unwrap_or_default();
        Ok(Self {
            picture: over_time(tx, &campaign, &messages, step, zone)?,
            speed: (speed.messages > 0).then(|| {
                (
                    grouped(speed.messages),
                    [speed.median, speed.p95, speed.slowest].map(words),
                )
            }),
            is_by_day: step == Step::Day,
            name: campaign.name,
            shell,
            id,
        })
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "lines are as exact as pixels, and counts small"
)]
fn over_time(
    tx: &mut TenantTx<'_>,
    campaign: &Campaign,
    messages: &Messages,
    step: Step,
    zone: Tz,
) -> Result<Option<LineChart>, AppError> {
    let found = queries::over_time(tx, messages, step.unit(), zone.name())?;
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        return Ok(None);
    };
    let (first, last) = (step.key(first.begins, zone), step.key(last.begins, zone));
    let now = step.key(tx.now(), zone);
    // As long as it is sent, what did not happen yet is part of the picture.
    let last = if campaign.state == State::Sent {
        last
    } else {
        last.max(now)
    };
    let steps = step.between(first, last);
    let mut counts: HashMap<(String, DateTime<Utc>), i64> = HashMap::new();
    for one in found {
        *counts.entry((one.what, step.key(one.begins, zone))).or_default() += one.count;
    }
    let wanted = [
        ("accepted", "Handed over"),
        ("delivered", "Reported as delivered"),
        ("clicked", "Links followed"),
    ];
    let series = wanted.iter().map(|(what, name)| Series {
        name: (*name).to_owned(),
        amounts: steps
            .iter()
            .map(|at| {
                counts
                    .get(&((*what).to_owned(), *at))
                    .copied()
                    .unwrap_or_default() as f64
            })
            .collect(),
    });
    let periods: Vec<String> = steps.iter().map(|at| step.words(*at, zone)).collect();
    let caption = Caption {
        id: "times".to_owned(),
        title: "What happened when".to_owned(),
        summary: match step {
            Step::Hour => format!("By hour, for two days from the first message on ({zone})."),
            Step::Day => format!("By day ({zone})."),
        },
    };
    Ok(Some(LineChart::new(
        caption,
        step.heading(),
        &periods,
        series.collect(),
        |count| grouped(count as i64),
    )))
}
