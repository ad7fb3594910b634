//! What the pages about segments print.

use std::collections::BTreeSet;

use askama::Template;

use crate::domains::people::fields::model::{CustomField, Sensitivity};
use crate::domains::people::fields::queries as fields;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, SegmentId, ShiftId};
use crate::kernel::text::grouped;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::explain::Explained;
use super::forms::{ListQuery, PageQuery, SegmentForm};
use super::lines::{self, Control, Line};
use super::model::{Condition, Segment};
use super::queries::{self, Meant};
use super::tree::Node;

/// Segments on a page: each is counted.
const PAGE: usize = 20;
/// People on a page.
const PEOPLE: usize = 50;
/// Fields offered.
const FIELDS: usize = 200;

/// One of the list.
pub struct SegmentLine {
    pub id: SegmentId,
    pub name: String,
    pub about: String,
    /// How many people it means, in words; empty when it cannot be asked as it is.
    pub count: String,
}

/// `/segments`
#[derive(Template)]
#[template(path = "campaigns/segments/list.html")]
pub struct SegmentsPage {
    pub shell: Shell,
    pub lines: Vec<SegmentLine>,
    pub is_archived: bool,
    pub start: String,
    pub next: String,
}

impl SegmentsPage {
    /// A page of the list.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, query: &ListQuery) -> Result<Self, AppError> {
        let is_archived = query.archived == "yes";
        let after: Option<SegmentId> = query.after.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::list(tx, is_archived, after, limit)?;
        let is_more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found.last().map(|one| one.id.to_string()).unwrap_or_default();
        let counts = counts(tx, &found)?;
        let path = |after: &str| address("/segments", &[("archived", &query.archived), ("after", after)]);
        Ok(Self {
            shell,
            lines: found.into_iter().zip(counts).map(line).collect(),
            is_archived,
            start: after.map(|_| path("")).unwrap_or_default(),
            next: if is_more { path(&last) } else { String::new() },
        })
    }
}

fn line((segment, count): (Segment, Option<i64>)) -> SegmentLine {
    SegmentLine {
        id: segment.id,
        name: segment.name,
        about: segment.about,
        count: count.map(people).unwrap_or_default(),
    }
}

/// How many people each of these means, all in one question; none for those that cannot be asked as they are.
fn counts(tx: &mut TenantTx<'_>, found: &[Segment]) -> Result<Vec<Option<i64>>, AppError> {
    let conditions: Vec<Condition> = found.iter().map(Segment::condition).collect::<Result<_, _>>()?;
    let known = queries::known(tx, &conditions.iter().collect::<Vec<_>>())?;
    let nodes: Vec<Option<Node>> = conditions.iter().map(|one| known.expand(one).ok()).collect();
    let asked: Vec<&Node> = nodes.iter().flatten().collect();
    let mut counted = match asked.is_empty() {
        true => Vec::new(),
        false => queries::counts(tx, &asked)?,
    }
    .into_iter();
    Ok(nodes
        .iter()
        .map(|node| node.as_ref().and_then(|_| counted.next()))
        .collect())
}

/// A number of people in words.
pub fn people(count: i64) -> String {
    match count {
        0 => "Nobody".to_owned(),
        1 => "1 person".to_owned(),
        count => format!("{} people", grouped(count)),
    }
}

/// One line of the builder.
pub struct LineView {
    pub index: usize,
    pub line: Line,
    pub abouts: Vec<Choice>,
    pub ops: Vec<Choice>,
    /// `nothing`, `name`, `text`, `number`, `date` or `choice`.
    pub control: &'static str,
    pub choices: Vec<Choice>,
    /// Of what kind the names are that are offered.
    pub kind: &'static str,
    /// What stands above the value.
    pub label: &'static str,
    pub errors: [String; 3],
    pub takes_groups: bool,
}

/// The builder: lines, and how many people they mean.
pub struct Builder {
    pub lines: Vec<LineView>,
    /// How many people it means, or why that is not known.
    pub count: String,
    /// Names offered, by kind.
    pub offers: Vec<(String, Vec<String>)>,
}

