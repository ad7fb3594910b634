//! The page of one milestone or lesson.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::journeys::asking::pages::{self as asking, QuestionLine};
use crate::domains::journeys::building::content::{Content, Feedback, QuestionKind};
use crate::domains::journeys::building::model::{Atom, Journey, LessonGoal, LessonKind, Node};
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::building::pane::Shelf;
use crate::domains::journeys::building::publishing::actions::{self as publishing, Checked};
use crate::domains::journeys::building::queries;
use crate::domains::journeys::building::rules::pages::besides;
use crate::domains::journeys::building::rules::words;
use crate::domains::journeys::building::{actions, borrowing};
use crate::domains::journeys::library::parts::pages::PartsRead;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{JourneyId, NodeKey};
use crate::kernel::time::local_clock;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::NodeForm;

/// What could not be taken, as it was typed.
pub struct Typed {
    pub form: NodeForm,
    pub errors: FieldErrors,
    /// Whether somebody else wrote meanwhile.
    pub is_overtaken: bool,
}

/// What of a lesson's page is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Looking {
    /// The line of a list to go on with.
    pub at: String,
    /// What is looked for in the library.
    pub find: String,
    /// What is ticked there by now, where a script asks.
    pub asset: Option<String>,
}

/// That what is typed is kept: what a script hears.
#[derive(Template)]
#[template(path = "journeys/lesson/_kept.html")]
pub struct Kept {
    pub seen: String,
    pub when: String,
}

impl Kept {
    /// Kept at this moment.
    pub fn at(seen: String, when: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            seen,
            when: local_clock(when, zone),
        }
    }
}

/// That what is typed is not kept, and why: what a script hears.
#[derive(Template)]
#[template(path = "journeys/lesson/_told.html")]
pub struct Told {
    pub theirs: Option<Theirs>,
    pub errors: FieldErrors,
}

/// What somebody else wrote meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Theirs {
    pub href: String,
    /// Empty where it is the same.
    pub title: String,
    /// Empty where it is the same.
    pub body: String,
    /// Whether the rest of the lesson differs.
    pub rest: bool,
}

/// A line of a checklist.
pub struct ItemLine {
    pub key: String,
    pub text: String,
    pub is_at: bool,
}

/// A line of what work is judged by.
pub struct CriterionLine {
    pub key: String,
    pub title: String,
    pub points: String,
    pub levels: String,
    /// What is wrong with each of the three; empty where nothing is.
    pub title_error: String,
    pub points_error: String,
    pub levels_error: String,
    pub is_at: bool,
}

/// What the lesson holds a copy of.
pub struct Borrowed {
    pub href: String,
    pub title: String,
    pub version: i32,
    /// The version the library shows now, where it is another.
    pub newer: Option<i32>,
    pub parts: PartsRead,
}

/// A lesson beside this one.
pub struct Beside {
    pub href: String,
    pub title: String,
}

/// `/journeys/{journey}/nodes/{node}`
#[derive(Template)]
#[template(path = "journeys/lesson/page.html")]
pub struct NodePage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub journey_title: String,
    pub key: NodeKey,
    pub name: String,
    pub kind: Option<LessonKind>,
    pub icon: &'static str,
    /// `Quiz, 2 of 5 in Getting started`.
    pub place: String,
    pub problems: Vec<String>,
    /// When it opens by its own rules, in words; empty without any.
    pub opens: String,
    /// What has to be besides its own rules.
    pub besides: Vec<String>,
    pub seen: String,
    pub form: NodeForm,
    /// What of the library it can show; none for kinds that show nothing of it.
    pub shelf: Option<Shelf>,
    /// Quizzes or worksheets it can hold a copy of; none for other kinds.
    pub assets: Vec<Choice>,
    pub goals: Vec<Choice>,
    pub has_percent: bool,
    /// Whether it has a text that can quote from the knowledge base.
    pub can_cite: bool,
    pub percent_label: &'static str,
    pub items: Vec<ItemLine>,
    pub criteria: Vec<CriterionLine>,
    /// What it holds of the library by copy.
    pub borrowed: Option<Borrowed>,
    /// The lesson's own.
    pub questions: Vec<QuestionLine>,
    pub question_kinds: [QuestionKind; 4],
    pub feedbacks: Vec<Choice>,
    pub before: Option<Beside>,
    pub after: Option<Beside>,
    pub theirs: Option<Theirs>,
    pub errors: FieldErrors,
}

