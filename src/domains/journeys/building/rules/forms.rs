//! What the browser sends about one condition.

use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::journeys::building::lesson::forms::moment;
use crate::domains::journeys::building::model::{Atom, LessonKind, UnlockAnchor, UnlockKind};
use crate::domains::journeys::building::outline::Outline;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::NodeKey;
use crate::kernel::validate::Check;

/// As typed: a condition to be added, or which to take away.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    pub revision: String,
    /// `add`, or `remove-1-2` with a clause and a place.
    pub then: String,
    pub kind: String,
    pub argument: String,
    pub percent: String,
    pub at: String,
    pub days: String,
    /// `yes` for working days.
    pub business: String,
    pub anchor: String,
    /// The clause it is an alternative in; one of its own when empty.
    pub clause: String,
}

impl RuleForm {
    /// The form of a condition of this kind.
    pub fn of_kind(kind: UnlockKind) -> Self {
        Self {
            kind: kind.as_str().to_owned(),
            percent: "80".to_owned(),
            days: "7".to_owned(),
            anchor: UnlockAnchor::Enrolled.as_str().to_owned(),
            ..Self::default()
        }
    }

    /// How often the draft had been changed when the window showed it.
    pub fn seen(&self) -> Option<i32> {
        self.revision.parse().ok()
    }

    /// The clause and place to take away.
    pub fn removed(&self) -> Option<(i16, i16)> {
        let (clause, place) = self.then.strip_prefix("remove-")?.split_once('-')?;
        Some((clause.parse().ok()?, place.parse().ok()?))
    }

    /// What was meant, as the last alternative of its clause.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(
        &self,
        node: NodeKey,
        outline: &Outline,
        own: &[Atom],
        zone: Tz,
    ) -> Result<Atom, FieldErrors> {
        let mut check = Check::default();
        let kind: UnlockKind = check
            .one_of("kind", "a condition", &self.kind)
            .unwrap_or(UnlockKind::Previous);
        let anchor: Option<UnlockAnchor> = match kind {
            UnlockKind::Elapsed => check.one_of("anchor", "from when days are counted", &self.anchor),
            _ => None,
        };
        let argument = self.argument(&mut check, kind, anchor, outline, node);
        let percent = (kind == UnlockKind::Score)
            .then(|| check.whole_number("percent", "The percentage", &self.percent, 1, 100))
            .and_then(|percent| i16::try_from(percent).ok());
        let is_dated = matches!(kind, UnlockKind::At | UnlockKind::Until);
        let at = is_dated
            .then(|| moment(&mut check, "at", &self.at, zone))
            .flatten();
        check.refuse_when(
            is_dated && self.at.trim().is_empty(),
            "at",
            "Choose a day and a time.",
        );
        let days = (kind == UnlockKind::Elapsed)
            .then(|| check.whole_number("days", "The number of days", &self.days, 0, 3_650))
            .and_then(|days| i32::try_from(days).ok());
        let (clause, place) = self.where_it_goes(own);
        check.refuse_when(
            clause > 31 || place > 31,
            "kind",
            "There are as many conditions as there can be.",
        );
        check.finish(|| Atom {
            node,
            clause,
            place,
            kind,
            argument,
            percent,
            at,
            days,
            is_business: kind == UnlockKind::Elapsed && self.business == "yes",
            anchor,
        })
    }

    fn argument(
        &self,
        check: &mut Check,
        kind: UnlockKind,
        anchor: Option<UnlockAnchor>,
        outline: &Outline,
        node: NodeKey,
    ) -> Option<NodeKey> {
        let is_asked = matches!(kind, UnlockKind::Done | UnlockKind::Score)
            || (kind == UnlockKind::Elapsed && anchor == Some(UnlockAnchor::Done));
        if !is_asked {
            return None;
        }
        let argument = self.argument.parse().ok().filter(|key| *key != node);
        let about = argument.and_then(|key| outline.node(key));
        check.refuse_when(
            about.is_none(),
            "argument",
            "Choose a milestone or lesson from the list.",
        );
        let is_quiz = about.is_some_and(|node| node.kind == Some(LessonKind::Quiz));
        check.refuse_when(
            kind == UnlockKind::Score && about.is_some() && !is_quiz,
            "argument",
            "Only a quiz has a score.",
        );
        argument
    }

    fn where_it_goes(&self, own: &[Atom]) -> (i16, i16) {
        let chosen: Option<i16> = self
            .clause
            .parse()
            .ok()
            .filter(|clause| own.iter().any(|atom| atom.clause == *clause));
        match chosen {
            Some(clause) => {
                let places = own
                    .iter()
                    .filter(|atom| atom.clause == clause)
                    .map(|atom| atom.place);
                (clause, places.max().unwrap_or(-1) + 1)
            }
            None => (own.iter().map(|atom| atom.clause).max().unwrap_or(-1) + 1, 0),
        }
    }
}
