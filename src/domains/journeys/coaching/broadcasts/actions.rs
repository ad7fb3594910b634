//! Whom a broadcast reaches, and sending it.

use crate::config;
use crate::domains::channels::broadcasts::audience::PeopleRule;
use crate::domains::channels::broadcasts::{self, Audience, Broadcast, NewBroadcast, SendTime};
use crate::domains::channels::model::Channel;
use crate::domains::channels::places;
use crate::domains::journeys::learning::enrolling::queries::cohort;
use crate::domains::journeys::learning::model::CohortJourney;
use crate::domains::journeys::learning::policy::Coaching;
use crate::domains::tenancy;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CohortJourneyId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::{Meant, Way};
use super::queries;

/// The learners one broadcast names: each stands in it by name, so that whoever is enrolled later does not get it.
pub const MOST: usize = 20_000;

/// Learners, and who of them is reached.
#[derive(Debug, Clone)]
pub struct Reached {
    pub cohort: Option<CohortJourney>,
    /// The channel of the cohort, where it has one.
    pub channel: Option<Channel>,
    /// Whether the coach may broadcast into it.
    pub may_channel: bool,
    /// Who can be reached in their inbox.
    pub learners: Vec<MemberId>,
    /// Those of these who are not in the channel.
    pub outside: Vec<MemberId>,
    /// How many can't sign in now.
    pub away: usize,
    /// How many left the journey.
    pub left: usize,
    /// Whether there are more than one broadcast reaches; then nobody is.
    pub is_too_many: bool,
    /// Whether the coach learns it too: nobody broadcasts to themselves.
    pub is_learner: bool,
}

impl Reached {
    /// Where it goes, when this was wished.
    pub fn way(&self, wished: Way) -> Way {
        match (wished, &self.channel, self.may_channel) {
            (Way::Channel, Some(_), true) => Way::Channel,
            _ => Way::Inbox,
        }
    }
}

/// Looks who is reached.
///
/// # Errors
/// [`AppError::NotFound`] for a cohort that is not on the journey.
pub fn reached(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    of: Option<CohortJourneyId>,
) -> Result<Reached, AppError> {
    let cohort = match of {
        Some(id) => Some(cohort(tx, coaching, id)?),
        None => None,
    };
    let mut all = queries::learners(tx, coaching, of, MOST + 1)?;
    let is_too_many = all.len() > MOST;
    if is_too_many {
        all.clear();
    }
    let left = all.iter().filter(|one| one.has_left).count();
    let is_me = |id: &MemberId| *id == coaching.by();
    let here = all.iter().filter(|one| !one.has_left).map(|one| one.member_id);
    let (mine, ids): (Vec<MemberId>, Vec<MemberId>) = here.partition(is_me);
    let learners = tenancy::visible_among(tx, &ids)?;
    let channel = match &cohort {
        Some(cohort) => places::channel_of_context(tx, cohort.context_id)?,
        None => None,
    };
    let (may_channel, outside) = match &channel {
        Some(channel) => {
            let inside = places::those_inside(tx, channel.id, &learners)?;
            let audience = Audience::Channel(channel.id);
            let outside = learners.iter().filter(|one| !inside.contains(*one));
            (may_address(tx, &audience)?, outside.copied().collect())
        }
        None => (false, Vec::new()),
    };
    Ok(Reached {
        away: ids.len() - learners.len(),
        is_learner: !mine.is_empty(),
        is_too_many,
        cohort,
        channel,
        may_channel,
        learners,
        outside,
        left,
    })
}

fn may_address(tx: &mut TenantTx<'_>, audience: &Audience) -> Result<bool, AppError> {
    let reach = broadcasts::audience::reach_of(tx, audience)?;
    let standing = broadcasts::audience::my_standing(tx)?;
    Ok(broadcasts::policy::may_address(&standing, reach).is_ok())
}

/// What is said where more learn than one broadcast reaches.
pub fn too_many() -> String {
    format!(
        "More than {},{:03} learners are more than one broadcast reaches. Choose a cohort, or write to them with a campaign.",
        MOST / 1_000,
        MOST % 1_000
    )
}

