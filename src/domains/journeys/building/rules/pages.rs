//! When a node opens, as builders see it.

use askama::Template;
use chrono_tz::Tz;

use crate::domains::journeys::building::lesson::forms::local;
use crate::domains::journeys::building::model::{Atom, Journey, LessonKind, Node, UnlockAnchor, UnlockKind};
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::building::publishing::actions as publishing;
use crate::domains::journeys::building::queries;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{JourneyId, NodeKey};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::actions::of_node;
use super::forms::RuleForm;
use super::words;

/// One alternative of a condition.
pub struct AtomLine {
    pub said: String,
    /// What its button sends.
    pub remove: String,
}

/// What has to be true, in one way or another.
pub struct ClauseLine {
    pub number: i16,
    pub atoms: Vec<AtomLine>,
}

/// A kind of condition to add.
pub struct KindLink {
    pub kind: &'static str,
    pub label: &'static str,
}

/// What could not be taken, as it was typed.
pub struct Typed {
    pub form: RuleForm,
    pub errors: FieldErrors,
    /// That somebody was faster; empty when nobody was.
    pub conflict: String,
}

/// `/journeys/{journey}/nodes/{node}/rules`
#[derive(Template)]
#[template(path = "journeys/rules/page.html")]
pub struct RulesPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub journey_title: String,
    pub node: NodeKey,
    pub title: String,
    pub is_milestone: bool,
    pub revision: i32,
    pub clauses: Vec<ClauseLine>,
    /// What follows from where it stands, in sentences.
    pub besides: Vec<String>,
    pub problems: Vec<String>,
    pub kinds: Vec<KindLink>,
    /// The kind that is being added.
    pub open: Option<UnlockKind>,
    pub arguments: Vec<Choice>,
    pub anchors: Vec<Choice>,
    /// The clauses an alternative can go to.
    pub wheres: Vec<Choice>,
    pub earliest: String,
    pub form: RuleForm,
    pub errors: FieldErrors,
    pub conflict: String,
}

impl RulesPage {
    /// The rules of a node, with a condition of this kind to add.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (journey, key): (&Journey, NodeKey),
        (zone, kind): (Tz, &str),
        typed: Option<Typed>,
    ) -> Result<Self, AppError> {
        let draft = queries::draft(tx, journey.id)?;
        let checked = publishing::check(tx, &draft)?;
        let (outline, atoms) = (&checked.outline, &checked.atoms);
        let node = outline.node(key).ok_or(AppError::NotFound)?;
        let own = of_node(atoms, key);
        let (form, errors, conflict) = match typed {
            Some(typed) => (typed.form, typed.errors, typed.conflict),
            None => {
                let form = kind.parse().map(RuleForm::of_kind).unwrap_or_default();
                (form, FieldErrors::default(), String::new())
            }
        };
        let open = form.kind.parse().ok();
        let problems = checked
            .findings
            .iter()
            .filter(|finding| finding.node == Some(key));
        Ok(Self {
            shell,
            journey: journey.id,
            journey_title: draft.title.clone(),
            node: key,
            title: node.title.clone(),
            is_milestone: node.kind.is_none(),
            revision: draft.revision,
            clauses: clauses(&own, outline, zone),
            besides: besides(node, outline, (atoms, draft.in_order), zone),
            problems: problems.map(|finding| finding.said.clone()).collect(),
            kinds: kind_links(),
            open,
            arguments: arguments(outline, key, open, &form.argument),
            anchors: anchors(&form.anchor),
            wheres: wheres(&own, outline, zone, &form.clause),
            earliest: local(tx.now(), zone),
            form,
            errors,
            conflict,
        })
    }
}

