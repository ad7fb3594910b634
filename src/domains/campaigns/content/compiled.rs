//! Compiled content: immutable, cheap to share, able to say what it needs from a recipient.

use super::draft::{Channel, Purpose};
use super::parts::{Part, PartError};
use super::problem::Problem;
use super::recipient::{Links, Recipient};
use super::sender::Sender;
use super::variables::Facts;

/// A link whose clicks are counted.
///
/// Every `<a href>` with an `http` or `https` address is numbered in document order, unless it carries
/// `data-no-track` (or `rel="no-track"`, for MJML buttons) or is one of the `links.…` variables. Links whose address holds plain variables are tracked
/// through a template: [`Compiled::destination`] gives the address for one person. Links made by filters or
/// logic are left untracked, with a warning.
#[derive(Debug, Clone)]
pub struct TrackedLink {
    /// Counted from 0 in document order.
    pub index: u32,
    /// The address as written, with variables in braces.
    pub address: String,
    /// The words of the link, or the text alternative of its image.
    pub label: String,
    pub(crate) destination: Part,
}

impl TrackedLink {
    /// Whether the address is the same for everyone.
    pub fn is_fixed(&self) -> bool {
        self.destination.fixed_text().is_some()
    }
}

/// One message, ready to be rendered for anyone.
#[derive(Debug, Clone)]
pub struct Compiled {
    pub(crate) channel: Channel,
    pub(crate) purpose: Purpose,
    pub(crate) subject: Part,
    /// The whole header field, when the subject is the same for everyone.
    pub(crate) subject_header: Option<Vec<u8>>,
    pub(crate) html: Option<Part>,
    pub(crate) text: Part,
    pub(crate) links: Vec<TrackedLink>,
    pub(crate) warnings: Vec<Problem>,
    pub(crate) digest: [u8; 32],
    /// Everything after the last per-message header, up to the text part.
    pub(crate) before_text: Vec<u8>,
    pub(crate) before_html: Vec<u8>,
    pub(crate) after_html: Vec<u8>,
}

impl Compiled {
    pub fn channel(&self) -> Channel {
        self.channel
    }

    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The links whose clicks are counted, by their index.
    pub fn links(&self) -> &[TrackedLink] {
        &self.links
    }

    /// What someone should look at before launch.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// SHA-256 of the draft: equal for equal content, and the name of its version.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Whether no part needs the template engine, which makes rendering some fifty times faster.
    pub fn is_fast(&self) -> bool {
        self.parts().all(Part::is_fast)
    }

    /// The paths of every variable the content reads, sorted.
    pub fn variables(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self
            .parts()
            .flat_map(Part::entries)
            .map(|entry| entry.path.as_str())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// What stands in place of a variable that has no value; nothing when that is nothing.
    pub fn fallback(&self, path: &str) -> Option<&str> {
        let mut entries = self.parts().flat_map(Part::entries);
        let entry = entries.find(|entry| entry.path == path && !entry.required)?;
        entry.fallback.as_deref()
    }

    /// The required variables that have no usable value for this recipient, sorted. Such a recipient must be
    /// held back; rendering for them fails.
    pub fn missing(&self, sender: &Sender, recipient: &Recipient<'_>, links: &Links<'_>) -> Vec<&str> {
        let facts = Facts {
            recipient,
            organization: &sender.organization,
            links,
        };
        let mut paths: Vec<&str> = self
            .parts()
            .flat_map(Part::entries)
            .filter(|entry| entry.value(&facts).is_err())
            .map(|entry| entry.path.as_str())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// Where a tracked link leads for one person; nothing for an unknown index or a missing value.
    pub fn destination(
        &self,
        index: u32,
        sender: &Sender,
        recipient: &Recipient<'_>,
        links: &Links<'_>,
    ) -> Option<String> {
        let link = self.links.iter().find(|link| link.index == index)?;
        let facts = Facts {
            recipient,
            organization: &sender.organization,
            links,
        };
        let mut address = String::with_capacity(128);
        let written: Result<(), PartError> = link.destination.write_text(&facts, &mut address);
        written
            .ok()
            .map(|()| address)
            .filter(|address| !address.is_empty())
    }

    /// The parts, and the addresses of tracked links, which use variables too.
    fn parts(&self) -> impl Iterator<Item = &Part> {
        let bodies = [Some(&self.subject), self.html.as_ref(), Some(&self.text)];
        bodies
            .into_iter()
            .flatten()
            .chain(self.links.iter().map(|link| &link.destination))
    }
}
