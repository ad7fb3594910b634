//! What is shown of a checked file: what would change, row by row.

use askama::Template;
use serde_json::Value;
use uuid::Uuid;

use crate::domains::people::fields::model::CustomField;
use crate::domains::people::fields::queries as fields;
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::ImportId;
use crate::kernel::text::grouped;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::changes::Words;
use super::forms::RowsQuery;
use super::model::{Counts, Import, ImportState, RowChoice, Verdict};
use super::queries::{self, Row};

/// Rows on a page of the preview.
const ROWS: usize = 50;

/// A row as the preview shows it.
pub struct RowLine {
    pub line: i32,
    pub name: String,
    /// Whom it is about; empty for somebody new.
    pub href: String,
    pub what: Vec<String>,
    pub why: String,
    pub choices: Vec<Choice>,
}

/// A kind of rows with how many there are.
pub struct KindTab {
    pub href: String,
    pub label: &'static str,
    pub count: String,
    pub is_current: bool,
}

/// A checked import: what would change.
#[derive(Template)]
#[template(path = "people/import/preview.html")]
pub struct PreviewPage {
    pub shell: Shell,
    pub id: ImportId,
    pub file_name: String,
    pub is_open: bool,
    pub state: &'static str,
    pub tone: &'static str,
    pub verb: &'static str,
    pub tabs: Vec<KindTab>,
    pub rows: Vec<RowLine>,
    pub shown: Verdict,
    pub after: i32,
    pub next: String,
    pub to_apply: String,
    pub can_apply: bool,
    pub wrong: i64,
    /// What was taken over, in words; empty before.
    pub applied: String,
    pub undo_until: String,
    pub is_kept: bool,
    /// Whether the file is still there, for reading it with other columns and for its errors.
    pub has_file: bool,
}

impl PreviewPage {
    /// What the file of an import would change, or has changed.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        import: &Import,
        query: &RowsQuery,
    ) -> Result<Self, AppError> {
        let counts = queries::counts(tx, import.id)?;
        let shown = query.verdict().unwrap_or_else(|| first_kind(&counts));
        let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
        let mut found = queries::rows(tx, import.id, shown, query.after(), limit)?;
        let has_more = found.len() > ROWS;
        found.truncate(ROWS);
        let last = found.last().filter(|_| has_more).map(|row| row.line.to_string());
        let place = format!("/imports/{}", import.id);
        let open = import.state == ImportState::Checked;
        let undoable = import.undoable_until(tx.now()).filter(|_| counts.applied() > 0);
        Ok(Self {
            tone: if undoable.is_some() { "positive" } else { "info" },
            verb: if open { "Import" } else { "Import the rest" },
            shell,
            id: import.id,
            file_name: import.file_name.clone(),
            is_open: open,
            state: import.state.label(),
            tabs: tabs(&place, &counts, shown),
            rows: lines(tx, found)?,
            shown,
            after: query.after(),
            next: last
                .map(|line| address(&place, &[("show", shown.as_str()), ("after", &line)]))
                .unwrap_or_default(),
            to_apply: people_in_words(counts.fresh, counts.changed, counts.chosen),
            can_apply: matches!(import.state, ImportState::Checked | ImportState::Stopped)
                && counts.to_apply() > counts.applied(),
            wrong: counts.wrong,
            applied: match (open, import.state) {
                (true, _) => String::new(),
                (false, ImportState::Undone) => "Taken back.".to_owned(),
                (false, ImportState::Uploaded) => "Nothing was imported from it.".to_owned(),
                (false, _) => format!(
                    "{} new and {} changed.",
                    grouped(counts.applied_new),
                    grouped(counts.applied_changed)
                ),
            },
            undo_until: undoable
                .map(|until| local_date_time(until, me.zone))
                .unwrap_or_default(),
            is_kept: import.forgotten_at.is_none(),
            has_file: import.file_gone_at.is_none(),
        })
    }
}

