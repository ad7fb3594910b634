//! Making campaigns, sending them off, stopping them, and what follows by itself.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::app::App;
use crate::config::Config;
use crate::domains::campaigns::templates::model::Channel;
use crate::domains::campaigns::{audience, entering, templates, variants};
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::CampaignId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;
use crate::platform::mail::{self, Letter};

use super::events::{
    CampaignApproved, CampaignCancelled, CampaignCreated, CampaignFailed, CampaignLaunched, CampaignPaused,
    CampaignResumed, CampaignSent, CampaignStarted,
};
use super::model::{Campaign, Start, State};
use super::policy::{Approving, Campaigning, Drafting};
use super::queries::{self, Audience, Content, Schedule};
use super::sending::{GATHER, GatherArgs};

/// The zones that are ahead of all others: a time on everybody's own clock comes there first.
const FIRST_ZONE: TimeDelta = TimeDelta::hours(14);

/// Begins a campaign.
///
/// # Errors
/// When the database fails.
pub fn create(
    tx: &mut TenantTx<'_>,
    by: &Campaigning,
    name: &str,
    channel: Channel,
) -> Result<CampaignId, AppError> {
    let id = queries::create(tx, by, name, channel)?;
    tx.audit(
        Entry::of("campaigns.campaign.created", "campaign", id)
            .after(json!({ "name": name, "channel": channel })),
    )?;
    tx.emit(&CampaignCreated { campaign: id })?;
    Ok(id)
}

/// Makes a draft with the words, audience and manner of another campaign, to go as soon as it is sent off, or as soon as people come into
/// its audience when the other did.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn copy(tx: &mut TenantTx<'_>, by: &Campaigning, of: CampaignId) -> Result<CampaignId, AppError> {
    let from = queries::campaign(tx, of)?;
    let name: String = format!("Copy of {}", from.name).chars().take(120).collect();
    let id = create(tx, by, &name, from.channel)?;
    let draft = queries::campaign(tx, id)?;
    let chosen = queries::segments_of(tx, of)?;
    let drafting = super::policy::may_draft(tx.actor(), &draft)?;
    let content = Content {
        name,
        template: from.template_id,
        from_name: from.from_name,
        reply_to: from.reply_to,
        is_tracked: from.is_tracked,
        fill: from.fill,
    };
    queries::set_content(tx, &drafting, &content)?;
    let of = |is_excluded: bool| {
        chosen
            .iter()
            .filter(move |one| one.is_excluded == is_excluded)
            .map(|one| one.segment)
    };
    let audience = Audience {
        is_everyone: from.is_everyone,
        include: of(false).collect(),
        exclude: of(true).collect(),
    };
    queries::set_audience(tx, &drafting, &audience)?;
    let entry = entering::renewed(tx, from.id)?;
    let schedule = Schedule {
        starts: entry.map_or(Start::Now, |_| Start::Entry),
        at: None,
        local: None,
        entry,
        quiet: from.quiet_from.zip(from.quiet_to),
        late_hours: from.late_hours,
        in_doubt: from.in_doubt,
    };
    queries::set_schedule(tx, &drafting, &schedule)?;
    variants::actions::copy(tx, from.id, &drafting)?;
    Ok(id)
}

/// Keeps what was written in a step.
///
/// # Errors
/// When the database fails.
pub fn set_content(
    tx: &mut TenantTx<'_>,
    drafting: &Drafting<'_>,
    content: &Content,
) -> Result<(), AppError> {
    queries::set_content(tx, drafting, content)?;
    let after = json!({ "name": content.name, "template": content.template, "from_name": content.from_name,
        "reply_to": content.reply_to, "is_tracked": content.is_tracked });
    tx.audit(Entry::of("campaigns.campaign.changed", "campaign", drafting.campaign().id).after(after))
}

