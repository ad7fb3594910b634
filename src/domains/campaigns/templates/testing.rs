//! A test: what a chosen person would get, sent to somebody who works with the portal.

use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::domains::campaigns::content::{Problem, Stamp, render_test};
use crate::domains::consent::model::Channel as ContactChannel;
use crate::domains::{consent, people, tenancy};
use crate::kernel::error::AppError;
use crate::kernel::ids::{EventId, MemberId, TemplateId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::mail::{self, Finished, Locale, say};

use super::actions;
use super::forms::errors_of;
use super::model::Channel;
use super::policy::{STAFF, Writing};
use super::preview::{self, Case, Scene};
use super::queries;

/// As typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TestForm {
    /// To whom: a handle; oneself when empty.
    pub to: String,
    /// Written as for whom: a handle.
    pub person: String,
    pub case: String,
}

struct Reader {
    member: MemberId,
    name: String,
    address: String,
    locale: Locale,
}

/// Sends a test of what is being worked on; answers to which address.
///
/// # Errors
/// [`AppError::Invalid`] when the person may not get tests, cannot be reached, or the words do not compile or lack a required value.
pub fn send(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    app: &App,
    id: TemplateId,
    form: &TestForm,
) -> Result<String, AppError> {
    let kept = queries::template(tx, id)?;
    if kept.channel == Channel::Sms {
        return Err(AppError::field("to", "Only e-mail can be tested."));
    }
    let reader = reader(tx, writing, app, &form.to)?;
    let person = preview::chosen(tx, "person", &form.person)?;
    let mut words = actions::words_at_work(tx, &kept, &app.config)?;
    words.subject = format!(
        "{} {}",
        say(reader.locale, "campaign-test-mark", &[]),
        words.subject
    );
    let compiled = actions::compiled(&words, kept.channel, kept.purpose, &app.config).map_err(unfit)?;
    let scene = Scene::of(tx, person, Case::of(&form.case), &words)?;
    let (sender, domain) = preview::sender(tx, &app.config)?;
    let message_id = format!("{}@{domain}", tx.new_id::<EventId>());
    let stamp = Stamp {
        message_id: &message_id,
        date: tx.now(),
    };
    let mut mime = Vec::new();
    let written = preview::with_links(&compiled, &sender, &scene, &app.config, |recipient, links| {
        let to = (reader.name.as_str(), reader.address.as_str());
        render_test(&compiled, &sender, recipient, to, links, &stamp, &mut mime)
    });
    written.map_err(|cause| AppError::field("person", cause.to_string()))?;
    let subject = preview::parts(&compiled, &sender, &scene, &app.config)
        .map(|parts| parts.subject)
        .unwrap_or_default();
    let finished = Finished {
        recipient: &reader.address,
        subject: &subject,
        mime: &mime,
    };
    mail::post_finished(tx, &finished)?;
    let about = json!({ "to": reader.member, "as": person, "case": Case::of(&form.case).as_str(), "version": kept.current_version });
    tx.audit(Entry::of("campaigns.template.tested", "template", id).after(about))?;
    Ok(reader.address)
}

/// The words do not compile: whoever sends a test sees why on the page where they are written.
fn unfit(problems: Vec<Problem>) -> AppError {
    let first = errors_of(&problems)
        .iter()
        .next()
        .map(|(_, words)| words.to_owned())
        .unwrap_or_default();
    AppError::field("to", format!("This cannot be sent yet. {first}"))
}

fn reader(tx: &mut TenantTx<'_>, writing: &Writing, app: &App, handle: &str) -> Result<Reader, AppError> {
    let member = preview::chosen(tx, "to", handle)?;
    let person = tenancy::person(tx, member)?;
    if writing.author() != Some(member) && !person.roles.any(STAFF) {
        return Err(AppError::field(
            "to",
            "Tests go to yourself or to people with a staff role, such as steward, coach or communicator.",
        ));
    }
    let reach = people::reach(tx, member)?;
    let situation = consent::actions::situation(tx, &app.keys, member)?;
    if situation.suppression(ContactChannel::Email).is_some() {
        return Err(AppError::field(
            "to",
            "Nothing is sent to their address any more.",
        ));
    }
    let address = reach
        .email
        .ok_or_else(|| AppError::field("to", "There is no e-mail address to send it to."))?;
    Ok(Reader {
        member,
        name: reach.name,
        address,
        locale: Locale::of(&reach.locale),
    })
}
