//! What became of a campaign, as people see it.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::app::App;
use crate::domains::campaigns::model::{Campaign, EventKind, Reason, State};
use crate::domains::campaigns::queries::{self as campaigns, Counts};
use crate::domains::campaigns::tracking::{self, Hits};
use crate::domains::campaigns::wizard::pages::{people, starts_in_words};
use crate::domains::campaigns::{audience, entering, policy, templates, variants};
use crate::domains::consent;
use crate::domains::consent::standing::Standing;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, DeliveryId, MemberId};
use crate::kernel::text::grouped;
use crate::kernel::time::{local_clock, local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::charts::{Caption, Funnel, LineChart, Measure, Series};
use crate::platform::web::{Shell, address};

use super::queries::{self, Waiting};

/// People on a page.
pub(super) const PAGE: usize = 50;
/// What is said of a message that has not left.
pub(super) const WAITING: &str = "Waiting";
/// Spans of time in the chart of the pace.
const SPANS: i64 = 40;

/// A line of a table: how many, and where they are listed.
pub struct Amount {
    pub label: &'static str,
    pub count: String,
    pub href: String,
}

/// `/campaigns/{campaign}` once it was sent off.
#[derive(Template)]
#[template(path = "campaigns/results/show.html")]
pub struct ResultsPage {
    pub shell: Shell,
    pub id: CampaignId,
    pub name: String,
    pub state: State,
    pub trouble: String,
    pub template: Option<(String, String)>,
    /// The words and the look of its badge.
    pub badge: (&'static str, &'static str),
    /// When it begins, was sent off or ended, in words.
    pub moment: String,
    /// Whether it waits for a second person, and whether the reader can be that person.
    pub waits_for_approval: bool,
    pub may_approve: bool,
    pub is_gathering: bool,
    /// Of one that goes to whoever comes in.
    pub waits: Option<Waits>,
    pub queued: i64,
    pub done: i64,
    pub progress: String,
    pub held: i64,
    /// Until when those wait whose messages are not due yet, in words; empty when there are none.
    pub later: String,
    pub funnel: Option<Funnel>,
    pub pace: Option<LineChart>,
    pub outcomes: Vec<Amount>,
    pub exclusions: Vec<Amount>,
    pub audience: String,
    pub recipients: String,
    /// How its variants do, when it tries several.
    pub test: Option<variants::results::Results>,
}

impl ResultsPage {
    /// Reads it.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, zone: Tz, id: CampaignId) -> Result<Self, AppError> {
        let campaign = campaigns::campaign(tx, id)?;
        let counts = campaigns::counts(tx, &[id])?.remove(&id).unwrap_or_default();
        let held = match campaign.state.is_under_way() {
            true => campaigns::held(tx, id)?,
            false => 0,
        };
        let standing = entering::queries::standing(tx, id)?;
        let entry = standing.map(|standing| standing.entry);
        let template = match campaign.template_id {
            Some(id) => {
                let kept = templates::queries::template(tx, id)?;
                let version = match campaign.version_id {
                    Some(version) => templates::queries::version_by_id(tx, version)?.version,
                    None => kept.current_version,
                };
                Some((
                    format!("/templates/{id}/versions/{version}"),
                    format!("{}, version {version}", kept.name),
                ))
            }
            None => None,
        };
        let hits = tracking::hits_of(tx, id)?;
        let queued = counts.of("queued");
        let done = settled(&counts);
        let waits_for_approval = campaign.waits_for_approval();
        let waiting = match campaign.state.is_under_way() {
            true => queries::waiting(tx, id, tx.now())?,
            false => Waiting::default(),
        };
        let excluded: i64 = Reason::ALL.iter().map(|reason| counts.of(reason.as_str())).sum();
        let test = variants::results::Results::read(tx, &campaign, &counts, zone)?;
        Ok(Self {
            may_approve: waits_for_approval && policy::may_approve(tx.actor(), &campaign).is_ok(),
            waits_for_approval,
            is_gathering: campaign.state == State::Sending
                && campaign.gathered_at.is_none()
                && entry.is_none(),
            waits: Waits::of(&campaign, standing, zone),
            funnel: (queued > 0).then(|| funnel(&counts, hits, queued, excluded)),
            // Drawn once it is through: while it is sent the page asks anew every few seconds.
            pace: match campaign.state {
                State::Sending => None,
                _ => pace(tx, &campaign, zone)?,
            },
            outcomes: outcomes(id, &counts, waiting.people),
            exclusions: exclusions(id, &counts),
            audience: people(queued + excluded),
            recipients: people(queued),
            test,
            progress: format!("{} of {}", grouped(done), grouped(queued)),
            held,
            later: later(waiting, zone),
            badge: campaign.badge(),
            moment: moment_in_words(&campaign, entry, zone),
            trouble: campaign.trouble,
            state: campaign.state,
            name: campaign.name,
            template,
            queued,
            done,
            shell,
            id,
        })
    }
}