impl NodePage {
    /// One node of a draft, with what was typed.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (journey, key): (&Journey, NodeKey),
        (zone, looking): (Tz, Looking),
        typed: Option<Typed>,
    ) -> Result<Self, AppError> {
        let draft = queries::draft(tx, journey.id)?;
        let checked = publishing::check(tx, &draft)?;
        let node = checked.outline.node(key).ok_or(AppError::NotFound)?;
        let there = actions::stamp(node);
        let theirs = typed.as_ref().filter(|typed| typed.is_overtaken);
        let theirs = theirs.map(|typed| theirs_of(journey.id, node, &typed.form, zone));
        let (form, errors, seen) = match typed {
            Some(typed) => (typed.form.clone(), typed.errors, typed.form.seen),
            None => (NodeForm::of(node, zone)?, FieldErrors::default(), there),
        };
        let problems = checked
            .findings
            .iter()
            .filter(|finding| finding.node == Some(key));
        let problems = problems.map(|finding| finding.said.clone()).collect();
        let chosen = form.goal.parse().ok().or(node.goal);
        let shelf = match node.kind {
            Some(kind @ (LessonKind::Text | LessonKind::Video | LessonKind::File)) => {
                let find = match form.find.is_empty() {
                    true => looking.find.as_str(),
                    false => form.find.as_str(),
                };
                let chosen = looking.asset.as_deref().unwrap_or(&form.asset);
                Some(Shelf::read(tx, kind, (find, chosen))?)
            }
            _ => None,
        };
        let assets = match node.kind.and_then(borrowing::lender) {
            Some(lender) => borrowing::choices(tx, (lender, node), &form.asset)?,
            None => Vec::new(),
        };
        let at = looking.at;
        let borrowed = borrowed(tx, &checked.outline, node)?;
        let (before, after) = beside(&checked.outline, journey.id, node);
        Ok(Self {
            shell,
            journey: journey.id,
            journey_title: draft.title.clone(),
            key,
            name: node.title.clone(),
            kind: node.kind,
            icon: node.icon(),
            place: checked.outline.words_of_place(key),
            problems,
            opens: opens(&checked, key, zone),
            besides: besides_of(&checked, key, draft.in_order, zone),
            seen,
            shelf,
            assets,
            goals: goals(node.kind, chosen),
            has_percent: node
                .kind
                .is_some_and(|kind| kind.goals().iter().any(|goal| goal.has_percent())),
            can_cite: matches!(
                node.kind,
                None | Some(LessonKind::Text | LessonKind::Video | LessonKind::File)
            ),
            percent_label: match node.kind {
                Some(LessonKind::Quiz) => "Percent of the points needed",
                _ => "Percent watched",
            },
            items: item_lines(&form, &at),
            criteria: criterion_lines(&form, &at, &errors),
            questions: match borrowed.is_none() {
                true => asking::lines(&form.questions, &at),
                false => Vec::new(),
            },
            borrowed,
            question_kinds: QuestionKind::ALL,
            feedbacks: feedbacks(&form.feedback),
            before,
            after,
            theirs,
            errors,
            form,
        })
    }

    /// Only that it is not kept, and why.
    pub fn told(&self) -> Told {
        Told {
            theirs: self.theirs.clone(),
            errors: self.errors.clone(),
        }
    }
}

fn opens(checked: &Checked, key: NodeKey, zone: Tz) -> String {
    let own: Vec<&Atom> = checked.atoms.iter().filter(|atom| atom.node == key).collect();
    words::rule(&own, &checked.outline, zone)
}

/// What has to be besides its own rule: the order it stands in, and its milestone's rule.
fn besides_of(checked: &Checked, key: NodeKey, in_order: bool, zone: Tz) -> Vec<String> {
    let node = checked.outline.node(key);
    node.map_or_else(Vec::new, |node| {
        besides(node, &checked.outline, (&checked.atoms, in_order), zone)
    })
}

