//! Trying variants, and deciding what the rest gets.

use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::domains::campaigns::actions::unsayable;
use crate::domains::campaigns::events::CampaignWinnerChosen;
use crate::domains::campaigns::model::{Campaign, State};
use crate::domains::campaigns::policy::{Campaigning, Drafting};
use crate::domains::campaigns::sending::GatherArgs;
use crate::domains::campaigns::{audience, queries as campaigns, templates};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CampaignId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;

use super::best::{Cell, best};
use super::editions::editions;
use super::jobs::{DECIDE, RELEASE};
use super::model::{Test, letter};
use super::queries::{self, Plan, Wanted};

/// Deliveries of the rest that are let go in one transaction.
const STEP: i64 = 10_000;
/// How soon it is looked again whether a campaign goes on that is paused, or whose provider is away.
const PAUSED: TimeDelta = TimeDelta::minutes(1);

/// Keeps what a campaign tries.
///
/// # Errors
/// When the database fails.
pub fn set(tx: &mut TenantTx<'_>, drafting: &Drafting<'_>, plan: &Plan) -> Result<(), AppError> {
    queries::set(tx, drafting, plan)?;
    let variants: Vec<_> = plan
        .variants
        .iter()
        .map(|one| json!({ "template": one.template, "subject": one.subject }))
        .collect();
    let after = json!({ "share": plan.share, "hours": plan.hours, "variants": variants });
    tx.audit(Entry::of("campaigns.campaign.changed", "campaign", drafting.campaign().id).after(after))
}

/// Has a draft try what another campaign tried.
///
/// # Errors
/// When the database fails.
pub fn copy(tx: &mut TenantTx<'_>, from: CampaignId, drafting: &Drafting<'_>) -> Result<(), AppError> {
    let Some(test) = queries::test(tx, from)? else {
        return Ok(());
    };
    let variants = queries::variants(tx, from)?.into_iter().map(|one| Wanted {
        template: one.template_id,
        subject: one.subject,
        fill: one.fill,
    });
    let plan = Plan {
        share: test.share,
        hours: test.hours,
        variants: variants.collect(),
    };
    Ok(queries::set(tx, drafting, &plan)?)
}