/// When a campaign begins, was sent off or ended, in words.
fn moment_in_words(campaign: &Campaign, entry: Option<entering::Entry>, zone: Tz) -> String {
    let when = |at: Option<DateTime<Utc>>| at.map(|at| local_date_time(at, zone)).unwrap_or_default();
    match campaign.state {
        State::Sent => format!("Finished {}", when(campaign.finished_at)),
        State::Cancelled | State::Failed => format!("Stopped {}", when(campaign.finished_at)),
        State::Scheduled => starts_in_words(campaign, entry, zone),
        State::Draft | State::Sending | State::Paused => format!("Sent off {}", when(campaign.launched_at)),
    }
}

/// Until when those wait whose messages are not due yet.
fn later(waiting: Waiting, zone: Tz) -> String {
    let Some((first, last)) = waiting.first.zip(waiting.last) else {
        return String::new();
    };
    let (first, last) = (local_date_time(first, zone), local_date_time(last, zone));
    let (count, verb) = match waiting.later {
        1 => ("1".to_owned(), "waits"),
        later => (grouped(later), "wait"),
    };
    match first == last {
        true => format!("{count} {verb} until {first}."),
        false => format!("{count} {verb} until {first} or later, the last until {last}."),
    }
}

/// That a campaign goes to whoever comes into its audience.
pub struct Waits {
    /// The last day.
    pub until: String,
    /// When the audience was last looked through; empty before the first time.
    pub looked: String,
}

impl Waits {
    fn of(campaign: &Campaign, standing: Option<entering::queries::Standing>, zone: Tz) -> Option<Self> {
        let is_open =
            matches!(campaign.state, State::Sending | State::Paused) && campaign.gathered_at.is_none();
        let standing = standing.filter(|_| is_open)?;
        Some(Self {
            until: standing.entry.last_day(zone).format("%-d %b %Y").to_string(),
            looked: standing
                .looked_at
                .map(|at| local_date_time(at, zone))
                .unwrap_or_default(),
        })
    }
}

/// How many deliveries have come to an end.
pub fn settled(counts: &Counts) -> i64 {
    let ends = [
        EventKind::Accepted,
        EventKind::Refused,
        EventKind::Withheld,
        EventKind::Cancelled,
    ];
    ends.iter().map(|kind| counts.of(kind.as_str())).sum()
}

#[expect(clippy::cast_precision_loss, reason = "bars are as exact as pixels")]
fn funnel(counts: &Counts, hits: Hits, queued: i64, excluded: i64) -> Funnel {
    let measure = |label: &str, count: i64| Measure {
        label: label.to_owned(),
        amount: count as f64,
        shown: grouped(count),
    };
    let mut steps = vec![
        measure("In the audience", queued + excluded),
        measure("To be sent", queued),
        measure("Handed over", counts.of("accepted")),
    ];
    let after = [
        ("Reported as delivered", counts.of("delivered")),
        ("Opened", hits.opened),
        ("Followed a link", hits.clicked),
    ];
    steps.extend(
        after
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(label, count)| measure(label, count)),
    );
    let caption = Caption {
        id: "funnel".to_owned(),
        title: "From audience to reader".to_owned(),
        summary: match hits.machines {
            0 => String::new(),
            count => format!(
                "{} opens and clicks look like a machine’s and are not counted.",
                grouped(count)
            ),
        },
    };
    Funnel::new(caption, steps)
}

