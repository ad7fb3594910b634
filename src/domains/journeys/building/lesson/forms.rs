//! What the browser sends about one milestone or lesson: all of it with every press, so that nothing typed is lost by adding a question.

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::journeys::asking::forms::QuestionFields;
use crate::domains::journeys::building::content::{
    Assignment, Content, Feedback, Live, Quiz, Reflection, is_address,
};
use crate::domains::journeys::building::model::{LessonGoal, Node};
use crate::kernel::error::AppError;
use crate::kernel::validate::Check;

use super::columns::{self, ItemColumns, RubricColumns};

/// As typed. What is a list comes in columns; each line of it sends every one of its fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NodeForm {
    /// What the window has seen: see [`crate::domains::journeys::building::actions::stamp`].
    pub seen: String,
    /// Which button: see [`super::steps::Press`].
    pub then: String,
    pub title: String,
    pub body: String,
    pub goal: String,
    pub goal_percent: String,
    pub minutes: String,
    /// `yes` when it need not be done.
    pub optional: String,
    /// `yes` when a milestone's lessons are done one after the other.
    pub in_order: String,
    pub asset: String,
    /// What is looked for in the library.
    pub find: String,

    pub url: String,
    pub note: String,
    pub prompt: String,
    pub at_least_words: String,
    pub brief: String,
    pub days_to_review: String,
    pub starts_at: String,
    pub live_minutes: String,
    pub place: String,
    pub live_url: String,

    pub item_key: Vec<String>,
    pub item_text: Vec<String>,
    pub criterion_key: Vec<String>,
    pub criterion_title: Vec<String>,
    pub criterion_points: Vec<String>,
    pub criterion_levels: Vec<String>,

    pub pool: String,
    pub attempts: String,
    pub pass_percent: String,
    pub feedback: String,
    /// `yes` when the window shows the lesson's own questions: one that does not says nothing about them.
    pub own_questions: String,
    #[serde(flatten)]
    pub questions: QuestionFields,
}

fn word(is: bool) -> String {
    if is { "yes" } else { "" }.to_owned()
}

