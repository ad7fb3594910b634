//! Who a campaign is sent by. Its headers are written once and copied into every message.

use std::collections::BTreeMap;

use super::address::{self, AddressError};
use super::header;

/// The facts about the organisation that content may show, by the names `name`, `postal_address`, `email`,
/// `phone` and `website`, or any declared `organization.…` variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organization {
    by_path: BTreeMap<String, String>,
}

impl Organization {
    /// Takes pairs of name and value, for example `("postal_address", "1 Main St, Ottawa")`.
    pub fn new<N: AsRef<str>, V: Into<String>>(facts: impl IntoIterator<Item = (N, V)>) -> Self {
        let by_path = facts
            .into_iter()
            .map(|(name, value)| (format!("organization.{}", name.as_ref()), value.into()))
            .collect();
        Self { by_path }
    }

    pub(crate) fn value(&self, path: &str) -> Option<&str> {
        self.by_path.get(path).map(String::as_str)
    }
}

/// The human-readable name and the identifier of a mailing list (RFC 2919).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListIdentity<'a> {
    pub label: &'a str,
    /// Dotted and stable, for example `news.union.example.org`.
    pub identifier: &'a str,
}

/// What a [`Sender`] is made from.
#[derive(Debug, Clone, Copy)]
pub struct SenderDetails<'a> {
    pub name: &'a str,
    pub address: &'a str,
    pub reply_to: Option<&'a str>,
    pub list: Option<ListIdentity<'a>>,
    /// `campaign:organisation:kind:sender`, which Gmail counts complaints by (Google answer 6254652).
    pub feedback_id: Option<&'a str>,
    pub organization: &'a Organization,
}

/// A checked sender, shared by all messages of a campaign.
#[derive(Debug, Clone)]
pub struct Sender {
    pub(crate) headers: Vec<u8>,
    pub(crate) organization: Organization,
}

impl Sender {
    /// Checks the details and writes their headers.
    ///
    /// # Errors
    /// When an address or the list identifier cannot stand in a header.
    pub fn new(details: &SenderDetails<'_>) -> Result<Self, AddressError> {
        let mut headers = Vec::with_capacity(512);
        header::write_mailbox(
            "From",
            details.name,
            &address::for_header(details.address)?,
            &mut headers,
        );
        if let Some(reply_to) = details.reply_to {
            header::write_mailbox("Reply-To", "", &address::for_header(reply_to)?, &mut headers);
        }
        if let Some(list) = details.list {
            let identifier = address::check_list_identifier(list.identifier)?;
            header::write_mailbox("List-Id", list.label, identifier, &mut headers);
        }
        if let Some(feedback_id) = details.feedback_id {
            header::write_bare("Feedback-ID", feedback_id, &mut headers);
        }
        Ok(Self {
            headers,
            organization: details.organization.clone(),
        })
    }
}