/// Refuses a subject that does not compile, beside its field, and a template of another kind than A's.
///
/// # Errors
/// [`AppError::Invalid`].
pub fn check(
    tx: &mut TenantTx<'_>,
    app: &App,
    campaign: &Campaign,
    wanted: &[(i16, &Wanted)],
) -> Result<(), AppError> {
    let first = match campaign.template_id {
        Some(id) => templates::queries::template(tx, id)?,
        None => return Err(AppError::Conflict("Choose a template first.".to_owned())),
    };
    let mut errors = FieldErrors::default();
    for (field, one) in wanted {
        let kept = match one.template {
            Some(id) => templates::queries::template(tx, id)?,
            None => first.clone(),
        };
        if !is_of_a_kind(&kept, &first) {
            errors.add(&format!("template-{field}"), "Choose a template from the list.");
            continue;
        }
        let version = templates::queries::version(tx, kept.id, kept.current_version)?;
        let words = templates::model::Words::read(version.draft)?.with_subject(&one.subject);
        if let Err(problems) =
            templates::actions::compiled(&words, kept.channel, version.purpose, &app.config)
        {
            let of_subject = problems
                .iter()
                .filter(|one| one.place.field == crate::domains::campaigns::content::Field::Subject);
            for problem in of_subject {
                errors.add(&format!("subject-{field}"), problem.sentence.clone());
            }
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(AppError::Invalid(errors)),
    }
}

/// Whether one template can stand beside another in a test: the kind of messages decides who may get it, so it is the same.
pub fn is_of_a_kind(one: &templates::model::Kept, first: &templates::model::Kept) -> bool {
    one.channel == first.channel
        && one.category == first.category
        && one.current_version > 0
        && one.archived_at.is_none()
}

/// What is missing in the variants beside A before a campaign can be sent off.
///
/// # Errors
/// When the database fails.
pub fn missing(
    tx: &mut TenantTx<'_>,
    app: &App,
    campaign: &Campaign,
) -> Result<Vec<(&'static str, String)>, AppError> {
    let (Some(test), Some(template)) = (queries::test(tx, campaign.id)?, campaign.template_id) else {
        return Ok(Vec::new());
    };
    let first = templates::queries::template(tx, template)?;
    let mut missing = Vec::new();
    for edition in editions(tx, campaign)?.into_iter().skip(1) {
        let name = letter(edition.number);
        let kept = match edition.campaign.template_id {
            Some(id) => templates::queries::template(tx, id)?,
            None => first.clone(),
        };
        if !is_of_a_kind(&kept, &first) {
            missing.push((
                "variants",
                format!("{name}: choose a template of the same kind as that of A."),
            ));
            continue;
        }
        let found = unsayable(tx, app, &edition.campaign, &kept, &edition.subject)?;
        missing.extend(
            found
                .into_iter()
                .map(|(_, words)| ("variants", format!("{name}: {words}"))),
        );
    }
    if test.has_rest() && test.hours.is_some() && !campaign.is_tracked {
        missing.push((
            "variants",
            "Links are not counted in this campaign, so clicks can’t decide. Count them, or choose by hand."
                .to_owned(),
        ));
    }
    Ok(missing)
}

/// Decides which versions the variants send: the newest, as for A. Answers how many variants there are beside A.
///
/// # Errors
/// When the database fails.
pub fn fix(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<usize, AppError> {
    let campaign = campaigns::campaign(tx, id)?;
    let beside: Vec<_> = editions(tx, &campaign)?.into_iter().skip(1).collect();
    for edition in &beside {
        let version = match edition.campaign.template_id {
            Some(template) if Some(template) != campaign.template_id => {
                let kept = templates::queries::template(tx, template)?;
                Some(templates::queries::version(tx, template, kept.current_version)?.id)
            }
            _ => campaign.version_id,
        };
        queries::fix(tx, id, edition.number, version)?;
    }
    Ok(beside.len())
}

/// The audience was gathered: when clicks decide what the rest gets, sets the time for it.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<(), AppError> {
    let Some(test) = queries::test(tx, id)?.filter(Test::has_rest) else {
        return Ok(());
    };
    let Some(hours) = test.hours else { return Ok(()) };
    let last = queries::last_due(tx, id)?;
    let at = queries::counted_from(tx.now(), last) + TimeDelta::hours(hours.into());
    queries::set_time(tx, id, at)?;
    let job = NewJob::new(DECIDE, GatherArgs { campaign: id }).unique(id.to_string());
    tx.enqueue(job.at(at))?;
    Ok(())
}

/// What is to be done about a test, or the rest of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It was done.
    Done,
    /// A part of it was done.
    More,
    /// Look again after this long.
    Later(TimeDelta),
    /// Nothing.
    Not,
}

