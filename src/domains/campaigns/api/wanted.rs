//! What programs want of a draft, judged by the forms of the wizard, so that both know the same rules.

use chrono_tz::Tz;
use serde_json::Value;

use crate::domains::campaigns::model::Campaign;
use crate::domains::campaigns::wizard::forms::{AudienceForm, ContentForm, ScheduleForm};
use crate::domains::campaigns::wizard::routes::expect_template;
use crate::domains::campaigns::{actions, entering, policy, queries, segments};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CampaignId, SegmentId};
use crate::platform::db::TenantTx;

use super::shapes::{AudienceWanted, ContentWanted, RulesWanted, Schedule};

/// What should change of a draft.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    pub name: Option<&'a str>,
    pub content: Option<&'a ContentWanted>,
    pub audience: Option<&'a AudienceWanted>,
    pub rules: Option<&'a RulesWanted>,
}

/// Changes a draft; what is left out stays.
///
/// # Errors
/// [`AppError::Invalid`] with the first part in which something is wrong; as [`policy::may_draft`].
pub(super) fn apply(tx: &mut TenantTx<'_>, id: CampaignId, parts: &Parts<'_>) -> Result<(), AppError> {
    let campaign = queries::campaign(tx, id)?;
    let drafting = policy::may_draft(tx.actor(), &campaign)?;
    if parts.name.is_some() || parts.content.is_some() {
        let form = content(&campaign, parts)?;
        let words = form.parse().map_err(named)?;
        expect_template(tx, &campaign, words.template)
            .map_err(|error| in_words_of_the_api(unknown_is(error, "template")))?;
        actions::set_content(tx, &drafting, &words)?;
    }
    if let Some(wanted) = parts.audience {
        let known: Vec<SegmentId> = segments::queries::list(tx, false, None, 500)?
            .into_iter()
            .map(|one| one.id)
            .collect();
        let chosen = queries::segments_of(tx, id)?;
        let mut form = AudienceForm::of(&campaign, &chosen);
        let words = |ids: &Vec<SegmentId>| ids.iter().map(ToString::to_string).collect();
        if let Some(everyone) = wanted.everyone {
            form.who = if everyone { "everyone" } else { "segments" }.to_owned();
        }
        if let Some(include) = &wanted.include {
            form.include = words(include);
            if !include.is_empty() && wanted.everyone.is_none() {
                "segments".clone_into(&mut form.who);
            }
        }
        if let Some(exclude) = &wanted.exclude {
            form.exclude = words(exclude);
        }
        let audience = form.parse(&known).map_err(named)?;
        actions::set_audience(tx, &drafting, &audience)?;
    }
    if let Some(wanted) = parts.rules {
        let mut form = ScheduleForm::of(&campaign, None, Tz::UTC);
        // A time that has passed meanwhile is no matter before it is sent off.
        form.starts = "now".to_owned();
        if let Some(quiet) = wanted.quiet {
            let clock = |time: chrono::NaiveTime| time.format("%H:%M:%S").to_string();
            form.quiet_from = quiet.map(|quiet| clock(quiet.from)).unwrap_or_default();
            form.quiet_to = quiet.map(|quiet| clock(quiet.to)).unwrap_or_default();
        }
        if let Some(hours) = wanted.late_hours {
            form.late_hours = hours.to_string();
        }
        if let Some(policy) = wanted.in_doubt {
            form.in_doubt = policy.as_str().to_owned();
        }
        let now = tx.now();
        let rules = form.parse(Tz::UTC, now).map_err(named)?;
        let kept = queries::Schedule {
            starts: campaign.starts,
            at: campaign.starts_at,
            local: campaign.starts_local,
            entry: entering::queries::entry(tx, id)?,
            ..rules
        };
        actions::set_schedule(tx, &drafting, &kept)?;
    }
    Ok(())
}

