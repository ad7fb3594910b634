//! What an admin sends about Mux.

use serde::Deserialize;
use url::Url;

use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::validate::Check;
use crate::platform::crypto::KeyRing;
use crate::providers::video::mux::SigningKey;

use super::model::{Account, Audience, sealed};
use super::queries::Facts;

/// An account as typed. Secrets never come back to the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MuxForm {
    pub token_id: String,
    pub token_secret: String,
    pub signing_key_id: String,
    pub signing_key: String,
    pub webhook_secret: String,
    pub api: String,
    pub stream: String,
    pub audience: String,
}

impl MuxForm {
    /// The form of an account, or of none yet.
    pub fn of(account: Option<&Account>) -> Self {
        let Some(account) = account else {
            return Self {
                audience: Audience::Nobody.as_str().to_owned(),
                ..Self::default()
            };
        };
        Self {
            token_id: account.token_id.clone(),
            signing_key_id: account.signing_key_id.clone(),
            api: account.api.clone(),
            stream: account.stream.clone(),
            audience: account.audience.as_str().to_owned(),
            ..Self::default()
        }
    }

    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once; [`AppError::Unexpected`] when nothing can be sealed.
    pub fn parse(&self, keys: &KeyRing, known: Option<&Account>) -> Result<Facts, AppError> {
        let mut check = Check::default();
        let token_id = check.line("token_id", "Access token id", &self.token_id, 1, 200);
        let signing_key_id = check.line("signing_key_id", "Signing key id", &self.signing_key_id, 1, 200);
        let audience = check.one_of("audience", "who is played videos from Mux", &self.audience);
        let api = address(&mut check, "api", &self.api);
        let stream = address(&mut check, "stream", &self.stream);
        let is_new = known.is_none();
        let missing = |text: &str| is_new && text.trim().is_empty();
        check.refuse_when(
            missing(&self.token_secret),
            "token_secret",
            "The secret of the access token is missing.",
        );
        check.refuse_when(
            missing(&self.signing_key),
            "signing_key",
            "The private signing key is missing.",
        );
        if !self.signing_key.trim().is_empty() {
            let key = SigningKey::new(&signing_key_id, self.signing_key.trim().to_owned().into());
            if let Err(wrong) = key.ready() {
                check.refuse_when(true, "signing_key", &format!("{}.", wrong.0));
            }
        }
        let errors: Result<(), FieldErrors> = check.finish(|| ());
        errors?;
        let kept = |text: &str| match text.trim() {
            "" => Ok(None),
            text => sealed(keys, text).map(Some),
        };
        Ok(Facts {
            token_id,
            token_secret: kept(&self.token_secret)?,
            signing_key_id,
            signing_key: kept(&self.signing_key)?,
            webhook_secret: kept(&self.webhook_secret)?,
            api,
            stream,
            audience: audience.unwrap_or(Audience::Nobody),
        })
    }
}

fn address(check: &mut Check, field: &str, typed: &str) -> String {
    let line = check.line(field, "Address", typed, 0, 300);
    let is_web =
        Url::parse(&line).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    check.refuse_when(
        !line.is_empty() && !is_web,
        field,
        "Leave it empty, or write a whole address such as https://api.mux.com.",
    );
    line
}
