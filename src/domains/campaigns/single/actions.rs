//! Having one message sent.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use crate::app::App;
use crate::domains::campaigns::events::SingleQueued;
use crate::domains::campaigns::policy::Campaigning;
use crate::domains::campaigns::sending::{Letters, Reader};
use crate::domains::campaigns::templates::model::{Channel, Words};
use crate::domains::campaigns::{audience, queries as campaigns, templates};
use crate::domains::consent::model::TRANSACTIONAL;
use crate::domains::{consent, people, tenancy};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{DeliveryId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::queries::{self, Single};
use super::shapes::SendMessage;

/// Characters of what a variable says.
const LONGEST: usize = 2_000;

/// Writes a message down, from where it leaves at once.
///
/// # Errors
/// [`AppError::Invalid`] with the field that is wrong; [`AppError::Conflict`] when the template cannot be sent.
pub fn send(
    tx: &mut TenantTx<'_>,
    by: &Campaigning,
    app: &App,
    wanted: &SendMessage,
) -> Result<DeliveryId, AppError> {
    let template = templates::queries::template(tx, wanted.template_id).map_err(|error| match error {
        diesel::result::Error::NotFound => AppError::field("template_id", "There is no such template."),
        other => other.into(),
    })?;
    if template.category != TRANSACTIONAL {
        return Err(AppError::field(
            "template_id",
            "Only templates of the category “transactional” are sent one by one. Others go out in campaigns.",
        ));
    }
    let version = templates::queries::version(tx, template.id, template.current_version)?;
    let words = Words::read(version.draft.clone())?;
    check(&words, &wanted.variables)?;
    let member = recipient(tx, wanted)?;
    let campaign = queries::standing(tx, by, &template, &version)?;
    campaigns::make_partitions(tx)?;
    let address = address(tx, app, member, template.channel)?;
    try_out(tx, app, wanted, (member, &address), campaign)?;
    let address_hash = consent::actions::address_hash(&app.keys, tx.org(), &address);
    let id = queries::insert(
        tx,
        by,
        &Single {
            campaign,
            member,
            channel: template.channel.as_str(),
            address_hash: &address_hash,
            variables: &wanted.variables,
        },
    )?;
    let about = json!({ "to": member, "template": template.id, "version": version.version });
    tx.audit(Entry::of("campaigns.single.queued", "delivery", id).after(about))?;
    tx.emit(&SingleQueued { delivery: id, member })?;
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.sending.notify_one());
    Ok(id)
}

/// Only what the template knows, and not too long.
fn check(words: &Words, variables: &BTreeMap<String, String>) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for (name, said) in variables {
        let field = format!("variables.{name}");
        if !words.variables.iter().any(|known| known.name == *name) {
            errors.add(&field, "The template has no variable of this name.");
        } else if said.chars().count() > LONGEST {
            errors.add(&field, "It has at most 2,000 characters.");
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors),
    }
}

fn recipient(tx: &mut TenantTx<'_>, wanted: &SendMessage) -> Result<MemberId, AppError> {
    let unknown = |field: &'static str| AppError::field(field, "Nobody here has this.");
    let (member, field) = match (wanted.member_id, wanted.email.as_deref()) {
        (Some(member), None) => (member, "member_id"),
        (None, Some(email)) => (
            queries::by_email(tx, email.trim())?.ok_or_else(|| unknown("email"))?,
            "email",
        ),
        _ => {
            return Err(AppError::field(
                "member_id",
                "Say to whom, by member_id or by email.",
            ));
        }
    };
    match tenancy::person(tx, member) {
        Ok(person) if person.card.state != tenancy::MemberState::Left => Ok(member),
        Ok(_) | Err(AppError::NotFound) => Err(unknown(field)),
        Err(other) => Err(other),
    }
}

/// Where it goes, when anything may go there.
fn address(tx: &mut TenantTx<'_>, app: &App, member: MemberId, channel: Channel) -> Result<String, AppError> {
    let over = audience::contact_channel(channel);
    let situation = consent::actions::situation(tx, &app.keys, member)?;
    if let Some(reason) = situation.suppression_of(over, TRANSACTIONAL) {
        return Err(AppError::field(
            "member_id",
            format!("Nothing is sent to their address any more: {}.", reason.label()),
        ));
    }
    let known = consent::actions::addresses(tx, member, over)?.into_iter().next();
    known.ok_or_else(|| AppError::field("member_id", "They have no address for this kind of message."))
}

/// Writes it once for nobody, so that whoever asks learns what is missing.
fn try_out(
    tx: &mut TenantTx<'_>,
    app: &App,
    wanted: &SendMessage,
    (member, address): (MemberId, &str),
    campaign: crate::kernel::ids::CampaignId,
) -> Result<(), AppError> {
    let campaign = campaigns::campaign(tx, campaign)?;
    let letters = Letters::read(tx, app, &campaign, None)?;
    let reach = people::reach(tx, member)?;
    let values = own_values(&wanted.variables);
    let now = tx.now();
    let reader = Reader {
        delivery: tx.new_id(),
        bucket: queries::month(now),
        member,
        name: &reach.name,
        address,
        locale: &reach.locale,
        phone: None,
        values: Some(&values),
    };
    letters
        .parts(&reader, now)
        .map(|_| ())
        .map_err(|cause| AppError::field("variables", cause.to_string()))
}

/// Variables as templates name them.
fn own_values(variables: &BTreeMap<String, String>) -> HashMap<String, String> {
    variables
        .iter()
        .map(|(name, said)| (format!("vars.{name}"), said.clone()))
        .collect()
}
