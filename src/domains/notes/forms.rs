//! What browsers send about notes.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domains::tasks::forms::day_in_words;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{CaseId, NoteId};
use crate::kernel::validate::Check;

use super::model::{NewNote, NoteChange, NoteKind, NoteText, NoteVisibility, Sentiment};

/// Most words for what a note is about.
const TAGS: usize = 10;

/// A note as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    /// Made when the form was drawn, so that a form sent twice is one note.
    pub id: String,
    pub kind: String,
    pub said: String,
    pub ask: String,
    pub answer: String,
    /// Who else was there.
    pub present: String,
    /// `no` when they did not answer.
    pub reached: String,
    pub sentiment: String,
    /// 1 to 5 as the organization shows the scale.
    pub support: String,
    pub engagement: String,
    pub tags: String,
    /// The day of the follow-up, perhaps in words.
    pub follow_up: String,
    pub next_step: String,
    /// Empty for what is usual for the kind.
    pub visibility: String,
    pub reason: String,
    pub version: String,
    /// The case it is written in; may be empty.
    pub case: String,
}

impl NoteForm {
    /// Reads the form of a new note. `one_is_strong` says how the organization shows support.
    ///
    /// # Errors
    /// No kind, over-long texts, a day that is none or over.
    pub fn parse(&self, today: NaiveDate, one_is_strong: bool) -> Result<NewNote, FieldErrors> {
        let mut check = Check::default();
        let id = check.one_of::<NoteId>("id", "this form again", &self.id);
        let kind = check.one_of::<NoteKind>("kind", "what it was", &self.kind);
        let text = self.text(&mut check);
        let case = check.optional::<CaseId>("case", "the case", &self.case);
        let visibility = self.visibility(&mut check, kind, case);
        check.refuse_when(
            visibility == NoteVisibility::Case && case.is_none(),
            "case",
            "Choose the case whose team may read it.",
        );
        let sentiment = match self.sentiment.as_str() {
            "" => None,
            word => check.one_of::<Sentiment>("sentiment", "how they were", word),
        };
        let support = level(&mut check, "support", "Support", &self.support)
            .map(|shown| if one_is_strong { 6 - shown } else { shown });
        let engagement = level(&mut check, "engagement", "Engagement", &self.engagement);
        let tags = words(&mut check, &self.tags);
        let follow_up_on = match self.follow_up.trim() {
            "" => None,
            words => {
                let day = day_in_words(words, today);
                let message = "Write a day such as tomorrow, next Tue, in 2 weeks or 2026-12-24.";
                check.refuse_when(day.is_none(), "follow_up", message);
                check.refuse_when(
                    day.is_some_and(|day| day < today),
                    "follow_up",
                    "That day is over already.",
                );
                day
            }
        };
        let next_step = check.line("next_step", "The next step", &self.next_step, 0, 200);
        check.refuse_when(
            follow_up_on.is_none() && !next_step.is_empty(),
            "follow_up",
            "Say by when, so that it is not forgotten.",
        );
        let reached = self.reached != "no";
        match (id, kind) {
            (Some(id), Some(kind)) => check.finish(|| NewNote {
                id,
                kind,
                visibility,
                occurred_at: None,
                reached,
                text,
                sentiment,
                engagement,
                support,
                tags,
                follow_up_on,
                next_step,
                case,
            }),
            _ => Err(check.finish(|| ()).err().unwrap_or_default()),
        }
    }

    /// Reads the form of a change.
    ///
    /// # Errors
    /// Over-long texts, a level that is none.
    pub fn parse_change(&self) -> Result<NoteChange, FieldErrors> {
        let mut check = Check::default();
        let text = self.text(&mut check);
        let visibility = self.visibility(&mut check, None, None);
        let reason = check.line("reason", "The reason", &self.reason, 0, 300);
        check.finish(|| NoteChange {
            text,
            visibility,
            reason,
            version: self.version.trim().parse().unwrap_or_default(),
        })
    }

    fn text(&self, check: &mut Check) -> NoteText {
        let said = check.text("said", "The note", &self.said, 0, 4_000);
        let ask = check.line("ask", "What you asked", &self.ask, 0, 300);
        let present = check.line("present", "Who else was there", &self.present, 0, 300);
        let known = matches!(self.answer.as_str(), "" | "yes" | "maybe" | "no");
        check.refuse_when(!known, "answer", "Choose an answer from the list.");
        NoteText {
            said,
            ask,
            answer: self.answer.clone(),
            present,
        }
    }

    fn visibility(&self, check: &mut Check, kind: Option<NoteKind>, case: Option<CaseId>) -> NoteVisibility {
        let usual = kind.map_or(NoteVisibility::Private, |kind| kind.usual_visibility(case));
        if self.visibility.is_empty() {
            return usual;
        }
        check
            .one_of::<NoteVisibility>("visibility", "who may read it", &self.visibility)
            .unwrap_or(usual)
    }
}

fn level(check: &mut Check, field: &str, label: &str, raw: &str) -> Option<i16> {
    if raw.trim().is_empty() {
        return None;
    }
    i16::try_from(check.whole_number(field, label, raw, 1, 5)).ok()
}

fn words(check: &mut Check, raw: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in raw.split(',').filter(|word| !word.trim().is_empty()) {
        let word = check.line("tags", "A word", word, 1, 40);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    check.refuse_when(words.len() > TAGS, "tags", "Write at most 10 words.");
    words
}