fn outcomes(id: CampaignId, counts: &Counts, waiting: i64) -> Vec<Amount> {
    let amount = |label, count: i64, show: &str| Amount {
        label,
        count: grouped(count),
        href: format!("/campaigns/{id}/people?show={show}"),
    };
    let still = (waiting > 0).then(|| amount(WAITING, waiting, "waiting"));
    let those = EventKind::ALL.iter().filter(|kind| counts.of(kind.as_str()) > 0);
    let ended = those.map(|kind| amount(kind.label(), counts.of(kind.as_str()), kind.as_str()));
    still.into_iter().chain(ended).collect()
}

fn exclusions(id: CampaignId, counts: &Counts) -> Vec<Amount> {
    let those = Reason::ALL.iter().filter(|reason| counts.of(reason.as_str()) > 0);
    those
        .map(|reason| Amount {
            label: reason.label(),
            count: grouped(counts.of(reason.as_str())),
            href: format!("/campaigns/{id}/people?show={reason}"),
        })
        .collect()
}

/// How fast it left; nothing before something has.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "lines are as exact as pixels, and counts small"
)]
fn pace(tx: &mut TenantTx<'_>, campaign: &Campaign, zone: Tz) -> Result<Option<LineChart>, AppError> {
    let Some(from) = campaign.launched_at else {
        return Ok(None);
    };
    let to = campaign.finished_at.unwrap_or_else(|| tx.now()) + TimeDelta::seconds(1);
    let span = |from: DateTime<Utc>, to: DateTime<Utc>| ((to - from).num_seconds() / SPANS).max(1);
    let coarse = queries::pace(tx, campaign.id, (from, to), span(from, to))?;
    let (Some(first), Some(last)) = (coarse.first(), coarse.last()) else {
        return Ok(None);
    };
    // The times between sending off and the first message are of no interest.
    let begins = first.begins;
    let ends = last.begins + TimeDelta::seconds(span(from, to));
    let seconds = span(begins, ends);
    let found = queries::pace(tx, campaign.id, (begins, ends), seconds)?;
    let mut amounts = Vec::new();
    let mut periods = Vec::new();
    let mut at = found.first().map_or(begins, |one| one.begins);
    let mut found = found.into_iter().peekable();
    while at < ends && amounts.len() < 100 {
        let count = found.next_if(|one| one.begins == at).map_or(0, |one| one.count);
        amounts.push(count as f64);
        periods.push(match seconds < 60 {
            true => at.with_timezone(&zone).format("%H:%M:%S").to_string(),
            false => local_clock(at, zone),
        });
        at += TimeDelta::seconds(seconds);
    }
    let caption = Caption {
        id: "pace".to_owned(),
        title: "Handed over".to_owned(),
        summary: format!(
            "In spans of {}.",
            crate::kernel::time::waiting_time(u64::try_from(seconds).unwrap_or(1))
        ),
    };
    let series = Series {
        name: "Messages".to_owned(),
        amounts,
    };
    Ok(Some(LineChart::new(
        caption,
        "From",
        &periods,
        vec![series],
        |count| grouped(count as i64),
    )))
}

/// `/campaigns/{campaign}/cancellation`
#[derive(Template)]
#[template(path = "campaigns/results/cancellation.html")]
pub struct CancellationPage {
    pub shell: Shell,
    pub id: CampaignId,
    pub title: String,
    pub text: &'static str,
    /// What the button says that does it, and the one that leaves it.
    pub verb: &'static str,
    pub back: &'static str,
}