/// Lets clicks decide what the rest gets, when it is time and nobody has decided.
///
/// # Errors
/// When the database fails.
pub fn decide_by_clicks(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Next, AppError> {
    let campaign = campaigns::lock(tx, id)?;
    let Some(test) = queries::test(tx, id)?.filter(|test| test.winner.is_none()) else {
        return Ok(Next::Not);
    };
    let now = tx.now();
    match (campaign.state, test.decides_at) {
        (State::Paused, _) => Ok(Next::Later(PAUSED)),
        (State::Sending, Some(at)) if at > now => Ok(Next::Later(at - now)),
        (State::Sending, Some(_)) if queries::does_rest_wait(tx, id)? => {
            let cells = cells(tx, id)?;
            // A provider that was away all the time has shown nothing to anybody.
            if cells.iter().all(|cell| cell.sent == 0) && queries::last_due(tx, id)?.is_some() {
                return Ok(Next::Later(PAUSED));
            }
            let (winner, because) = best(&cells);
            decide(tx, id, winner, None, &because)?;
            Ok(Next::Done)
        }
        _ => Ok(Next::Not),
    }
}

/// Decides what the rest gets.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such variant; [`AppError::Conflict`] when nobody waits for it.
pub fn decide_by_hand(
    tx: &mut TenantTx<'_>,
    by: &Campaigning,
    id: CampaignId,
    number: i16,
) -> Result<(), AppError> {
    expect_undecided(tx, id, number)?;
    let words = format!("Somebody chose {}.", letter(number));
    decide(tx, id, number, Some(by.by()), &words)
}

/// That somebody can decide for this variant.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such variant; [`AppError::Conflict`] when nobody waits for it.
pub fn expect_undecided(tx: &mut TenantTx<'_>, id: CampaignId, number: i16) -> Result<(), AppError> {
    let campaign = campaigns::lock(tx, id)?;
    let refuse = |why: &str| Err(AppError::Conflict(why.to_owned()));
    let Some((_, variants)) = queries::shape(tx, id)? else {
        return refuse("It tries no variants.");
    };
    if !(0..variants).contains(&number) {
        return Err(AppError::NotFound);
    }
    match queries::test(tx, id)? {
        Some(test) if test.winner.is_none() => {}
        _ => return refuse("It was decided already what the rest gets."),
    }
    match campaign.state {
        State::Sending if campaign.gathered_at.is_none() => {
            return refuse("The audience is still being gathered. Try again in a moment.");
        }
        State::Sending => {}
        State::Paused => return refuse("It is paused. Let it go on first."),
        _ => return refuse("It is not being sent."),
    }
    match queries::does_rest_wait(tx, id)? {
        true => Ok(()),
        false => refuse("Nobody waits for it."),
    }
}

fn decide(
    tx: &mut TenantTx<'_>,
    id: CampaignId,
    winner: i16,
    by: Option<MemberId>,
    because: &str,
) -> Result<(), AppError> {
    queries::decide(tx, id, winner, by, because)?;
    let after = json!({ "winner": letter(winner), "because": because });
    tx.audit(Entry::of("campaigns.campaign.winner_chosen", "campaign", id).after(after))?;
    tx.emit(&CampaignWinnerChosen { campaign: id })?;
    tx.enqueue(NewJob::new(RELEASE, GatherArgs { campaign: id }).unique(id.to_string()))?;
    Ok(())
}

/// How the variants of a test did so far: of those who take part, to how many it was handed over, and who followed a link.
///
/// # Errors
/// When the database fails.
pub fn cells(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Vec<Cell>, AppError> {
    let Some((_, variants)) = queries::shape(tx, id)? else {
        return Ok(Vec::new());
    };
    let counts = campaigns::counts(tx, &[id])?.remove(&id).unwrap_or_default();
    let clicked = queries::clicked(tx, id)?;
    let cells = (0..variants).map(|number| Cell {
        number,
        sent: counts.of(&format!("accepted_{number}")),
        clicked: clicked
            .iter()
            .find(|one| one.variant == number)
            .map_or(0, |one| one.people),
    });
    Ok(cells.collect())
}

/// Lets some of the rest go with what was decided: each at the first moment from now that is not quiet for them.
///
/// # Errors
/// When the database fails.
pub fn release(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Next, AppError> {
    let campaign = campaigns::lock(tx, id)?;
    let Some(winner) = queries::test(tx, id)?.and_then(|test| test.winner) else {
        return Ok(Next::Not);
    };
    match campaign.state {
        State::Paused => return Ok(Next::Later(PAUSED)),
        State::Sending => {}
        _ => return Ok(Next::Not),
    }
    let released = audience::release(tx, &campaign, winner, STEP)?;
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.sending.notify_one());
    Ok(if released < STEP { Next::Done } else { Next::More })
}
