//! What is different between two versions, in words. Pure.

use std::collections::HashMap;

use chrono_tz::Tz;
use uuid::Uuid;

use crate::domains::journeys::building::model::{Atom, Node};
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::building::rules::words;
use crate::domains::journeys::building::tree::duration;
use crate::kernel::ids::NodeKey;

use super::plain;

/// One of two versions.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub title: &'a str,
    pub summary: &'a str,
    pub in_order: bool,
    pub outline: &'a Outline,
    pub atoms: &'a [Atom],
    /// What its lessons show of the library: titles, and the version that is shown.
    pub assets: &'a HashMap<Uuid, (String, i32)>,
}

impl Side<'_> {
    /// What a lesson shows of the library: title and version.
    fn asset(&self, node: &Node) -> Option<(Uuid, &str, i32)> {
        let id = node.asset_id?;
        let (title, shown) = self.assets.get(&id)?;
        Some((id, title.as_str(), node.asset_version.unwrap_or(*shown)))
    }
}

/// How a line of a text stands in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Same,
    Added,
    Removed,
    /// Lines that are the same in both are left out here.
    Skipped,
}

/// A line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub mark: Mark,
    pub text: String,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `added`, `removed`, `moved` or `changed`.
    pub kind: &'static str,
    /// What it is about; empty for the journey.
    pub title: String,
    pub said: String,
    /// How its text differs; empty when that is not what differs.
    pub lines: Vec<Line>,
}

/// Every difference, as one reads the newer of the two; what was taken out comes last.
pub fn compare(before: &Side<'_>, after: &Side<'_>, zone: Tz) -> Vec<Change> {
    let mut found = about_the_whole(before, after);
    let moved = moved(before.outline, after.outline);
    for node in after.outline.nodes() {
        match before.outline.node(node.key) {
            None => found.push(change("added", node, added(after.outline, node))),
            Some(old) => found.extend(about(node, old, (before, after), moved.contains(&node.key), zone)),
        }
    }
    let gone = before
        .outline
        .nodes()
        .filter(|node| after.outline.node(node.key).is_none());
    found.extend(gone.map(|node| change("removed", node, "Taken out.".to_owned())));
    found
}

fn change(kind: &'static str, node: &Node, said: String) -> Change {
    Change {
        kind,
        title: node.title.clone(),
        said,
        lines: Vec::new(),
    }
}

fn added(outline: &Outline, node: &Node) -> String {
    let what = node.kind.map_or("Milestone", |kind| kind.label());
    format!(
        "New: {}, {}.",
        what.to_lowercase(),
        outline.words_of_place(node.key)
    )
}

fn about_the_whole(before: &Side<'_>, after: &Side<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    let mut say = |said: String, lines: Vec<Line>| {
        found.push(Change {
            kind: "changed",
            title: String::new(),
            said,
            lines,
        });
    };
    if before.title != after.title {
        say(
            format!("Renamed from “{}” to “{}”.", before.title, after.title),
            Vec::new(),
        );
    }
    if before.summary != after.summary {
        let (old, new) = (split(before.summary), split(after.summary));
        say(
            "What it says about itself changed.".to_owned(),
            of_lines(&old, &new),
        );
    }
    match (before.in_order, after.in_order) {
        (false, true) => say(
            "Milestones are done one after the other now.".to_owned(),
            Vec::new(),
        ),
        (true, false) => say(
            "Milestones are no longer done one after the other.".to_owned(),
            Vec::new(),
        ),
        _ => {}
    }
    found
}