/// A number as a field shows it; empty without one.
pub fn number(number: Option<impl ToString>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

impl NodeForm {
    /// The form of what is kept.
    ///
    /// # Errors
    /// When content cannot be read; it is a defect of ours.
    pub fn of(node: &Node, zone: Tz) -> Result<Self, AppError> {
        let mut form = Self {
            title: node.title.clone(),
            body: node.body.clone(),
            goal: node.goal.map(|goal| goal.as_str().to_owned()).unwrap_or_default(),
            goal_percent: number(node.goal_percent),
            minutes: number(node.minutes),
            optional: word(node.is_optional),
            in_order: word(node.in_order),
            asset: number(node.asset_id),
            ..Self::default()
        };
        if let Some(content) = Content::of(node)? {
            form.show(&content, zone);
        }
        Ok(form)
    }

    fn show(&mut self, content: &Content, zone: Tz) {
        match content {
            Content::Text | Content::Video | Content::File => {}
            Content::Link(link) => {
                self.url.clone_from(&link.url);
                self.note.clone_from(&link.note);
            }
            Content::Reflection(reflection) => {
                self.prompt.clone_from(&reflection.prompt);
                self.at_least_words =
                    number((reflection.at_least_words > 0).then_some(reflection.at_least_words));
            }
            Content::Live(live) => {
                self.starts_at = live.starts_at.map(|at| local(at, zone)).unwrap_or_default();
                self.live_minutes = number((live.minutes > 0).then_some(live.minutes));
                self.place.clone_from(&live.place);
                self.live_url.clone_from(&live.url);
            }
            Content::Checklist(list) => self.show_items(list),
            Content::Assignment(work) => {
                self.brief.clone_from(&work.brief);
                self.days_to_review = number(work.days_to_review);
                self.show_rubric(work);
            }
            Content::Quiz(quiz) => {
                self.pool = number(quiz.pool);
                self.attempts = number(quiz.attempts);
                self.feedback = quiz.feedback.as_str().to_owned();
                self.questions = QuestionFields::of(&quiz.questions);
            }
        }
    }

    /// What a node becomes by this form.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, node: &Node, zone: Tz) -> Result<Node, AppError> {
        let mut check = Check::default();
        let title = check.line("title", "Title", &self.title, 1, 160);
        let body = check.text("body", "The text", &self.body, 0, 100_000);
        let minutes = optional_number(&mut check, ("minutes", "How long it takes"), &self.minutes, 6_000);
        let written = Node {
            title,
            body,
            minutes,
            in_order: node.kind.is_none() && self.in_order == "yes",
            is_optional: node.kind.is_some() && self.optional == "yes",
            asset_id: self.asset.parse().ok(),
            ..node.clone()
        };
        let (goal, goal_percent) = self.goal(&mut check, node);
        let content = self.content(&mut check, node, zone);
        check.finish(|| ())?;
        Ok(Node {
            goal,
            goal_percent,
            content: content.as_ref().map(Content::written).transpose()?,
            ..written
        })
    }

    fn goal(&self, check: &mut Check, node: &Node) -> (Option<LessonGoal>, Option<i16>) {
        let Some(kind) = node.kind else {
            return (None, None);
        };
        let (usual, usual_percent) = kind.usual_goal();
        let goal = match self.goal.as_str() {
            "" => usual,
            typed => check
                .one_of("goal", "when it counts as done", typed)
                .unwrap_or(usual),
        };
        check.refuse_when(
            !kind.goals().contains(&goal),
            "goal",
            "A lesson of this kind can't count as done that way.",
        );
        let percent = match (goal.has_percent(), self.goal_percent.trim()) {
            (false, _) => None,
            (true, "") => usual_percent.or(Some(90)),
            (true, typed) => {
                i16::try_from(check.whole_number("goal_percent", "The percentage", typed, 1, 100)).ok()
            }
        };
        (Some(goal), percent)
    }

    fn content(&self, check: &mut Check, node: &Node, zone: Tz) -> Option<Content> {
        let kept = Content::of(node).ok().flatten();
        let worksheet = kept.as_ref().and_then(Content::worksheet).cloned();
        Some(match Content::empty(node.kind?) {
            Content::Link(mut link) => {
                link.url = check.line("url", "The address", &self.url, 0, 2_000);
                link.note = check.text("note", "The note", &self.note, 0, 2_000);
                let is_one = link.url.is_empty() || is_address(&link.url);
                check.refuse_when(!is_one, "url", "Write the whole address, with https:// in front.");
                Content::Link(link)
            }
            Content::Reflection(_) => Content::Reflection(Reflection {
                prompt: check.text("prompt", "The question", &self.prompt, 0, 4_000),
                at_least_words: optional_number(
                    check,
                    ("at_least_words", "How many words"),
                    &self.at_least_words,
                    2_000,
                )
                .unwrap_or_default(),
                worksheet,
            }),
            Content::Assignment(_) => Content::Assignment(Assignment {
                brief: check.text("brief", "What to do", &self.brief, 0, 20_000),
                days_to_review: optional_number(
                    check,
                    ("days_to_review", "How many days"),
                    &self.days_to_review,
                    90,
                ),
                rubric: columns::rubric(check, &RubricColumns::of(self)),
                worksheet,
            }),
            Content::Checklist(_) => Content::Checklist(columns::items(check, &ItemColumns::of(self))),
            Content::Live(_) => Content::Live(self.live(check, zone)),
            Content::Quiz(empty) => Content::Quiz(match kept {
                Some(Content::Quiz(kept)) => self.quiz(check, node, kept),
                _ => self.quiz(check, node, empty),
            }),
            plain @ (Content::Text | Content::Video | Content::File) => plain,
        })
    }

    /// What is kept, with what was typed about it; the questions only where the window shows them and they are the lesson's own.
    fn quiz(&self, check: &mut Check, node: &Node, kept: Quiz) -> Quiz {
        let is_lent = kept.source.is_some() && node.asset_id.is_some();
        let is_own = !is_lent && self.own_questions == "yes";
        let percent = self.goal_percent.trim().parse().unwrap_or(80_u8);
        Quiz {
            pool: optional_number(check, ("pool", "How many questions"), &self.pool, 200),
            attempts: optional_number(check, ("attempts", "How many attempts"), &self.attempts, 100),
            feedback: Feedback::of(&self.feedback),
            pass_percent: percent.clamp(1, 100),
            questions: match is_own {
                true => self.questions.parse(check),
                false => kept.questions,
            },
            ..kept
        }
    }

    fn live(&self, check: &mut Check, zone: Tz) -> Live {
        let starts_at = moment(check, "starts_at", &self.starts_at, zone);
        let live = Live {
            starts_at,
            minutes: optional_number(
                check,
                ("live_minutes", "How long it lasts"),
                &self.live_minutes,
                6_000,
            )
            .unwrap_or(60),
            place: check.line("place", "The place", &self.place, 0, 300),
            url: check.line("live_url", "The address", &self.live_url, 0, 2_000),
        };
        let is_one = live.url.is_empty() || is_address(&live.url);
        check.refuse_when(
            !is_one,
            "live_url",
            "Write the whole address, with https:// in front.",
        );
        live
    }
}

/// A whole number from 1 that may be left out.
pub fn optional_number<T: TryFrom<i64>>(
    check: &mut Check,
    (field, label): (&str, &str),
    typed: &str,
    most: i64,
) -> Option<T> {
    match typed.trim() {
        "" => None,
        typed => T::try_from(check.whole_number(field, label, typed, 1, most)).ok(),
    }
}

/// A moment as date and time fields show it.
pub fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}

/// A moment as date and time fields send it, on the clock of whoever typed it.
pub fn moment(check: &mut Check, field: &str, typed: &str, zone: Tz) -> Option<DateTime<Utc>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let read = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(typed, format).ok());
    let at = read.and_then(|local| match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.with_timezone(&Utc)),
        LocalResult::None => None,
    });
    check.refuse_when(
        at.is_none(),
        field,
        "Write a day and a time, such as 2026-12-24 18:30.",
    );
    at
}