/// Keeps for whom a campaign is.
///
/// # Errors
/// When the database fails.
pub fn set_audience(
    tx: &mut TenantTx<'_>,
    drafting: &Drafting<'_>,
    audience: &Audience,
) -> Result<(), AppError> {
    queries::set_audience(tx, drafting, audience)?;
    let after = json!({ "is_everyone": audience.is_everyone, "include": audience.include, "exclude": audience.exclude });
    tx.audit(Entry::of("campaigns.campaign.changed", "campaign", drafting.campaign().id).after(after))
}

/// Keeps when a campaign goes.
///
/// # Errors
/// When the database fails.
pub fn set_schedule(
    tx: &mut TenantTx<'_>,
    drafting: &Drafting<'_>,
    schedule: &Schedule,
) -> Result<(), AppError> {
    queries::set_schedule(tx, drafting, schedule)?;
    let after = json!({ "starts": schedule.starts, "at": schedule.at, "local": schedule.local, "late_hours": schedule.late_hours, "in_doubt": schedule.in_doubt, "entry": schedule.entry });
    tx.audit(Entry::of("campaigns.campaign.changed", "campaign", drafting.campaign().id).after(after))
}

/// Removes a draft for good.
///
/// # Errors
/// [`AppError::Conflict`] when somebody got something of it.
pub fn delete(tx: &mut TenantTx<'_>, drafting: &Drafting<'_>) -> Result<(), AppError> {
    let campaign = drafting.campaign();
    if queries::has_deliveries(tx, campaign.id)? {
        return Err(AppError::Conflict(
            "Something of it was sent, so it stays.".to_owned(),
        ));
    }
    tx.audit(
        Entry::of("campaigns.campaign.deleted", "campaign", campaign.id)
            .before(json!({ "name": campaign.name })),
    )?;
    Ok(queries::delete(tx, drafting)?)
}

/// What is missing before a campaign can be sent off: which step mends it, and what to do.
///
/// # Errors
/// When the database fails.
pub fn missing(
    tx: &mut TenantTx<'_>,
    app: &App,
    campaign: &Campaign,
) -> Result<Vec<(&'static str, String)>, AppError> {
    let mut missing = Vec::new();
    match campaign.template_id {
        None => missing.push(("content", "Choose a template.".to_owned())),
        Some(id) => {
            let kept = templates::queries::template(tx, id)?;
            if kept.archived_at.is_some() {
                missing.push(("content", "The template is archived. Choose another.".to_owned()));
            } else if kept.current_version == 0 {
                missing.push(("content", "The template has no saved version yet.".to_owned()));
            } else {
                missing.extend(unsayable(tx, app, campaign, &kept, "")?);
                missing.extend(variants::actions::missing(tx, app, campaign)?);
            }
        }
    }
    let chosen = queries::segments_of(tx, campaign.id)?;
    if !campaign.is_everyone && chosen.iter().all(|one| one.is_excluded) {
        missing.push(("audience", "Choose who it is for.".to_owned()));
    }
    let now = tx.now();
    if campaign.starts_at.is_some_and(|at| at < now) {
        missing.push(("schedule", "The time it was to go has passed.".to_owned()));
    }
    missing.extend(entering::missing(tx, campaign)?);
    Ok(missing)
}

/// What keeps the words of a campaign from being sent, with this subject unless it is empty.
pub(super) fn unsayable(
    tx: &mut TenantTx<'_>,
    app: &App,
    campaign: &Campaign,
    kept: &templates::model::Kept,
    subject: &str,
) -> Result<Vec<(&'static str, String)>, AppError> {
    let version = templates::queries::version(tx, kept.id, kept.current_version)?;
    let words = templates::model::Words::read(version.draft)?.with_subject(subject);
    let mut missing = Vec::new();
    for one in words
        .variables
        .iter()
        .filter(|one| one.required && !one.name.contains('.'))
    {
        let value = campaign
            .fill
            .get(&one.name)
            .and_then(|value| value.as_str())
            .unwrap_or_default();
        if value.trim().is_empty() {
            let label = if one.label.is_empty() {
                &one.name
            } else {
                &one.label
            };
            missing.push(("content", format!("Fill in “{label}”.")));
        }
    }
    if templates::actions::compiled(&words, kept.channel, version.purpose, &app.config).is_err() {
        missing.push((
            "content",
            "What the template says can't be sent. Open it to see why.".to_owned(),
        ));
    }
    Ok(missing)
}

