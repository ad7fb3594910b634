//! Two templates of the sample data, made by the same compile as anybody's.

use crate::config::Config;
use crate::demo::KEYS;
use crate::demo::plan::{Person, Plan};
use crate::domains::campaigns::content::STARTERS;
use crate::domains::campaigns::templates::actions;
use crate::domains::campaigns::templates::model::{Channel, Purpose, Words};
use crate::domains::campaigns::templates::policy;
use crate::domains::campaigns::templates::queries::Facts;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

use super::Written;

const REMINDER: &str = "Hi {{ member.first_name }}, {{ organization.name }} meets on Thursday at 18:30 in hall B. \
     Reply STOP to get no more texts.";

/// Writes them, in the name of whoever writes messages there; nothing where nobody does.
///
/// # Errors
/// When the plan contradicts itself, or the database refuses.
pub fn write(tx: &mut TenantTx<'_>, config: &Config, plan: &Plan, written: &Written) -> Result<(), AppError> {
    // Organizations that are not for looking around begin without any.
    if !KEYS.contains(&plan.organization.key.as_str()) {
        return Ok(());
    }
    let writes = |person: &Person| person.roles.iter().any(|role| role.as_str() == "communicator");
    let Some(author) = plan.people.iter().find(|person| writes(person)) else {
        return Ok(());
    };
    let writing = policy::as_sample(written.member(&author.key)?);
    if let Some(starter) = STARTERS.iter().find(|one| one.key == "newsletter") {
        let facts = facts("Monthly newsletter", "newsletters");
        let words = Words::of_starter(starter);
        actions::create(tx, &writing, Channel::Email, &facts, &words, config)?;
    }
    let words = Words {
        source: REMINDER.to_owned(),
        variables: STARTERS
            .first()
            .map(|starter| Words::of_starter(starter).variables)
            .unwrap_or_default()
            .into_iter()
            .filter(|variable| variable.name == "member.first_name")
            .collect(),
        ..Words::default()
    };
    let facts = facts("Meeting reminder", "alerts");
    actions::create(tx, &writing, Channel::Sms, &facts, &words, config).map(|_| ())
}

fn facts(name: &str, category: &str) -> Facts {
    Facts {
        name: name.to_owned(),
        purpose: Purpose::Informational,
        category: category.to_owned(),
    }
}