/// What is looked at first: what needs a look.
fn first_kind(counts: &Counts) -> Verdict {
    match counts {
        counts if counts.possible > 0 => Verdict::Possible,
        counts if counts.changed > 0 => Verdict::Changed,
        counts if counts.fresh > 0 => Verdict::New,
        counts if counts.wrong > 0 => Verdict::Wrong,
        _ => Verdict::Unchanged,
    }
}

fn tabs(place: &str, counts: &Counts, shown: Verdict) -> Vec<KindTab> {
    [
        (Verdict::New, counts.fresh),
        (Verdict::Changed, counts.changed),
        (Verdict::Possible, counts.possible),
        (Verdict::Unchanged, counts.unchanged),
        (Verdict::Wrong, counts.wrong),
    ]
    .into_iter()
    .map(|(kind, count)| KindTab {
        href: address(place, &[("show", kind.as_str())]),
        label: match kind {
            Verdict::Wrong => "Errors",
            kind => kind.label(),
        },
        count: grouped(count),
        is_current: kind == shown,
    })
    .collect()
}

fn people_in_words(fresh: i64, changed: i64, chosen: i64) -> String {
    let parts: Vec<String> = [
        (fresh, "new"),
        (changed, "changed"),
        (chosen, "you decided about"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{} {words}", grouped(count)))
    .collect();
    match parts.is_empty() {
        true => "nothing".to_owned(),
        false => parts.join(", "),
    }
}

fn lines(tx: &mut TenantTx<'_>, rows: Vec<Row>) -> Result<Vec<RowLine>, AppError> {
    let known: Vec<_> = rows.iter().filter_map(|row| row.member_id).collect();
    let cards = tenancy::member_cards(tx, &known)?;
    let own: Vec<CustomField> = fields::fields(tx)?;
    let places: Vec<Uuid> = rows.iter().flat_map(|row| ids_in(&row.changes)).collect();
    let words = Words {
        places: queries::place_names(tx, &places)?,
        fields: &own,
    };
    let line = |row: Row| {
        let about = row.member_id.and_then(|member| cards.get(&member));
        RowLine {
            line: row.line,
            href: match (row.verdict, row.member_id) {
                (Some(Verdict::New), _) | (_, None) => String::new(),
                (_, Some(member)) => format!("/people/{member}"),
            },
            why: match (row.matched_by.as_str(), about) {
                _ if !row.problem.is_empty() => row.problem.clone(),
                ("file", _) => "The same name is in the file twice".to_owned(),
                ("phone", Some(card)) => format!("{} has the same phone number", card.name),
                ("name", Some(card)) => format!("{} works at the same place", card.name),
                ("email", Some(card)) if row.verdict == Some(Verdict::Possible) => {
                    format!("{} and somebody else have this e-mail address", card.name)
                }
                _ => String::new(),
            },
            what: match row.verdict {
                Some(Verdict::New | Verdict::Wrong) => fresh_words(&row),
                _ => words.of(&row),
            },
            choices: RowChoice::ALL
                .iter()
                .filter(|choice| **choice != RowChoice::Same || row.member_id.is_some())
                .map(|choice| Choice::new(choice.as_str(), choice.label(), *choice == row.choice))
                .collect(),
            name: row.name,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

fn ids_in(changes: &Value) -> Vec<Uuid> {
    ["worksite", "department", "shift"]
        .iter()
        .filter_map(|field| changes.get(field)?.as_array())
        .flatten()
        .filter_map(|id| id.as_str()?.parse().ok())
        .collect()
}

fn fresh_words(row: &Row) -> Vec<String> {
    let place = [&row.worksite, &row.department, &row.shift]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect::<Vec<_>>()
        .join(" · ");
    [row.email.clone(), row.phone.clone(), Some(place)]
        .into_iter()
        .flatten()
        .filter(|words| !words.is_empty())
        .collect()
}
