//! What the browser sends about a journey and the shape of its draft.

use serde::Deserialize;

use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{JourneyId, NodeKey};
use crate::kernel::validate::Check;

use super::actions::{NewNode, Whither, Words};
use super::model::{Journey, LessonKind, Version};
use super::outline::{Step, Target};
use super::queries::Filter;

/// As typed: what a journey is called and says about itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct JourneyForm {
    pub title: String,
    pub summary: String,
    /// `yes` when milestones are done one after the other.
    pub in_order: String,
    pub team: String,
}

impl JourneyForm {
    /// The form of a new journey.
    pub fn fresh() -> Self {
        Self {
            in_order: "yes".to_owned(),
            ..Self::default()
        }
    }

    /// The form of a draft.
    pub fn of(journey: &Journey, draft: &Version) -> Self {
        Self {
            title: draft.title.clone(),
            summary: draft.summary.clone(),
            in_order: if draft.in_order { "yes" } else { "" }.to_owned(),
            team: journey.team_id.map(|team| team.to_string()).unwrap_or_default(),
        }
    }

    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<Words, FieldErrors> {
        let mut check = Check::default();
        let title = check.line("title", "Title", &self.title, 1, 120);
        let summary = check.text("summary", "What it is about", &self.summary, 0, 2_000);
        let team = check.optional("team", "a team", &self.team);
        check.finish(|| Words {
            title,
            summary,
            in_order: self.in_order == "yes",
            team,
        })
    }
}

/// Which part of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Part of a title.
    pub title: String,
    /// `archived` for those that are put away.
    pub show: String,
    pub before: String,
}

impl ListQuery {
    /// What was meant.
    pub fn filter(&self) -> Filter {
        Filter {
            search: self.title.trim().to_owned(),
            is_archived: self.show == "archived",
            before: self.before.parse::<JourneyId>().ok(),
        }
    }
}

/// As typed: what is added, in one field where it goes and what it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AddForm {
    /// The milestone of a lesson; empty for a milestone.
    pub parent: String,
    pub after: String,
    /// Empty for a milestone.
    pub kind: String,
    pub title: String,
}

impl AddForm {
    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<NewNode, FieldErrors> {
        let mut check = Check::default();
        let parent: Option<NodeKey> = check.optional("parent", "a milestone", &self.parent);
        let what = match parent {
            Some(_) => "The lesson's title",
            None => "The milestone's title",
        };
        let title = check.line("title", what, &self.title, 1, 160);
        let kind: Option<LessonKind> = match parent {
            Some(_) => check.one_of("kind", "what kind of lesson it is", &self.kind),
            None => None,
        };
        let after = check.optional("after", "a place", &self.after);
        check.finish(|| NewNode {
            parent,
            after,
            is_first: false,
            kind,
            title,
            asset: None,
            content: None,
        })
    }
}

/// A step with the shape of a draft: which node, and what the window has seen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    /// How often the draft had been changed when the window showed it.
    pub revision: String,
    /// What a button says: `up-…`, `down-…` with the key of a node.
    pub step: String,
    pub node: String,
    pub parent: String,
    pub after: String,
    /// `parent` and `after` in one word, as a list of places sends them: `milestone:lesson`, each may be empty.
    pub place: String,
    pub title: String,
}

impl StepForm {
    /// What the window has seen; nothing when it does not say.
    pub fn seen(&self) -> Option<i32> {
        self.revision.parse().ok()
    }

    /// Which node it is about.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it names none.
    pub fn node(&self) -> Result<NodeKey, AppError> {
        let word = self
            .step
            .split_once('-')
            .map_or(self.node.as_str(), |(_, key)| key);
        word.parse()
            .map_err(|_| AppError::field("node", "Choose a milestone or lesson first."))
    }

    /// Where it goes.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it names no place.
    pub fn whither(&self) -> Result<Whither, AppError> {
        match self.step.split_once('-') {
            Some(("up", _)) => return Ok(Whither::One(Step::Up)),
            Some(("down", _)) => return Ok(Whither::One(Step::Down)),
            _ => {}
        }
        let (parent, after) = self.place.split_once(':').unwrap_or((&self.parent, &self.after));
        let key = |word: &str| -> Result<Option<NodeKey>, AppError> {
            match word.trim() {
                "" => Ok(None),
                word => word
                    .parse()
                    .map(Some)
                    .map_err(|_| AppError::field("place", "Choose a place from the list.")),
            }
        };
        Ok(Whither::To(Target {
            parent: key(parent)?,
            after: key(after)?,
        }))
    }

    /// What it is to be called.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it is empty or too long.
    pub fn title(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let title = check.line("title", "The title", &self.title, 1, 160);
        check.finish(|| title)
    }
}

/// How the builder is opened.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BuildQuery {
    /// The row to go on with.
    pub at: String,
    /// The row whose title is open.
    pub rename: String,
    /// What can be brought back.
    pub removed: String,
    /// The milestone a lesson is being added to.
    pub add: String,
    /// Which kind the lesson before it was.
    pub kind: String,
    /// Words to find something in the library by.
    pub find: String,
    /// `library` when only what the library offers is renewed.
    pub part: String,
}
