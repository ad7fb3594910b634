//! What browsers send about finding people.

use serde::{Deserialize, Serialize};

use crate::domains::people::model::Stage;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{DepartmentId, MemberId, ShiftId, TagId, WorksiteId};
use crate::kernel::text::words_apart;
use crate::kernel::validate::Check;
use crate::platform::web::address;

/// Ticked people one address can hold.
const PICKED: usize = 100;

/// The filters, as the address has them. What is kept of them is the same, without whom one ticked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MembersQuery {
    pub q: String,
    pub worksite: String,
    pub department: String,
    pub shift: String,
    pub stage: String,
    pub tag: String,
    /// `yes` for those without a steward.
    pub alone: String,
    /// `yes` for those nobody spoke with for 90 days.
    pub quiet: String,
    #[serde(skip_serializing)]
    pub after: String,
    /// People ticked one by one; empty for everybody the filters find.
    #[serde(skip_serializing)]
    pub picked: Vec<String>,
}

/// What is searched for in one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// Nothing.
    None,
    /// Digits in a phone number.
    Digits(String),
    /// The beginning of a part of an e-mail address.
    Address(String),
    /// Each must begin a word of their name, handle or headline.
    Names(Vec<String>),
}

impl Words {
    /// What a text looks for: digits are part of a number, an `@` says that an address is meant, everything else is a name.
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        let bare = text.trim_start_matches('@');
        let is_number = bare.chars().filter(char::is_ascii_digit).count() >= 3
            && bare
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | ' '));
        if is_number {
            return Self::Digits(digits(bare));
        }
        let is_address = text.contains('@') || (text.contains('.') && !text.contains(' '));
        // Nothing but digits would be the end of a number, which not everybody may look for, and nothing at all everybody's.
        let says_more = bare.chars().any(|c| !c.is_ascii_digit());
        if is_address && says_more && text.chars().count() >= 3 {
            return Self::Address(bare.to_lowercase().chars().take(120).collect());
        }
        let mut words: Vec<String> = words_apart(text)
            .split(|c: char| c.is_whitespace() || c.is_ascii_punctuation())
            .filter(|word| !word.is_empty())
            .take(4)
            .map(|word| word.chars().take(64).collect())
            .collect();
        words.sort_by_key(|word: &String| std::cmp::Reverse(word.len()));
        match words.is_empty() {
            true => Self::None,
            false => Self::Names(words),
        }
    }
}

/// The digits of a number. Zeros before it are of the line it is dialled from, and no part of it; of zeros alone all count.
fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(20).collect();
    let dialled = match text.starts_with('0') {
        true => digits.trim_start_matches('0'),
        false => &digits,
    };
    match dialled.len() < 3 {
        true => digits,
        false => dialled.to_owned(),
    }
}

/// Who is wanted.
#[derive(Debug, Clone)]
pub struct MembersFilter {
    pub words: Words,
    pub worksite: Option<WorksiteId>,
    pub department: Option<DepartmentId>,
    pub shift: Option<ShiftId>,
    pub stage: Option<Stage>,
    pub tag: Option<TagId>,
    pub alone: Alone,
    pub contact: Contact,
    pub after: Option<MemberId>,
    /// Only these, when any were ticked.
    pub picked: Option<Vec<MemberId>>,
    pub learning: Learning,
}

/// Whether those count with whom a steward is only learning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learning {
    /// They are seen.
    Seen,
    /// They are left out: they are not the steward's to change.
    LeftOut,
}

/// Whether it matters that somebody has a steward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    Any,
    /// Only who has none.
    Only,
}

/// Whether it matters when somebody was spoken with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    Any,
    /// Only whom nobody spoke with for 90 days.
    Quiet,
}

impl MembersQuery {
    /// Reads an address to be looked at. One that was changed by hand filters less instead of failing.
    pub fn of(address: &str) -> Self {
        serde_html_form::from_str(address).unwrap_or_default()
    }