impl CancellationPage {
    /// Of a campaign that has not ended.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when nothing of it can be stopped any more.
    pub fn of(shell: Shell, campaign: &Campaign) -> Result<Self, AppError> {
        let name = &campaign.name;
        let (title, text, verb, back) = match campaign.state {
            State::Scheduled => (
                format!("Take “{name}” back?"),
                "It becomes a draft again. Nobody gets anything.",
                "Take it back",
                "Leave it as it is",
            ),
            State::Sending | State::Paused => (
                format!("Cancel “{name}”?"),
                "What has not left never will, and the log says so for each person. What has left can’t be taken back.",
                "Cancel the campaign",
                "Keep it",
            ),
            _ => return Err(AppError::Conflict("There is nothing left to cancel.".to_owned())),
        };
        Ok(Self {
            shell,
            id: campaign.id,
            title,
            text,
            verb,
            back,
        })
    }
}

/// Something that happened to a message.
pub struct EventLine {
    pub label: &'static str,
    pub tone: &'static str,
    pub detail: String,
    pub reference: String,
    pub hash: String,
    pub when: String,
    pub machine: String,
    pub is_machine: bool,
}

/// `/campaigns/{campaign}/deliveries/{delivery}`
#[derive(Template)]
#[template(path = "campaigns/results/delivery.html")]
pub struct DeliveryPage {
    pub shell: Shell,
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub id: DeliveryId,
    pub member: MemberId,
    pub name: String,
    pub made: String,
    pub due: String,
    pub next: String,
    pub is_held: bool,
    /// Why it was allowed then.
    pub why: String,
    pub version: String,
    /// Which variant it is and why, in words; empty where only one is sent.
    pub variant: String,
    pub events: Vec<EventLine>,
}

impl DeliveryPage {
    /// Reads it.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        app: &App,
        zone: Tz,
        (campaign, id): (CampaignId, DeliveryId),
    ) -> Result<Self, AppError> {
        let of = campaigns::campaign(tx, campaign)?;
        let delivery = queries::delivery(tx, campaign, id)?;
        // What waits for the winner of a test has no variant yet.
        let told = match delivery.waits {
            true => variants::of_variant(tx, &of, 0)?,
            false => variants::of_variant(tx, &of, delivery.told())?,
        };
        let template = told.campaign.template_id.ok_or(AppError::NotFound)?;
        let kept = templates::queries::template(tx, template)?;
        let version =
            templates::queries::version_by_id(tx, told.campaign.version_id.ok_or(AppError::NotFound)?)?;
        let variant = variant_in_words(&delivery);
        let channel = audience::contact_channel(of.channel);
        let then = consent::actions::standing_at(
            tx,
            &app.keys,
            delivery.member_id,
            channel,
            &kept.category,
            delivery.made_at,
        )?;
        let events = queries::events(tx, id)?
            .into_iter()
            .filter(|event| !event.is_watched());
        Ok(Self {
            shell,
            campaign,
            campaign_name: of.name,
            id,
            member: delivery.member_id,
            name: delivery.name,
            made: local_date_time(delivery.made_at, zone),
            due: local_date_time(delivery.due_at, zone),
            next: delivery
                .next_at
                .map(|at| local_date_time(at, zone))
                .unwrap_or_default(),
            is_held: delivery.is_held,
            why: in_words(then, zone),
            version: match delivery.waits {
                true => String::new(),
                false => format!("{}, version {}", kept.name, version.version),
            },
            variant,
            events: events.map(|event| event_line(event, zone)).collect(),
        })
    }
}

/// Which variant somebody gets and why; nothing where only one is sent.
fn variant_in_words(delivery: &queries::Delivery) -> String {
    let letter = variants::model::letter;
    match (delivery.variant, delivery.winner, delivery.is_of_test) {
        (_, _, false) => String::new(),
        (Some(number), _, _) => format!("{}: chosen for the test by their id", letter(number)),
        (None, Some(number), _) => format!("{}: it went to all who took no part in the test", letter(number)),
        (None, None, _) => "Not decided yet: they take no part in the test".to_owned(),
    }
}