/// Sends a campaign off: from now on it is what people get. It goes at its time, and above the organization's limit only once a
/// second person let it go. Answers whether that is needed.
///
/// # Errors
/// [`AppError::Conflict`] when something is missing, when it would go to nobody, or when it was changed since it was looked at.
pub fn launch(
    tx: &mut TenantTx<'_>,
    by: &Campaigning,
    app: &App,
    id: CampaignId,
    revision: i32,
) -> Result<bool, AppError> {
    let campaign = queries::lock(tx, id)?;
    super::policy::may_draft(tx.actor(), &campaign)?;
    if campaign.revision != revision {
        return Err(AppError::Conflict(
            "The campaign was changed while you looked at it. Look at it once more before you send it off."
                .to_owned(),
        ));
    }
    if let Some((_, first)) = missing(tx, app, &campaign)?.into_iter().next() {
        return Err(AppError::Conflict(first));
    }
    let template = campaign.template_id.ok_or(AppError::NotFound)?;
    let kept = templates::queries::template(tx, template)?;
    let version = templates::queries::version(tx, template, kept.current_version)?;
    // Whether anybody gets it is known after a few people; only a limit needs all of them counted.
    let recipients = match queries::limits(tx)?.approve_above {
        Some(above) => {
            let recipients = audience::rehearse(tx, &app.keys, &campaign)?.recipients;
            Some((recipients, above))
        }
        None => None,
    };
    let is_for_somebody = match recipients {
        Some((recipients, _)) => recipients > 0,
        None => audience::is_for_somebody(tx, &app.keys, &campaign)?,
    };
    if !is_for_somebody && campaign.starts != Start::Entry {
        return Err(AppError::Conflict("Nobody would get it.".to_owned()));
    }
    let needs_approval = recipients.is_some_and(|(recipients, above)| recipients > above.into());
    let recipients = recipients.map(|(recipients, _)| recipients);
    queries::launch(tx, by, id, version.id, needs_approval)?;
    let beside = variants::actions::fix(tx, id)?;
    let after = json!({ "version": version.version, "recipients": recipients, "needs_approval": needs_approval, "variants": beside + 1 });
    tx.audit(Entry::of("campaigns.campaign.launched", "campaign", id).after(after))?;
    tx.emit(&CampaignLaunched { campaign: id })?;
    match recipients.filter(|_| needs_approval) {
        Some(recipients) => tell_approvers(tx, &app.config, by, (&campaign, recipients))?,
        None => enqueue(tx, id)?,
    }
    Ok(needs_approval)
}

/// Tells everybody who may let a campaign go that one waits for it.
fn tell_approvers(
    tx: &mut TenantTx<'_>,
    config: &Config,
    by: &Campaigning,
    (campaign, recipients): (&Campaign, i64),
) -> Result<(), AppError> {
    let mut approvers = Vec::new();
    for role in super::policy::SENDERS {
        approvers.extend(tenancy::with_role(tx, *role)?);
    }
    approvers.retain(|one| *one != by.by());
    approvers.sort();
    approvers.dedup();
    let author = tx.me()?.name.clone();
    let said = [
        ("campaign", campaign.name.clone()),
        ("author", author),
        ("count", recipients.to_string()),
    ];
    let link = format!("{}/campaigns/{}", config.public_url, campaign.id);
    for (to, locale) in tenancy::mailboxes(tx, &approvers)? {
        let letter =
            Letter::new(to, locale, "approval-asked", &said).action("approval-asked-action", link.clone());
        mail::post(tx, config, &letter)?;
    }
    Ok(())
}

