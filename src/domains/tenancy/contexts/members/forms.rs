//! What browsers send about belonging.

use serde::Deserialize;

use crate::domains::tenancy::contexts::forms::JoinAs;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::MemberId;
use crate::kernel::validate::Check;

/// People added by one request.
pub const AT_ONCE: usize = 500;

/// What was picked and what was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AddForm {
    /// Ids of the people picked from a search.
    pub member: Vec<String>,
    /// Handles, with or without `@`, separated by anything that cannot be in one.
    pub handles: String,
    /// `yes` when they are to lead.
    pub lead: String,
    /// The search the people were picked from.
    pub q: String,
}

/// Who is to be added.
#[derive(Debug, Clone)]
pub struct NewMembers {
    pub picked: Vec<MemberId>,
    pub handles: Vec<String>,
    pub join_as: JoinAs,
}

impl AddForm {
    /// Reads the form.
    ///
    /// # Errors
    /// When nobody is named, or more than [`AT_ONCE`].
    pub fn parse(&self) -> Result<NewMembers, FieldErrors> {
        let mut check = Check::default();
        let picked: Vec<MemberId> = self.member.iter().filter_map(|id| id.parse().ok()).collect();
        let mut handles: Vec<String> = words(&self.handles).collect();
        handles.sort_unstable();
        handles.dedup();
        let count = picked.len() + handles.len();
        check.refuse_when(
            count == 0,
            "handles",
            "Pick somebody from the search, or write at least one handle.",
        );
        check.refuse_when(
            count > AT_ONCE,
            "handles",
            "Add at most 500 people at once; the rest in a second go.",
        );
        let join_as = if self.lead == "yes" {
            JoinAs::Leader
        } else {
            JoinAs::Member
        };
        check.finish(|| NewMembers {
            picked,
            handles,
            join_as,
        })
    }
}

/// The handles in a text that may be a list, a column of a spreadsheet or a sentence of mentions.
fn words(text: &str) -> impl Iterator<Item = String> {
    let cannot_be_in_one = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    let separated = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    text.split(separated)
        .map(move |word| word.trim_matches(cannot_be_in_one).to_lowercase())
        .filter(|word| !word.is_empty())
}

/// Whether somebody is to lead.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LeadershipForm {
    /// `yes` or `no`.
    pub leads: String,
}

impl LeadershipForm {
    /// Reads the form.
    pub fn join_as(&self) -> JoinAs {
        if self.leads == "yes" {
            JoinAs::Leader
        } else {
            JoinAs::Member
        }
    }
}