fn split(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn about(
    node: &Node,
    old: &Node,
    (before, after): (&Side<'_>, &Side<'_>),
    is_moved: bool,
    zone: Tz,
) -> Vec<Change> {
    let mut found = Vec::new();
    if is_moved {
        let (from, to) = (
            before.outline.words_of_place(node.key),
            after.outline.words_of_place(node.key),
        );
        found.push(change("moved", node, format!("Moved from {from} to {to}.")));
    }
    if old.title != node.title {
        found.push(change("changed", node, format!("Renamed from “{}”.", old.title)));
    }
    for said in settings(node, old) {
        found.push(change("changed", node, said));
    }
    found.extend(of_asset(before.asset(old), after.asset(node)).map(|said| change("changed", node, said)));
    let rule = |side: &Side<'_>| {
        let own: Vec<&Atom> = side.atoms.iter().filter(|atom| atom.node == node.key).collect();
        words::rule(&own, side.outline, zone)
    };
    match (rule(before), rule(after)) {
        (was, is) if was == is => {}
        (_, is) if is.is_empty() => found.push(change(
            "changed",
            node,
            "Opens without a rule of its own now.".to_owned(),
        )),
        (_, is) => found.push(change("changed", node, format!("Opens when {is} now."))),
    }
    let lines = of_lines(&plain::lines(old), &plain::lines(node));
    if !lines.is_empty() {
        found.push(Change {
            lines,
            ..change("changed", node, "What it says changed.".to_owned())
        });
    }
    found
}

/// How what a lesson shows of the library differs.
fn of_asset(was: Option<(Uuid, &str, i32)>, is: Option<(Uuid, &str, i32)>) -> Option<String> {
    match (was, is) {
        (Some((old, _, before)), Some((new, title, after))) if old == new => (before != after).then(|| {
            format!("Shows version {after} of “{title}” of the library instead of version {before}.")
        }),
        (Some((_, before, _)), Some((_, after, _))) => {
            Some(format!("Shows “{after}” of the library instead of “{before}”."))
        }
        (None, Some((_, title, _))) => Some(format!("Shows “{title}” of the library now.")),
        (Some((_, title, _)), None) => Some(format!("No longer shows “{title}” of the library.")),
        (None, None) => None,
    }
}

fn settings(node: &Node, old: &Node) -> Vec<String> {
    let mut said = Vec::new();
    match (old.is_optional, node.is_optional) {
        (false, true) => said.push("Optional now.".to_owned()),
        (true, false) => said.push("It counts now.".to_owned()),
        _ => {}
    }
    match (old.in_order, node.in_order) {
        (false, true) => said.push("Its lessons are done one after the other now.".to_owned()),
        (true, false) => said.push("Its lessons are no longer done one after the other.".to_owned()),
        _ => {}
    }
    if (old.goal, old.goal_percent) != (node.goal, node.goal_percent)
        && let Some(goal) = node.goal
    {
        let percent = node
            .goal_percent
            .map(|percent| format!(" ({percent} %)"))
            .unwrap_or_default();
        said.push(format!(
            "Counts as done when: {}{percent}.",
            goal.label().to_lowercase()
        ));
    }
    if old.minutes != node.minutes {
        said.push(match node.minutes {
            Some(minutes) => format!("Takes {} now.", duration(minutes.into())),
            None => "It no longer says how long it takes.".to_owned(),
        });
    }
    said
}

/// What stands elsewhere: in another milestone, or not among the longest row of neighbours that kept their order.
fn moved(before: &Outline, after: &Outline) -> Vec<NodeKey> {
    let mut moved = Vec::new();
    let parents = std::iter::once(None).chain(after.siblings(None).into_iter().map(Some));
    for parent in parents {
        let was = before.siblings(parent);
        let mut stayed: Vec<(NodeKey, usize)> = Vec::new();
        for key in after.siblings(parent) {
            match was.iter().position(|one| *one == key) {
                Some(index) => stayed.push((key, index)),
                None if before.node(key).is_some() => moved.push(key),
                None => {}
            }
        }
        let indexes: Vec<usize> = stayed.iter().map(|(_, index)| *index).collect();
        let kept = longest_rising(&indexes);
        moved.extend(
            stayed
                .iter()
                .filter(|(_, index)| !kept.contains(index))
                .map(|(key, _)| *key),
        );
    }
    moved
}

/// The longest part of a row that only rises, of different numbers.
fn longest_rising(row: &[usize]) -> Vec<usize> {
    let mut best: Vec<Vec<usize>> = Vec::new();
    for number in row {
        let before = best
            .iter()
            .filter(|part| part.last() < Some(number))
            .max_by_key(|part| part.len());
        let mut part = before.cloned().unwrap_or_default();
        part.push(*number);
        best.push(part);
    }
    best.into_iter().max_by_key(Vec::len).unwrap_or_default()
}