fn borrowed(tx: &mut TenantTx<'_>, outline: &Outline, node: &Node) -> Result<Option<Borrowed>, AppError> {
    let Some(content) = Content::of(node)? else {
        return Ok(None);
    };
    let (Some(source), Some(asset)) = (content.source(), node.asset_id) else {
        return Ok(None);
    };
    let newer = borrowing::newer(tx, outline)?;
    let newer = newer.into_iter().find(|one| one.node == node.key);
    Ok(Some(Borrowed {
        href: format!("/journeys/library/assets/{asset}"),
        title: source.title,
        version: source.version,
        newer: newer.map(|one| one.version),
        parts: match &content {
            Content::Quiz(quiz) => PartsRead::of_questions(&quiz.questions),
            other => {
                let fields = other.worksheet().map(|sheet| sheet.fields.as_slice());
                PartsRead::of_fields(fields.unwrap_or_default())
            }
        },
    }))
}

fn theirs_of(journey: JourneyId, node: &Node, form: &NodeForm, zone: Tz) -> Theirs {
    let other = |there: &str, typed: &str| match there.trim() == typed.replace("\r\n", "\n").trim() {
        true => String::new(),
        false => there.to_owned(),
    };
    let mine = form.parse(node, zone).ok();
    let rest = mine.is_none_or(|mine| {
        let mine = Node {
            title: node.title.clone(),
            body: node.body.clone(),
            ..mine
        };
        mine != *node
    });
    Theirs {
        href: format!("/journeys/{journey}/nodes/{}", node.key),
        title: other(&node.title, &form.title),
        body: other(&node.body, &form.body),
        rest,
    }
}

fn goals(kind: Option<LessonKind>, chosen: Option<LessonGoal>) -> Vec<Choice> {
    let goals = kind.map(LessonKind::goals).unwrap_or_default();
    let choice = |goal: &LessonGoal| Choice::new(goal.as_str(), goal.label(), Some(*goal) == chosen);
    goals.iter().map(choice).collect()
}

fn feedbacks(chosen: &str) -> Vec<Choice> {
    let chosen = Feedback::of(chosen);
    Feedback::ALL
        .into_iter()
        .map(|one| Choice::new(one.as_str(), one.label(), one == chosen))
        .collect()
}

fn beside(outline: &Outline, journey: JourneyId, node: &Node) -> (Option<Beside>, Option<Beside>) {
    let all: Vec<&Node> = outline.nodes().collect();
    let index = all.iter().position(|one| one.key == node.key).unwrap_or_default();
    let link = |node: &&Node| Beside {
        href: format!("/journeys/{journey}/nodes/{}", node.key),
        title: node.title.clone(),
    };
    let before = index.checked_sub(1).and_then(|index| all.get(index));
    (before.map(link), all.get(index + 1).map(link))
}

fn cell(column: &[String], index: usize) -> String {
    column.get(index).cloned().unwrap_or_default()
}

fn item_lines(form: &NodeForm, at: &str) -> Vec<ItemLine> {
    let line = |(index, key): (usize, &String)| ItemLine {
        key: key.clone(),
        text: cell(&form.item_text, index),
        is_at: key == at,
    };
    form.item_key.iter().enumerate().map(line).collect()
}

fn criterion_lines(form: &NodeForm, at: &str, errors: &FieldErrors) -> Vec<CriterionLine> {
    let line = |(index, key): (usize, &String)| CriterionLine {
        key: key.clone(),
        title: cell(&form.criterion_title, index),
        points: cell(&form.criterion_points, index),
        levels: cell(&form.criterion_levels, index),
        title_error: errors.of(&format!("criterion-{key}")).to_owned(),
        points_error: errors.of(&format!("points-{key}")).to_owned(),
        levels_error: errors.of(&format!("levels-{key}")).to_owned(),
        is_at: key == at,
    };
    form.criterion_key.iter().enumerate().map(line).collect()
}