    /// Who is asked for.
    pub fn filter(&self) -> MembersFilter {
        MembersFilter {
            words: Words::of(&self.q),
            worksite: self.worksite.parse().ok(),
            department: self.department.parse().ok(),
            shift: self.shift.parse().ok(),
            stage: self.stage.parse().ok(),
            tag: self.tag.parse().ok(),
            alone: match self.alone.as_str() {
                "yes" => Alone::Only,
                _ => Alone::Any,
            },
            contact: match self.quiet.as_str() {
                "yes" => Contact::Quiet,
                _ => Contact::Any,
            },
            after: self.after.parse().ok(),
            picked: (!self.picked.is_empty())
                .then(|| self.picked.iter().filter_map(|id| id.parse().ok()).collect()),
            learning: Learning::Seen,
        }
    }

    /// Who is to be changed or handed out: here everything that was asked must be understood, or more people would be reached than
    /// somebody chose. Those one is only learning with are left out.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when something cannot be read, or more were ticked than an address holds.
    pub fn exactly(&self) -> Result<MembersFilter, AppError> {
        let filter = self.filter();
        let is_yes_or_nothing = |word: &str| matches!(word, "" | "yes");
        let is_read = (self.worksite.is_empty() || filter.worksite.is_some())
            && (self.department.is_empty() || filter.department.is_some())
            && (self.shift.is_empty() || filter.shift.is_some())
            && (self.stage.is_empty() || filter.stage.is_some())
            && (self.tag.is_empty() || filter.tag.is_some())
            && (self.q.trim().is_empty() || filter.words != Words::None)
            && is_yes_or_nothing(&self.alone)
            && is_yes_or_nothing(&self.quiet)
            && filter
                .picked
                .as_ref()
                .is_none_or(|picked| picked.len() == self.picked.len());
        if !is_read {
            return Err(AppError::BadRequest(
                "Whom you chose can't be read from this address. Go back to the records and choose again."
                    .to_owned(),
            ));
        }
        if self.picked.len() > PICKED {
            return Err(AppError::BadRequest(format!(
                "At most {PICKED} people can be ticked one by one. Go back, and filter instead."
            )));
        }
        Ok(MembersFilter {
            learning: Learning::LeftOut,
            ..filter
        })
    }

    /// Whether anything is filtered at all.
    pub fn is_plain(&self) -> bool {
        self.pairs().iter().all(|(_, value)| value.is_empty())
    }

    /// The filters by name, for an address or the hidden fields of a form.
    pub fn pairs(&self) -> [(&'static str, &str); 8] {
        [
            ("q", self.q.as_str()),
            ("worksite", &self.worksite),
            ("department", &self.department),
            ("shift", &self.shift),
            ("stage", &self.stage),
            ("tag", &self.tag),
            ("alone", &self.alone),
            ("quiet", &self.quiet),
        ]
    }

    /// The list under these filters, after somebody.
    pub fn address(&self, path: &str, after: &str) -> String {
        let mut pairs = self.pairs().to_vec();
        pairs.push(("after", after));
        address(path, &pairs)
    }
}

/// A filter to be kept, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FilterForm {
    pub name: String,
    /// A role whose holders find it too; empty for nobody else.
    pub shared_with: String,
    /// The filters, as [`MembersQuery::address`] writes them.
    pub rule: String,
}

impl FilterForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A missing or over-long name, a role that is none.
    pub fn parse(&self) -> Result<(String, Option<Role>), FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "The name", &self.name, 1, 60);
        let role = check.optional("shared_with", "a role", &self.shared_with);
        check.finish(|| (name, role))
    }

    /// What is filtered by.
    pub fn query(&self) -> MembersQuery {
        MembersQuery {
            after: String::new(),
            picked: Vec::new(),
            ..MembersQuery::of(self.rule.split_once('?').map_or("", |(_, rule)| rule))
        }
    }
}