fn content(campaign: &Campaign, parts: &Parts<'_>) -> Result<ContentForm, AppError> {
    let mut form = ContentForm::of(campaign);
    if let Some(name) = parts.name {
        name.clone_into(&mut form.name);
    }
    let Some(wanted) = parts.content else {
        return Ok(form);
    };
    if let Some(template) = wanted.template_id {
        form.template = template.to_string();
    }
    if let Some(name) = &wanted.from_name {
        form.from_name.clone_from(name);
    }
    if let Some(address) = &wanted.reply_to {
        form.reply_to.clone_from(address);
    }
    if let Some(tracked) = wanted.tracked {
        form.tracked = if tracked { "yes".to_owned() } else { String::new() };
    }
    if let Some(fill) = &wanted.fill {
        form.fill.clear();
        for (name, value) in fill {
            let Value::String(text) = value else {
                return Err(AppError::field(
                    "content",
                    format!("What fills in “{name}” must be text."),
                ));
            };
            form.fill.insert(name.clone(), text.clone());
        }
    }
    Ok(form)
}

/// Sets when a draft goes.
///
/// # Errors
/// [`AppError::Invalid`] for times that have passed, or two at once.
pub(super) fn schedule(
    tx: &mut TenantTx<'_>,
    campaign: &Campaign,
    wanted: &Schedule,
) -> Result<(), AppError> {
    let drafting = policy::may_draft(tx.actor(), campaign)?;
    let ways = [
        wanted.at.is_some(),
        wanted.local.is_some(),
        wanted.entry.is_some(),
    ];
    if ways.into_iter().filter(|is_there| *is_there).count() > 1 {
        return Err(AppError::field(
            "local",
            "Give one time: a moment for everybody, one on each person’s own clock, or whenever somebody comes in.",
        ));
    }
    let mut form = ScheduleForm::of(campaign, None, Tz::UTC);
    let starts = match (wanted.at, wanted.local, wanted.entry) {
        (Some(_), ..) => "moment",
        (_, Some(_), _) => "local",
        (.., Some(_)) => "entry",
        _ => "now",
    };
    if let Some(entry) = wanted.entry {
        form.until = entry.until.to_string();
        form.present = if entry.with_present {
            "yes".to_owned()
        } else {
            String::new()
        };
    }
    starts.clone_into(&mut form.starts);
    let seconds = "%Y-%m-%dT%H:%M:%S";
    form.at = wanted
        .at
        .map(|at| at.format(seconds).to_string())
        .unwrap_or_default();
    form.local = wanted
        .local
        .map(|at| at.format(seconds).to_string())
        .unwrap_or_default();
    let now = tx.now();
    let schedule = form.parse(Tz::UTC, now).map_err(named)?;
    actions::set_schedule(tx, &drafting, &schedule)
}

/// A thing of this name that is not there is a wrong field, not a wrong address.
fn unknown_is(error: AppError, field: &'static str) -> AppError {
    match error {
        AppError::NotFound => AppError::field(field, "There is no such template."),
        other => other,
    }
}

fn named(errors: FieldErrors) -> AppError {
    in_words_of_the_api(AppError::Invalid(errors))
}

/// Forms name the fields of web pages; programs sent other names.
fn in_words_of_the_api(error: AppError) -> AppError {
    let AppError::Invalid(errors) = error else {
        return error;
    };
    let mut named = FieldErrors::default();
    for (field, words) in errors.iter() {
        let name = match field {
            "template" => "content.template_id",
            "from_name" => "content.from_name",
            "reply_to" => "content.reply_to",
            "who" => "audience.everyone",
            "include" => "audience.include",
            "exclude" => "audience.exclude",
            "quiet_from" | "quiet_to" => "rules.quiet",
            "late_hours" => "rules.late_hours",
            "until" => "entry.until",
            fill if fill.starts_with("fill-") => "content.fill",
            same => same,
        };
        named.add(name, words);
    }
    AppError::Invalid(named)
}
