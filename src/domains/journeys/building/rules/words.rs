//! Conditions in plain words.

use chrono_tz::Tz;

use crate::domains::journeys::building::model::{Atom, UnlockAnchor, UnlockKind};
use crate::domains::journeys::building::outline::Outline;
use crate::kernel::time::local_date_time;

/// One condition, as part of a sentence that begins with “Opens when”.
pub fn condition(atom: &Atom, outline: &Outline, zone: Tz) -> String {
    let about = atom.argument.and_then(|argument| outline.node(argument));
    let about = match about {
        Some(node) => format!("“{}”", node.title),
        None => "something that was taken out".to_owned(),
    };
    let at = atom.at.map(|at| local_date_time(at, zone)).unwrap_or_default();
    match atom.kind {
        UnlockKind::Previous => "the step before it is done".to_owned(),
        UnlockKind::Done => format!("{about} is done"),
        UnlockKind::Score => format!(
            "{about} was passed with {} % or more",
            atom.percent.unwrap_or_default()
        ),
        UnlockKind::At => format!("it is {at} or later"),
        UnlockKind::Until => format!("it is not yet {at}"),
        UnlockKind::Elapsed => elapsed(atom, &about),
        UnlockKind::Approval => "a coach opens it for the learner".to_owned(),
    }
}

fn elapsed(atom: &Atom, about: &str) -> String {
    let since = match atom.anchor {
        Some(UnlockAnchor::CohortStart) => "the cohort began".to_owned(),
        Some(UnlockAnchor::Done) => format!("{about} was done"),
        _ => "the learner began".to_owned(),
    };
    let kind = if atom.is_business { "working day" } else { "day" };
    match atom.days.unwrap_or_default() {
        0 => since,
        1 => format!("1 {kind} has passed since {since}"),
        days => format!("{days} {kind}s have passed since {since}"),
    }
}

/// A whole rule: `“A” is done or “B” is done; and it is 3 Dec 2026 or later`. Empty without conditions.
pub fn rule(atoms: &[&Atom], outline: &Outline, zone: Tz) -> String {
    let mut clauses: Vec<(i16, Vec<String>)> = Vec::new();
    for atom in atoms {
        let said = condition(atom, outline, zone);
        match clauses.last_mut() {
            Some((clause, words)) if *clause == atom.clause => words.push(said),
            _ => clauses.push((atom.clause, vec![said])),
        }
    }
    let said: Vec<String> = clauses.into_iter().map(|(_, words)| words.join(" or ")).collect();
    said.join("; and ")
}