impl Builder {
    fn read(
        tx: &mut TenantTx<'_>,
        form: &SegmentForm,
        errors: &FieldErrors,
        fields: &[CustomField],
    ) -> Result<Self, AppError> {
        let count = match form.condition(tx, fields)? {
            Ok(condition) => match super::count(tx, &condition) {
                Ok(count) => people(count),
                Err(AppError::Conflict(message)) => message,
                Err(error) => return Err(error),
            },
            Err(_) => "Complete the conditions to see how many people they mean.".to_owned(),
        };
        let shifts = queries::all_shifts(tx)?;
        let asked =
            form.lines
                .iter()
                .filter_map(|line| match lines::asking_of(&line.about, fields)?.control {
                    Control::Name(kind) => Some(kind),
                    _ => None,
                });
        let kinds: Vec<&str> = asked.collect::<BTreeSet<_>>().into_iter().collect();
        let mut offers: Vec<(String, Vec<String>)> = queries::offers(tx, &kinds)?.into_iter().collect();
        offers.sort();
        Ok(Self {
            lines: (0..)
                .zip(&form.lines)
                .map(|(index, line)| view(index, line, errors, fields, &shifts))
                .collect(),
            count,
            offers,
        })
    }
}

fn view(
    index: usize,
    line: &Line,
    errors: &FieldErrors,
    fields: &[CustomField],
    shifts: &[(ShiftId, String)],
) -> LineView {
    let asking = lines::asking_of(&line.about, fields);
    let (ops, control): (&[(&str, &str)], _) = match (line.is_group(), asking) {
        (true, _) => (GROUPED, Control::Nothing),
        (false, Some(asking)) => (asking.ops, asking.control),
        (false, None) => (&[], Control::Nothing),
    };
    let (control, kind, label) = match control {
        Control::Nothing => ("nothing", "", ""),
        Control::Name("steward") => ("name", "steward", "Handle"),
        Control::Name(kind) => ("name", kind, "Name"),
        Control::Text => ("text", "", "Value"),
        Control::Days => ("number", "", "Days"),
        Control::Day => ("date", "", "Day"),
        Control::Choice => ("choice", "", "Value"),
    };
    LineView {
        index,
        abouts: if line.is_group() {
            Vec::new()
        } else {
            abouts(&line.about, fields)
        },
        ops: ops
            .iter()
            .map(|(word, label)| Choice::new(*word, *label, *word == line.op))
            .collect(),
        control,
        choices: lines::choices(&line.about, &line.value, fields, shifts),
        kind,
        label,
        errors: ["about", "op", "value"].map(|part| errors.of(&format!("line-{index}-{part}")).to_owned()),
        takes_groups: line.takes_groups(),
        line: line.clone(),
    }
}

/// How the lines of a group are joined.
const GROUPED: &[(&str, &str)] = &[
    ("all", "All of these"),
    ("any", "Any of these"),
    ("not-any", "None of these (exclude)"),
    ("not-all", "Not all of these"),
];

fn abouts(chosen: &str, fields: &[CustomField]) -> Vec<Choice> {
    let own = lines::ASKINGS
        .iter()
        .map(|one| Choice::new(one.about, one.label, one.about == chosen));
    let theirs = fields.iter().map(|field| {
        let word = format!("{}{}", lines::FIELD, field.id);
        let is_chosen = word == chosen;
        Choice::new(word, field.name.clone(), is_chosen)
    });
    own.chain(theirs).collect()
}

/// Fields that may be asked about.
///
/// # Errors
/// When the database fails.
pub fn askable(tx: &mut TenantTx<'_>) -> Result<Vec<CustomField>, AppError> {
    Ok(fields::fields(tx)?
        .into_iter()
        .filter(|field| field.sensitivity == Sensitivity::Normal)
        .take(FIELDS)
        .collect())
}

/// One line of an explanation.
pub struct Reason {
    pub level: usize,
    pub words: String,
    pub holds: bool,
}

/// Whether and why somebody is in a segment.
pub struct Why {
    /// What was typed.
    pub who: String,
    /// Why there is no answer.
    pub error: String,
    /// The answer; empty when nobody was asked about.
    pub verdict: String,
    pub is_in: bool,
    pub reasons: Vec<Reason>,
}

/// What is shown of a segment that is kept.
pub struct KeptView {
    pub id: SegmentId,
    pub is_archived: bool,
    /// Why it cannot be asked as it is.
    pub broken: String,
    pub people: Vec<Meant>,
    pub start: String,
    pub next: String,
    pub why: Why,
}

/// `/segments/new`, `/segments/{segment}` and what their forms come back as.
#[derive(Template)]
#[template(path = "campaigns/segments/segment.html")]
pub struct SegmentPage {
    pub shell: Shell,
    pub title: String,
    /// Where the form goes.
    pub action: String,
    /// Where it goes to be drawn anew.
    pub draft: String,
    pub form: SegmentForm,
    pub builder: Builder,
    pub errors: FieldErrors,
    pub kept: Option<KeptView>,
}