/// Lets a campaign to many people go.
///
/// # Errors
/// [`AppError::Conflict`] when it does not wait for that.
pub fn approve(tx: &mut TenantTx<'_>, approving: &Approving, id: CampaignId) -> Result<(), AppError> {
    let campaign = queries::lock(tx, id)?;
    if campaign.state != State::Scheduled || !campaign.needs_approval || campaign.approved_by.is_some() {
        return Err(AppError::Conflict("It does not wait for approval.".to_owned()));
    }
    queries::approve(tx, approving, id)?;
    tx.audit(Entry::of("campaigns.campaign.approved", "campaign", id))?;
    tx.emit(&CampaignApproved { campaign: id })?;
    enqueue(tx, id)
}

/// Has the audience gathered at the campaign's time.
fn enqueue(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<(), AppError> {
    let campaign = queries::campaign(tx, id)?;
    let job = NewJob::new(GATHER, GatherArgs { campaign: id }).unique(id.to_string());
    let at = begins_at(&campaign);
    tx.enqueue(match at {
        Some(at) => job.at(at),
        None => job,
    })?;
    Ok(())
}

/// When the audience of a campaign is gathered; at once when there is no time.
pub fn begins_at(campaign: &Campaign) -> Option<DateTime<Utc>> {
    match campaign.starts {
        Start::Now | Start::Entry => None,
        Start::Moment => campaign.starts_at,
        Start::Local => campaign.starts_local.map(|local| local.and_utc() - FIRST_ZONE),
    }
}

/// What the gathering of an audience is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// Gather.
    Now,
    /// Look again after this long.
    Later(TimeDelta),
    /// Nothing.
    Not,
}

/// Begins to gather the audience, when it is time and nothing keeps it.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn begin(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Beginning, AppError> {
    let campaign = queries::lock(tx, id)?;
    let now = tx.now();
    let is_waiting = campaign.needs_approval && campaign.approved_by.is_none();
    match campaign.state {
        State::Scheduled if is_waiting => Ok(Beginning::Not),
        State::Scheduled => match begins_at(&campaign) {
            Some(at) if at > now => Ok(Beginning::Later(at - now)),
            _ => {
                // The nightly round makes them ahead; a portal that was off for months has not had one.
                queries::make_partitions(tx)?;
                queries::set_state(tx, id, State::Sending)?;
                tx.emit(&CampaignStarted { campaign: id })?;
                Ok(Beginning::Now)
            }
        },
        State::Sending if campaign.gathered_at.is_none() => Ok(Beginning::Now),
        _ => Ok(Beginning::Not),
    }
}

/// The whole audience was gathered: when nobody is left of it because it was too late for everybody, the campaign has failed.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<(), AppError> {
    let campaign = queries::lock(tx, id)?;
    if campaign.state != State::Sending || campaign.gathered_at.is_none() || campaign.starts == Start::Entry {
        return Ok(());
    }
    let counts = queries::counts(tx, &[id])?.remove(&id).unwrap_or_default();
    match (counts.of("queued"), counts.of("too_late")) {
        (0, late) if late > 0 => fail(
            tx,
            id,
            "It was too late: nobody could have got it within the hours you allow.",
        ),
        _ => Ok(()),
    }
}

/// Ends a campaign that cannot be sent.
///
/// # Errors
/// When the database fails.
pub fn fail(tx: &mut TenantTx<'_>, id: CampaignId, why: &str) -> Result<(), AppError> {
    queries::set_state(tx, id, State::Failed)?;
    queries::set_trouble(tx, id, why)?;
    tx.audit(Entry::of("campaigns.campaign.failed", "campaign", id).after(json!({ "why": why })))?;
    tx.emit(&CampaignFailed { campaign: id })?;
    Ok(())
}