fn clauses(own: &[Atom], outline: &Outline, zone: Tz) -> Vec<ClauseLine> {
    let mut lines: Vec<ClauseLine> = Vec::new();
    for atom in own {
        let line = AtomLine {
            said: words::condition(atom, outline, zone),
            remove: format!("remove-{}-{}", atom.clause, atom.place),
        };
        match lines.last_mut() {
            Some(clause) if clause.number == atom.clause => clause.atoms.push(line),
            _ => lines.push(ClauseLine {
                number: atom.clause,
                atoms: vec![line],
            }),
        }
    }
    lines
}

/// What has to be besides a node's own rule: the order it stands in, and its milestone's rule.
pub fn besides(node: &Node, outline: &Outline, (atoms, in_order): (&[Atom], bool), zone: Tz) -> Vec<String> {
    let parent = node.parent.and_then(|parent| outline.node(parent));
    let mut said = Vec::new();
    match parent {
        None if in_order && node.position > 0 => said.push(
            "The milestone before it has to be done, as milestones are done one after the other.".to_owned(),
        ),
        Some(parent) if parent.in_order && node.position > 0 => {
            said.push(format!(
                "The lesson before it has to be done, as those of “{}” are done one after the other.",
                parent.title
            ));
        }
        _ => {}
    }
    if let Some(parent) = parent {
        if in_order && parent.position > 0 {
            said.push(format!(
                "The milestone before “{}” has to be done, as milestones are done one after the other.",
                parent.title
            ));
        }
        let of_parent: Vec<&Atom> = atoms.iter().filter(|atom| atom.node == parent.key).collect();
        if !of_parent.is_empty() {
            said.push(format!(
                "Its milestone “{}” opens when {}.",
                parent.title,
                words::rule(&of_parent, outline, zone)
            ));
        }
    }
    said
}

fn kind_links() -> Vec<KindLink> {
    let link = |kind: UnlockKind, label| KindLink {
        kind: kind.as_str(),
        label,
    };
    vec![
        link(UnlockKind::Done, "Something is done"),
        link(UnlockKind::Score, "A quiz was passed"),
        link(UnlockKind::Elapsed, "Days have passed"),
        link(UnlockKind::At, "From a date on"),
        link(UnlockKind::Until, "Until a date"),
        link(UnlockKind::Approval, "A coach opens it"),
        link(UnlockKind::Previous, "The step before is done"),
    ]
}

fn arguments(outline: &Outline, node: NodeKey, open: Option<UnlockKind>, chosen: &str) -> Vec<Choice> {
    let fits = |one: &&Node| {
        let is_quiz = one.kind == Some(LessonKind::Quiz);
        one.key != node && (open != Some(UnlockKind::Score) || is_quiz)
    };
    let choice = |one: &Node| {
        let value = one.key.to_string();
        let label = match one.kind {
            None => one.title.clone(),
            Some(_) => format!("\u{2003}{}", one.title),
        };
        let is_chosen = value == chosen;
        Choice::new(value, label, is_chosen)
    };
    outline.nodes().filter(fits).map(choice).collect()
}

fn anchors(chosen: &str) -> Vec<Choice> {
    let choice =
        |anchor: &UnlockAnchor| Choice::new(anchor.as_str(), anchor.label(), anchor.as_str() == chosen);
    UnlockAnchor::ALL.iter().map(choice).collect()
}

fn wheres(own: &[Atom], outline: &Outline, zone: Tz, chosen: &str) -> Vec<Choice> {
    let new = Choice::new(
        "",
        "As a further condition: this has to be true, too",
        chosen.is_empty(),
    );
    let mut numbers: Vec<i16> = own.iter().map(|atom| atom.clause).collect();
    numbers.dedup();
    let choice = |number: i16| {
        let atoms: Vec<&Atom> = own.iter().filter(|atom| atom.clause == number).collect();
        let value = number.to_string();
        let is_chosen = value == chosen;
        Choice::new(
            value,
            format!("Or else: instead of “{}”", words::rule(&atoms, outline, zone)),
            is_chosen,
        )
    };
    std::iter::once(new)
        .chain(numbers.into_iter().map(choice))
        .collect()
}