/// The most lines that are compared one by one; longer texts are shown whole, as taken out and added.
const MOST_LINES: usize = 1_500;
/// Lines shown around what differs.
const AROUND: usize = 2;

/// How two texts differ, line by line; empty when they do not.
pub fn of_lines(before: &[String], after: &[String]) -> Vec<Line> {
    if before == after {
        return Vec::new();
    }
    let same_at_start = before
        .iter()
        .zip(after)
        .take_while(|(old, new)| old == new)
        .count();
    let rest = before.len().min(after.len()) - same_at_start;
    let backwards = before.iter().rev().zip(after.iter().rev());
    let same_at_end = backwards.take(rest).take_while(|(old, new)| old == new).count();
    let middle = |all: &[String]| -> Vec<String> {
        all.iter()
            .take(all.len() - same_at_end)
            .skip(same_at_start)
            .cloned()
            .collect()
    };
    let line = |mark: Mark, text: &String| Line {
        mark,
        text: text.clone(),
    };
    let mut lines: Vec<Line> = before
        .iter()
        .take(same_at_start)
        .map(|text| line(Mark::Same, text))
        .collect();
    lines.extend(of_middles(&middle(before), &middle(after)));
    lines.extend(
        before
            .iter()
            .skip(before.len() - same_at_end)
            .map(|text| line(Mark::Same, text)),
    );
    shortened(lines)
}

/// By the longest common subsequence.
fn of_middles(before: &[String], after: &[String]) -> Vec<Line> {
    let all = |lines: &[String], mark| -> Vec<Line> {
        lines
            .iter()
            .map(|text| Line {
                mark,
                text: text.clone(),
            })
            .collect()
    };
    if before.is_empty() || after.is_empty() || before.len() > MOST_LINES || after.len() > MOST_LINES {
        return [all(before, Mark::Removed), all(after, Mark::Added)].concat();
    }
    let width = after.len() + 1;
    let mut table = vec![0_u32; (before.len() + 1) * width];
    let at = |table: &[u32], row: usize, column: usize| {
        table.get(row * width + column).copied().unwrap_or_default()
    };
    for (row, old) in before.iter().enumerate().rev() {
        for (column, new) in after.iter().enumerate().rev() {
            let longest = match old == new {
                true => at(&table, row + 1, column + 1) + 1,
                false => at(&table, row + 1, column).max(at(&table, row, column + 1)),
            };
            if let Some(cell) = table.get_mut(row * width + column) {
                *cell = longest;
            }
        }
    }
    let (mut row, mut column, mut lines) = (0, 0, Vec::new());
    while let (Some(old), Some(new)) = (before.get(row), after.get(column)) {
        let (mark, text) = match (
            old == new,
            at(&table, row + 1, column) >= at(&table, row, column + 1),
        ) {
            (true, _) => (Mark::Same, old),
            (false, true) => (Mark::Removed, old),
            (false, false) => (Mark::Added, new),
        };
        row += usize::from(mark != Mark::Added);
        column += usize::from(mark != Mark::Removed);
        lines.push(Line {
            mark,
            text: text.clone(),
        });
    }
    lines.extend(all(before.get(row..).unwrap_or_default(), Mark::Removed));
    lines.extend(all(after.get(column..).unwrap_or_default(), Mark::Added));
    lines
}

/// Without what is the same far from what differs.
fn shortened(lines: Vec<Line>) -> Vec<Line> {
    let differs: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.mark != Mark::Same)
        .map(|(index, _)| index)
        .collect();
    let is_near = |index: usize| differs.iter().any(|other| other.abs_diff(index) <= AROUND);
    let mut shown: Vec<Line> = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        let is_skipped = shown.last().is_some_and(|last| last.mark == Mark::Skipped);
        match (is_near(index), is_skipped) {
            (true, _) => shown.push(line),
            (false, false) => shown.push(Line {
                mark: Mark::Skipped,
                text: String::new(),
            }),
            (false, true) => {}
        }
    }
    shown
}
