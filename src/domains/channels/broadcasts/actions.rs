//! Making, showing and taking back broadcasts. Each is one transaction and one story.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::config;
use crate::domains::channels::events::{BroadcastCancelled, BroadcastScheduled};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::AppError;
use crate::kernel::ids::BroadcastId;
use crate::kernel::markup::{self, MentionResolver, Rendered, ResolvedMention};
use crate::kernel::time::local_clock;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;

use super::audience::{self, Resolved};
use super::log::{self, Deed};
use super::model::{Broadcast, NewBroadcast, SendTime};
use super::policy::{self, Addressable, CONFIRM_ABOVE, Sight};
use super::queries::{self, Plan};
use super::throttle::Allowance;
use super::{jobs, receipts};

/// People shown by name before sending.
const SAMPLE: i64 = 10;

/// A broadcast names nobody: it speaks to everyone it goes to.
struct Nobody;

impl MentionResolver for Nobody {
    fn resolve(&self, _handle: &str) -> Option<ResolvedMention> {
        None
    }
}

/// The text as it will be shown.
pub(super) fn rendered(body: &str) -> Rendered {
    markup::render(body, &Nobody)
}

/// What a sender is shown before sending.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The audience in words.
    pub label: String,
    /// Exactly how many people that is now.
    pub count: i64,
    /// The first of them by name.
    pub sample: Vec<MemberCard>,
    /// How many of them were already sent a broadcast today, in the sender's zone.
    pub reached_today: i64,
    /// The text.
    pub rendered: Rendered,
    /// When it would go out.
    pub send_at: DateTime<Utc>,
}

/// Whom a broadcast would reach, and how it reads. Changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] and [`AppError::Denied`] as [`audience::resolve`] and [`policy::may_address`];
/// [`AppError::Invalid`] for texts, audiences or times that are not usable.
pub fn preview(
    tx: &mut TenantTx<'_>,
    settings: &config::Broadcasts,
    new: NewBroadcast,
) -> Result<Preview, AppError> {
    let new = new.checked()?;
    let (_, to) = addressed(tx, &new)?;
    let (me, now) = (tx.me()?, tx.now());
    let count = counted(tx, &to)?;
    let sample = audience::queries::sample(tx, &to.audience, me.member, SAMPLE)?;
    let mut cards = tenancy::member_cards(tx, &sample)?;
    let midnight = now
        .with_timezone(&me.zone)
        .with_time(NaiveTime::MIN)
        .earliest()
        .map_or(now - TimeDelta::hours(24), |moment| moment.to_utc());
    Ok(Preview {
        reached_today: audience::queries::reached_since(tx, &to.audience, me.member, midnight)?,
        sample: sample.iter().filter_map(|id| cards.remove(id)).collect(),
        rendered: rendered(&new.body),
        send_at: send_at(settings, new.send, now)?,
        label: to.label,
        count,
    })
}

fn addressed(tx: &mut TenantTx<'_>, new: &NewBroadcast) -> Result<(Addressable, Resolved), AppError> {
    policy::may_send_at_all(tx.roles())?;
    let standing = audience::my_standing(tx)?;
    // Reach before name: what lies out of reach is refused before anything is told about it.
    let reach = audience::reach_of(tx, &new.audience)?;
    let proof = policy::may_address(&standing, reach)?;
    Ok((proof, audience::resolve(tx, &new.audience)?))
}

fn counted(tx: &mut TenantTx<'_>, to: &Resolved) -> Result<i64, AppError> {
    let me = tx.my_id()?;
    match audience::queries::count(tx, &to.audience, me)? {
        0 => Err(AppError::field(
            "audience",
            "Nobody but you would get this. Choose another audience.",
        )),
        count => Ok(count),
    }
}

