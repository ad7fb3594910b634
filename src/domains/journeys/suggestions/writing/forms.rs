//! What an admin sends about how suggestions are made.

use serde::Deserialize;
use url::Url;

use crate::config::Config;
use crate::domains::journeys::suggestions::model::{Settings, sealed};
use crate::domains::journeys::suggestions::queries::{Key, Wanted};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::validate::Check;
use crate::platform::crypto::KeyRing;
use crate::providers::reach::Unreachable;
use crate::providers::writing::Reaching;

use super::reaching;

/// Settings as typed. The key never comes back to the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WritingForm {
    pub is_on: String,
    pub uses_model: String,
    pub days_open: String,
    pub base_url: String,
    pub model: String,
    pub key: String,
    pub forget_key: String,
}

impl WritingForm {
    /// The form of what is set.
    pub fn of(settings: &Settings) -> Self {
        let yes = |is: bool| if is { "yes".to_owned() } else { String::new() };
        Self {
            is_on: yes(settings.is_on),
            uses_model: yes(settings.uses_model),
            days_open: settings.days_open.to_string(),
            base_url: settings.base_url.clone(),
            model: settings.model.clone(),
            key: String::new(),
            forget_key: String::new(),
        }
    }

    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once; [`AppError::Unexpected`] when nothing can be sealed.
    pub fn parse(&self, keys: &KeyRing, config: &Config, known: &Settings) -> Result<Wanted, AppError> {
        let mut check = Check::default();
        let days = check.whole_number("days_open", "Days", &self.days_open, 1, 60);
        let uses_model = self.uses_model == "yes";
        let least = usize::from(uses_model);
        let base_url = check.line("base_url", "Address", &self.base_url, least, 300);
        let model = check.line("model", "Model", &self.model, least, 120);
        let key = check.line("key", "Key", &self.key, 0, 500);
        if !base_url.is_empty()
            && let Err(why) = reachable(config, &base_url)
        {
            check.refuse_when(true, "base_url", &why);
        }
        // Whoever types another address could have the key sent there.
        let moves = origin(&base_url) != origin(&known.base_url);
        let is_forgotten = self.forget_key == "yes";
        check.refuse_when(
            known.has_key() && moves && key.is_empty() && !is_forgotten,
            "key",
            "The address leads to another service. Type its key, or have the one that is kept forgotten.",
        );
        let errors: Result<(), FieldErrors> = check.finish(|| ());
        errors?;
        Ok(Wanted {
            is_on: self.is_on == "yes",
            uses_model,
            days_open: i16::try_from(days).unwrap_or(14),
            base_url,
            model,
            key: match (key.as_str(), is_forgotten) {
                ("", true) => Key::Forgotten,
                ("", false) => Key::Kept,
                (key, _) => Key::New(sealed(keys, key)?),
            },
        })
    }
}

fn origin(address: &str) -> Option<String> {
    Url::parse(address)
        .ok()
        .map(|url| url.origin().ascii_serialization())
}

fn reachable(config: &Config, address: &str) -> Result<(), String> {
    let url = Url::parse(address).map_err(|_| Unreachable::NoAddress.to_string())?;
    let read = match reaching(config, &url) {
        Reaching::Named => return Ok(()),
        Reaching::Guarded(reach) => reach.read(address),
    };
    match read {
        Ok(_) => Ok(()),
        Err(Unreachable::Private) => Err(
            "The address leads into a private network. Whoever runs this portal can allow it in the configuration (writing.addresses)."
                .to_owned(),
        ),
        Err(Unreachable::NoAddress) => {
            Err("Write the whole address, such as https://api.example.org/v1.".to_owned())
        }
        Err(Unreachable::Login) => Err("Leave the name and password out of the address.".to_owned()),
        Err(why) => Err(why.to_string()),
    }
}