impl SegmentPage {
    /// A form for a new segment.
    ///
    /// # Errors
    /// When the database fails.
    pub fn blank(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        form: SegmentForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let fields = askable(tx)?;
        Ok(Self {
            shell,
            title: "New segment".to_owned(),
            action: "/segments".to_owned(),
            draft: "/segments/draft".to_owned(),
            builder: Builder::read(tx, &form, &errors, &fields)?,
            form,
            errors,
            kept: None,
        })
    }

    /// A segment as it is kept; its form as typed, where something was.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn kept(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: SegmentId,
        typed: Option<(SegmentForm, FieldErrors)>,
        query: &PageQuery,
    ) -> Result<Self, AppError> {
        let (segment, fields) = (queries::segment(tx, id)?, askable(tx)?);
        let condition = segment.condition()?;
        let (form, errors) = match typed {
            Some(typed) => typed,
            None => (written(tx, &segment, &condition)?, FieldErrors::default()),
        };
        Ok(Self {
            shell,
            title: segment.name.clone(),
            action: format!("/segments/{id}"),
            draft: format!("/segments/{id}/draft"),
            builder: Builder::read(tx, &form, &errors, &fields)?,
            form,
            errors,
            kept: Some(KeptView::read(tx, &segment, &condition, query)?),
        })
    }
}

fn written(tx: &mut TenantTx<'_>, segment: &Segment, condition: &Condition) -> Result<SegmentForm, AppError> {
    let names = queries::names(tx, &condition.leaves())?;
    Ok(SegmentForm {
        name: segment.name.clone(),
        about: segment.about.clone(),
        lines: lines::of(condition, names),
        button: String::new(),
    })
}

impl KeptView {
    fn read(
        tx: &mut TenantTx<'_>,
        segment: &Segment,
        condition: &Condition,
        query: &PageQuery,
    ) -> Result<Self, AppError> {
        let after: Option<MemberId> = query.after.parse().ok();
        let limit = i64::try_from(PEOPLE + 1).unwrap_or(i64::MAX);
        let (mut people, broken) = match super::page(tx, condition, after, limit) {
            Ok(people) => (people, String::new()),
            Err(AppError::Conflict(message)) => (Vec::new(), message),
            Err(error) => return Err(error),
        };
        let is_more = people.len() > PEOPLE;
        people.truncate(PEOPLE);
        let path = format!("/segments/{}", segment.id);
        let next = people
            .last()
            .filter(|_| is_more)
            .map(|last| address(&path, &[("after", &last.id.to_string())]));
        Ok(Self {
            id: segment.id,
            is_archived: segment.archived_at.is_some(),
            why: match broken.is_empty() {
                true => Why::read(tx, condition, &query.who)?,
                false => Why::nothing(&query.who),
            },
            broken,
            people,
            start: after.map(|_| path).unwrap_or_default(),
            next: next.unwrap_or_default(),
        })
    }
}

impl Why {
    fn nothing(who: &str) -> Self {
        Self {
            who: who.to_owned(),
            error: String::new(),
            verdict: String::new(),
            is_in: false,
            reasons: Vec::new(),
        }
    }

    fn read(tx: &mut TenantTx<'_>, condition: &Condition, who: &str) -> Result<Self, AppError> {
        let handle = who.trim().trim_start_matches('@').to_lowercase();
        if handle.is_empty() {
            return Ok(Self::nothing(who));
        }
        let found = match handle.contains('\0') {
            true => None,
            false => tenancy::anyone_with_handle(tx, &handle)?,
        };
        let Some(card) = found else {
            return Ok(Self {
                error: "Nobody here has this handle.".to_owned(),
                ..Self::nothing(who)
            });
        };
        let told = super::explain(tx, condition, card.id)?;
        let name = &told.name;
        let verdict = match (told.is_gone, told.is_in) {
            (true, _) => format!("{name} left, and whoever left is in no segment."),
            (false, true) => format!("{name} is in this segment."),
            (false, false) => format!("{name} is not in this segment."),
        };
        let mut reasons = Vec::new();
        flatten(&mut reasons, told.tree, 0);
        Ok(Self {
            verdict,
            is_in: told.is_in,
            reasons,
            ..Self::nothing(who)
        })
    }
}

fn flatten(reasons: &mut Vec<Reason>, told: Explained, level: usize) {
    reasons.push(Reason {
        // Indented no deeper than the style sheet goes.
        level: level.min(6),
        words: told.words,
        holds: told.holds,
    });
    for part in told.parts {
        flatten(reasons, part, level + 1);
    }
}
