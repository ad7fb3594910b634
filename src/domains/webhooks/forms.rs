//! What browsers send about webhooks.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;
use crate::providers::webhooks::Unreachable;

use super::model::{KINDS, Webhook};
use super::queries::Facts;

/// A webhook, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WebhookForm {
    pub name: String,
    pub url: String,
    pub kinds: Vec<String>,
}

impl WebhookForm {
    /// The form of what is kept.
    pub fn of(webhook: &Webhook) -> Self {
        Self {
            name: webhook.name.clone(),
            url: webhook.url.clone(),
            kinds: webhook.kinds.clone(),
        }
    }

    /// What was meant; `reached` is what was found out about the address.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, reached: Result<(), &Unreachable>) -> Result<Facts, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "Name", &self.name, 1, 80);
        let url = check.line("url", "Address", &self.url, 1, 2_000);
        if let (Err(why), false) = (reached, url.is_empty()) {
            check.refuse_when(true, "url", &why.to_string());
        }
        let kinds: Vec<String> = KINDS
            .iter()
            .map(|kind| kind.name.to_owned())
            .filter(|name| self.kinds.contains(name))
            .collect();
        check.refuse_when(kinds.is_empty(), "kinds", "Choose at least one thing to tell.");
        check.finish(|| Facts { name, url, kinds })
    }
}
