//! Nudges as coaches write them.

use serde::Deserialize;

use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::EnrolmentId;
use crate::kernel::validate::Check;
use crate::platform::mail::Locale;

use super::model::{AT_ONCE, LENGTH, NAME, Reason};

/// A nudge as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NudgeForm {
    pub learner: Vec<String>,
    pub reason: String,
    pub body_en: String,
    pub body_fr: String,
    /// `draft`, `preview` or `send`.
    pub intent: String,
}

/// A nudge as meant.
#[derive(Debug, Clone)]
pub struct NewNudge {
    pub learners: Vec<EnrolmentId>,
    pub reason: Reason,
    pub words: Words,
}

/// The message in each language in which it goes to somebody; nothing where it goes to nobody.
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub english: Option<String>,
    pub french: Option<String>,
}

impl Words {
    /// What somebody is written who reads this language.
    pub fn of(&self, locale: Locale) -> Option<&str> {
        match locale {
            Locale::English => self.english.as_deref(),
            Locale::French => self.french.as_deref(),
        }
    }
}

impl NudgeForm {
    /// Who is ticked, from the address of the page.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when it cannot be read.
    pub fn of(query: &str) -> Result<Self, AppError> {
        serde_html_form::from_str(query)
            .map_err(|_| AppError::BadRequest("That address cannot be read.".to_owned()))
    }

    /// Who is written to, each once.
    pub fn learners(&self) -> Vec<EnrolmentId> {
        let mut found: Vec<EnrolmentId> = Vec::new();
        for id in self.learner.iter().filter_map(|id| id.parse().ok()) {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        found
    }

    /// Reads the form, for people who read these languages.
    ///
    /// # Errors
    /// Nobody or too many, no reason, or an empty or too long text.
    pub fn parse(&self, locales: &[Locale]) -> Result<NewNudge, FieldErrors> {
        let learners = self.learners();
        let mut check = Check::default();
        check_count(&mut check, learners.len());
        let reason: Option<Reason> = check.one_of("reason", "what it is about", &self.reason);
        let mut text = |locale: Locale, field: &str, label: &str, typed: &str| {
            locales
                .contains(&locale)
                .then(|| message(&mut check, field, label, typed))
        };
        let words = Words {
            english: text(Locale::English, "body_en", "The message", &self.body_en),
            french: text(Locale::French, "body_fr", "The message in French", &self.body_fr),
        };
        let reason = check.finish(|| reason)?;
        Ok(NewNudge {
            learners,
            reason: reason.unwrap_or(Reason::Other),
            words,
        })
    }
}

/// Reads a message. What stands in braces and is not [`NAME`] would go out as it is typed.
pub fn message(check: &mut Check, field: &str, label: &str, typed: &str) -> String {
    let text = check.text(field, label, typed, 1, LENGTH);
    if let Some(word) = unknown(&text) {
        let wrong = format!("{word} stands for nothing. Only {NAME} becomes the learner’s name.");
        check.refuse_when(true, field, &wrong);
    }
    text
}

/// The first single word in braces that nothing is put in the place of.
fn unknown(text: &str) -> Option<&str> {
    let begins = text.match_indices('{').map(|(at, _)| at);
    let mut words = begins.filter_map(|at| {
        let rest = text.get(at..)?;
        let end = rest.find('}')?;
        let word = rest.get(1..end)?.trim();
        let is_word = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "._- ".contains(c));
        rest.get(..=end).filter(|whole| is_word && *whole != NAME)
    });
    words.next()
}

/// Refuses nobody, and too many.
pub fn check_count(check: &mut Check, count: usize) {
    check.refuse_when(count == 0, "learner", "Choose at least one learner.");
    check.refuse_when(
        count > AT_ONCE,
        "learner",
        "Write to at most 50 learners at once. A broadcast reaches a whole cohort.",
    );
}