fn event_line(event: queries::Event, zone: Tz) -> EventLine {
    let kind: Option<EventKind> = event.kind.parse().ok();
    EventLine {
        label: kind.map_or("", EventKind::label),
        tone: kind.map_or("", EventKind::tone),
        detail: event.detail,
        reference: event.provider_ref.unwrap_or_default(),
        hash: event.sha256.map(hex::encode).unwrap_or_default(),
        when: local_date_time(event.at, zone),
        machine: machine(event.at),
        is_machine: event.is_machine,
    }
}

/// Why somebody could be written to, in words.
fn in_words(standing: Standing, zone: Tz) -> String {
    match standing {
        Standing::Allowed { basis, until } => match until {
            Some(until) => format!("{}, until {}", basis.label(), local_date_time(until, zone)),
            None => basis.label().to_owned(),
        },
        Standing::Withdrawn { at } => format!("They had said no on {}", local_date_time(at, zone)),
        Standing::Expired { at } => format!("Their consent had run out on {}", local_date_time(at, zone)),
        Standing::NoBasis => "Nothing allowed it".to_owned(),
    }
}

/// `/people/{member}/messages`
#[derive(Template)]
#[template(path = "campaigns/results/person.html")]
pub struct PersonPage {
    pub shell: Shell,
    pub member: MemberId,
    pub name: String,
    pub lines: Vec<PersonCampaign>,
    pub start: String,
    pub next: String,
}

/// One campaign as it went for them.
pub struct PersonCampaign {
    /// Where it is told; empty for readers who may not open it.
    pub href: String,
    pub name: String,
    pub when: String,
    pub machine: String,
    pub badge: &'static str,
    pub tone: &'static str,
    /// Why they were left out, when they were.
    pub why: &'static str,
}

impl PersonPage {
    /// Reads it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such person.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        member: MemberId,
        before: Option<uuid::Uuid>,
    ) -> Result<Self, AppError> {
        let person = people_of(tx, member)?;
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::of_person(tx, member, before, limit)?;
        let is_more = found.len() > PAGE;
        found.truncate(PAGE);
        let path = format!("/people/{member}/messages");
        let next = match (is_more, found.last()) {
            (true, Some(last)) => address(&path, &[("before", &last.place().to_string())]),
            _ => String::new(),
        };
        let opens = policy::may_campaign(tx.actor()).is_ok();
        Ok(Self {
            shell,
            member,
            name: person,
            lines: found
                .into_iter()
                .map(|one| campaign_of(one, opens, zone))
                .collect(),
            start: before.map(|_| path).unwrap_or_default(),
            next,
        })
    }
}

/// What somebody is called.
fn people_of(tx: &mut TenantTx<'_>, member: MemberId) -> Result<String, AppError> {
    Ok(crate::domains::people::reach(tx, member)?.name)
}

fn campaign_of(one: queries::Line, opens: bool, zone: Tz) -> PersonCampaign {
    let kind: Option<EventKind> = one.words.parse().ok();
    let reason: Option<Reason> = one.words.parse().ok().filter(|_| one.delivery.is_none());
    PersonCampaign {
        href: match (opens, one.delivery) {
            (false, _) => String::new(),
            (true, Some(delivery)) => format!("/campaigns/{}/deliveries/{delivery}", one.campaign),
            (true, None) => format!("/campaigns/{}", one.campaign),
        },
        name: one.name,
        when: local_date_time(one.at, zone),
        machine: machine(one.at),
        badge: match (reason, kind) {
            (Some(_), _) => "Left out",
            (None, Some(kind)) => kind.label(),
            (None, None) => "Waiting",
        },
        tone: match reason {
            Some(_) => "",
            None => kind.map_or("", EventKind::tone),
        },
        why: reason.map_or("", Reason::label),
    }
}