/// Ends a campaign of which nothing is left in the queue.
///
/// # Errors
/// When the database fails.
pub fn end(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<(), AppError> {
    let campaign = queries::lock(tx, id)?;
    if campaign.state != State::Sending
        || campaign.gathered_at.is_none()
        || queries::is_anything_left(tx, id)?
    {
        return Ok(());
    }
    queries::set_state(tx, id, State::Sent)?;
    queries::set_trouble(tx, id, "")?;
    tx.audit(Entry::of("campaigns.campaign.sent", "campaign", id))?;
    tx.emit(&CampaignSent { campaign: id })?;
    Ok(())
}

/// Stops a campaign for a while: what is not on its way stays.
///
/// # Errors
/// [`AppError::Conflict`] when it is not being sent.
pub fn pause(tx: &mut TenantTx<'_>, _: &Campaigning, id: CampaignId) -> Result<(), AppError> {
    let campaign = queries::lock(tx, id)?;
    if campaign.state != State::Sending {
        return Err(AppError::Conflict("It is not being sent.".to_owned()));
    }
    queries::set_state(tx, id, State::Paused)?;
    tx.audit(Entry::of("campaigns.campaign.paused", "campaign", id))?;
    tx.emit(&CampaignPaused { campaign: id })?;
    Ok(())
}

/// Lets a paused campaign go on.
///
/// # Errors
/// [`AppError::Conflict`] when it is not paused.
pub fn resume(tx: &mut TenantTx<'_>, _: &Campaigning, id: CampaignId) -> Result<(), AppError> {
    let campaign = queries::lock(tx, id)?;
    if campaign.state != State::Paused {
        return Err(AppError::Conflict("It is not paused.".to_owned()));
    }
    queries::set_state(tx, id, State::Sending)?;
    tx.audit(Entry::of("campaigns.campaign.resumed", "campaign", id))?;
    tx.emit(&CampaignResumed { campaign: id })?;
    if campaign.gathered_at.is_none() {
        tx.enqueue(NewJob::new(GATHER, GatherArgs { campaign: id }).unique(id.to_string()))?;
    }
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.sending.notify_one());
    Ok(())
}

/// Ends a campaign: before its time it becomes a draft again; once messages leave, what is not on its way never does. Answers how many
/// messages that was.
///
/// # Errors
/// [`AppError::Conflict`] when nothing of it can leave any more.
pub fn cancel(tx: &mut TenantTx<'_>, by: &Campaigning, id: CampaignId) -> Result<Cancelled, AppError> {
    let campaign = queries::lock(tx, id)?;
    let done = match campaign.state {
        State::Scheduled => {
            queries::back_to_draft(tx, by, id)?;
            variants::queries::loosen(tx, by, id)?;
            Cancelled::Draft
        }
        State::Sending | State::Paused => {
            queries::set_state(tx, id, State::Cancelled)?;
            Cancelled::Ended(queries::cancel_waiting(tx, by, id)?)
        }
        State::Draft | State::Sent | State::Cancelled | State::Failed => {
            return Err(AppError::Conflict("There is nothing left to cancel.".to_owned()));
        }
    };
    tx.audit(
        Entry::of("campaigns.campaign.cancelled", "campaign", id).after(json!({ "cancelled": done.count() })),
    )?;
    tx.emit(&CampaignCancelled { campaign: id })?;
    Ok(done)
}

/// What cancelling did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It is a draft again: nobody was gathered yet.
    Draft,
    /// So many messages will not leave.
    Ended(i64),
}

impl Cancelled {
    fn count(self) -> i64 {
        match self {
            Self::Draft => 0,
            Self::Ended(count) => count,
        }
    }
}

/// Decides about deliveries of which nobody knows whether they left. Answers how many.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn decide_held(
    tx: &mut TenantTx<'_>,
    by: &Campaigning,
    id: CampaignId,
    goes_again: bool,
) -> Result<i64, AppError> {
    queries::lock(tx, id)?;
    let count = queries::decide_held(tx, by, id, goes_again)?;
    tx.audit(
        Entry::of("campaigns.campaign.decided", "campaign", id)
            .after(json!({ "goes_again": goes_again, "deliveries": count })),
    )?;
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.sending.notify_one());
    Ok(count)
}