fn new(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    reached: &Reached,
    meant: Meant,
) -> Result<NewBroadcast, AppError> {
    if reached.is_too_many {
        return Err(AppError::field("cohort", too_many()));
    }
    let audience = match (reached.way(meant.way), &reached.channel) {
        (Way::Channel, Some(channel)) if reached.outside.is_empty() => Audience::Channel(channel.id),
        (Way::Channel, Some(channel)) => {
            let called = match reached.outside.len() {
                1 => "1 learner outside it".to_owned(),
                count => format!("{count} learners outside it"),
            };
            Audience::ChannelAnd(channel.id, named(tx, &reached.outside, called)?)
        }
        _ => Audience::Filter(learners(tx, coaching, reached)?),
    };
    Ok(NewBroadcast {
        title: meant.title,
        body: meant.body,
        audience,
        requires_ack: false,
        send: SendTime::Now,
        confirmed: meant.confirmed,
    })
}

/// Exactly these learners, by name: whoever is enrolled while it waits does not get it.
fn learners(tx: &mut TenantTx<'_>, coaching: &Coaching, reached: &Reached) -> Result<PeopleRule, AppError> {
    if reached.learners.is_empty() {
        return Err(AppError::field("cohort", "Nobody would get this."));
    }
    let called = match &reached.cohort {
        Some(cohort) => format!("Learners of {} in {}", coaching.title(), cohort.name),
        None => format!("Learners of {}", coaching.title()),
    };
    named(tx, &reached.learners, called)
}

fn named(tx: &mut TenantTx<'_>, people: &[MemberId], called: String) -> Result<PeopleRule, AppError> {
    let cards = tenancy::member_cards(tx, people)?;
    let mut handles: Vec<String> = cards.into_values().map(|card| card.handle).collect();
    handles.sort();
    Ok(PeopleRule {
        handles,
        vouched: Some(called),
        ..PeopleRule::default()
    })
}

/// How it reads, and exactly whom it reaches.
///
/// # Errors
/// As [`broadcasts::preview`].
pub fn preview(
    tx: &mut TenantTx<'_>,
    settings: &config::Broadcasts,
    coaching: &Coaching,
    (reached, meant): (&Reached, Meant),
) -> Result<broadcasts::Preview, AppError> {
    let new = new(tx, coaching, reached, meant)?;
    broadcasts::preview(tx, settings, new)
}

/// Sends it once the time to take it back is over.
///
/// # Errors
/// As [`broadcasts::create`].
pub fn send(
    tx: &mut TenantTx<'_>,
    settings: &config::Broadcasts,
    coaching: &Coaching,
    of: Option<CohortJourneyId>,
    meant: Meant,
) -> Result<Broadcast, AppError> {
    let reached = reached(tx, coaching, of)?;
    let new = new(tx, coaching, &reached, meant)?;
    broadcasts::create(tx, settings, new)
}

/// Whether the acting member makes channels for a cohort: who leads it, and admins.
///
/// # Errors
/// When the database fails.
pub fn may_begin_channel(tx: &mut TenantTx<'_>, cohort: &CohortJourney) -> Result<bool, AppError> {
    let me = tx.my_id()?;
    Ok(tx.roles().has(Role::Admin) || tenancy::leads(tx, me, cohort.context_id)?)
}

/// Makes the channel of a cohort, with everybody of the cohort in it; the one that is there when there is one.
///
/// # Errors
/// As [`places::create_channel`].
pub fn begin_channel(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    id: CohortJourneyId,
) -> Result<Channel, AppError> {
    let cohort = cohort(tx, coaching, id)?;
    if let Some(channel) = places::channel_of_context(tx, cohort.context_id)? {
        return Ok(channel);
    }
    let channel = places::create_channel(
        tx,
        &places::NewChannel {
            context: cohort.context_id,
            settings: places::Settings::titled(&cohort.name),
            owner: None,
        },
    )?;
    let after = serde_json::json!({ "channel": channel.id });
    tx.audit(Entry::of("journeys.cohort.channelled", "cohort_journey", id).after(after))?;
    Ok(channel)
}