fn send_at(
    settings: &config::Broadcasts,
    wish: SendTime,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, AppError> {
    let soonest = now + TimeDelta::seconds(settings.cancel_seconds.max(0));
    match wish {
        SendTime::Now => Ok(soonest),
        SendTime::At(moment) if moment <= now => Err(AppError::field(
            "send_at",
            "That time has passed. Choose one in the future.",
        )),
        SendTime::At(moment) if moment > now + TimeDelta::days(366) => {
            Err(AppError::field("send_at", "Choose a time within a year."))
        }
        SendTime::At(moment) => Ok(moment.max(soonest)),
    }
}

/// Makes a broadcast that goes out once the time to take it back has passed, or at the chosen time.
///
/// # Errors
/// As [`preview`]; [`AppError::Invalid`] at `confirm` when many people are reached and their number was not given, or is
/// another by now; [`AppError::RateLimited`] when the actor's role has sent its share.
pub fn create(
    tx: &mut TenantTx<'_>,
    settings: &config::Broadcasts,
    new: NewBroadcast,
) -> Result<Broadcast, AppError> {
    let new = new.checked()?;
    let (proof, to) = addressed(tx, &new)?;
    let plan = Plan {
        send_at: send_at(settings, new.send, tx.now())?,
        recipients: counted(tx, &to)?,
    };
    confirmed(&new, plan.recipients)?;
    within_allowance(tx, settings, proof)?;
    let id = queries::insert(tx, proof, &new, &to, &rendered(&new.body), plan)?;
    log::write(
        tx,
        id,
        Deed::Created,
        plan.recipients,
        serde_json::json!({ "audience": to.label, "send_at": plan.send_at }),
    )?;
    tx.enqueue(
        NewJob::new(jobs::SEND, jobs::Send { broadcast: id })
            .at(plan.send_at)
            .unique(id.to_string()),
    )?;
    let author = tx.my_id()?;
    tx.emit(&BroadcastScheduled {
        broadcast: id,
        author,
        send_at: plan.send_at,
        recipients: plan.recipients,
    })?;
    let after = serde_json::json!({ "audience": to.label, "recipients": plan.recipients, "send_at": plan.send_at, "requires_ack": new.requires_ack });
    tx.audit(Entry::of("channels.broadcast.scheduled", "broadcast", id).after(after))?;
    queries::by_id(tx, id)
}

fn confirmed(new: &NewBroadcast, count: i64) -> Result<(), AppError> {
    match new.confirmed {
        _ if count <= CONFIRM_ABOVE => Ok(()),
        Some(number) if number == count => Ok(()),
        Some(_) => Err(AppError::field(
            "confirm",
            format!("That is not the number of people. It goes to {count} now."),
        )),
        None => Err(AppError::field(
            "confirm",
            format!("Type {count} to confirm that you mean to reach so many people."),
        )),
    }
}

/// Counts under the actor's lock, so that parallel attempts cannot all be the last one allowed.
fn within_allowance(
    tx: &mut TenantTx<'_>,
    settings: &config::Broadcasts,
    proof: Addressable,
) -> Result<(), AppError> {
    queries::queue_behind_own_attempts(tx)?;
    let allowance = Allowance::of(proof.role(), settings);
    let (me, now) = (tx.my_id()?, tx.now());
    let made = queries::made_lately(
        tx,
        me,
        TimeDelta::seconds(settings.cancel_seconds),
        allowance.hourly.max(allowance.daily),
    )?;
    allowance.check(&made, now)
}

/// What a refusal by the throttle means, for the person who waits.
pub(super) fn wait_in_words(retry_after: u64, now: DateTime<Utc>, zone: chrono_tz::Tz) -> String {
    let seconds = i64::try_from(retry_after).unwrap_or(i64::MAX).min(86_400 * 2);
    let minutes = (seconds + 59) / 60;
    let clock = local_clock(now + TimeDelta::seconds(seconds), zone);
    let wait = match minutes {
        ..=1 => "a minute".to_owned(),
        2..=90 => format!("{minutes} minutes"),
        _ => format!("{} hours", (minutes + 59) / 60),
    };
    format!(
        "You have sent as many broadcasts as your role may for now. You can send the next one in {wait}, at {clock}. What you wrote is still here."
    )
}

/// Takes a broadcast back before anyone gets it. The row's lock decides between this and sending.
///
/// # Errors
/// As [`policy::may_cancel`].
pub fn cancel(tx: &mut TenantTx<'_>, id: BroadcastId) -> Result<Broadcast, AppError> {
    let broadcast = queries::lock(tx, id)?;
    let proof = policy::may_cancel(tx.me()?, &broadcast)?;
    queries::set_cancelled(tx, &proof)?;
    log::write(tx, id, Deed::Cancelled, 0, serde_json::json!({}))?;
    tx.emit(&BroadcastCancelled {
        broadcast: id,
        author: broadcast.author_id,
    })?;
    tx.audit(Entry::of("channels.broadcast.cancelled", "broadcast", id))?;
    queries::by_id(tx, id)
}

/// A broadcast as the acting member may see it, and in which capacity.
///
/// # Errors
/// [`AppError::NotFound`] for everyone who was not sent it and has no part in it.
pub fn seen_by_me(tx: &mut TenantTx<'_>, id: BroadcastId) -> Result<(Broadcast, Sight), AppError> {
    let broadcast = queries::by_id(tx, id)?;
    let receipt = receipts::queries::mine(tx, id)?;
    let sight = policy::may_see(tx.me()?, &broadcast, receipt.as_ref())?;
    Ok((broadcast, sight))
}
