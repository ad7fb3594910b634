//! Three templates of the sample data, made by the same compile as anybody's.

use crate::config::Config;
use crate::demo::KEYS;
use crate::demo::plan::{Person, Plan};
use crate::domains::campaigns::content::{Block, HeadingLevel, STARTERS};
use crate::domains::campaigns::images;
use crate::domains::campaigns::images::model::Described;
use crate::domains::campaigns::templates::actions;
use crate::domains::campaigns::templates::blocks::{self, Kind, Layout};
use crate::domains::campaigns::templates::model::{Channel, Purpose, Words};
use crate::domains::campaigns::templates::policy;
use crate::domains::campaigns::templates::queries::Facts;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignImageId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::files::StoredFile;

use super::Written;

const REMINDER: &str = "Hi {{ member.first_name }}, {{ organization.name }} meets on Thursday at 18:30 in hall B. \
     Reply STOP to get no more texts.";

/// Writes them, in the name of whoever writes messages there; nothing where nobody does.
///
/// # Errors
/// When the plan contradicts itself, or the database refuses.
pub fn write(
    tx: &mut TenantTx<'_>,
    config: &Config,
    plan: &Plan,
    written: &Written,
    picture: Option<&StoredFile>,
) -> Result<(), AppError> {
    // Organizations that are not for looking around begin without any.
    if !KEYS.contains(&plan.organization.key.as_str()) {
        return Ok(());
    }
    let writes = |person: &Person| person.roles.iter().any(|role| role.as_str() == "communicator");
    let Some(author) = plan.people.iter().find(|person| writes(person)) else {
        return Ok(());
    };
    let member = written.member(&author.key)?;
    let writing = policy::as_sample(member);
    if let Some(picture) = picture {
        let facts = facts("Potluck invitation", "newsletters");
        let (layout, words) = (potluck(entered(tx, member, picture)?), invitation());
        blocks::actions::create(tx, &writing, &facts, (&layout, &words), config)?;
    }
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

/// Takes the picture into the library; answers its path.
fn entered(tx: &mut TenantTx<'_>, author: MemberId, picture: &StoredFile) -> Result<String, AppError> {
    let id = tx.new_id::<CampaignImageId>();
    let described = Described {
        name: "Potluck table".to_owned(),
        alt: "A long table with many dishes".to_owned(),
    };
    images::actions::enter(tx, (id, author), picture, &described)?;
    Ok(images::queries::image(tx, id)?.path(tx.org()))
}

fn invitation() -> Words {
    Words {
        subject: "Bring a dish on Sunday".to_owned(),
        preheader: "Potluck in hall B, from noon".to_owned(),
        ..Words::default()
    }
}

fn potluck(image: String) -> Layout {
    let title = Block::Heading {
        level: HeadingLevel::Title,
        text: "Potluck on Sunday".to_owned(),
    };
    let text = Block::Text {
        markdown: "Hello {{ member.name }},\n\n**Sunday from noon** in hall B. Bring what you like to eat, and somebody who should meet us."
            .to_owned(),
    };
    let picture = Block::Image {
        source: image,
        alt: "A long table with many dishes".to_owned(),
        address: None,
        width: None,
    };
    Layout {
        blocks: vec![title, picture, text, Kind::Footer.fresh()],
        ..Layout::fresh()
    }
}

fn facts(name: &str, category: &str) -> Facts {
    Facts {
        name: name.to_owned(),
        purpose: Purpose::Informational,
        category: category.to_owned(),
    }
}
