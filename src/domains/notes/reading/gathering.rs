//! Everything written about somebody, for the somebody.

use crate::domains::notes::{queries as writing, sealing};
use crate::domains::tenancy::{self, Gathered};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::utc;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

use super::pages::{facts, name_of};
use super::queries;

/// More notes than anybody writes about one person.
const MOST: i64 = 20_000;

/// Every note about somebody that the acting member reads, the oldest first; each is noted as gathered.
///
/// # Errors
/// When the database fails, or a text does not open.
pub fn gathered(tx: &mut TenantTx<'_>, keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let mut notes = writing::about(tx, member, MOST)?;
    notes.reverse();
    let authors: Vec<MemberId> = notes.iter().map(|note| note.author_id).collect();
    let cards = tenancy::member_cards(tx, &authors)?;
    let strong = writing::one_is_strong(tx)?;
    let mut gathered = Vec::with_capacity(notes.len());
    for note in notes {
        if let Some(purpose) = queries::purpose(tx, &note)? {
            queries::keep(tx, &note, purpose)?;
        }
        let text = sealing::opened(tx, keys, &note)?;
        let mut lines = vec![text.said.clone()];
        lines.extend(
            facts(&note, &text, strong)
                .into_iter()
                .map(|(term, value)| format!("{term}: {value}")),
        );
        // Words are part of the text, so that redacting the text redacts them.
        if !note.tags.is_empty() {
            lines.push(format!("Issues: {}", note.tags.join(", ")));
        }
        gathered.push(Gathered {
            title: format!("{} ({})", note.kind.label(), note.visibility.label()),
            when: utc(note.occurred_at),
            by: name_of(&cards, note.author_id),
            text: lines.join("\n").trim().to_owned(),
            note: Some(note.id),
            needs_review: true,
        });
    }
    Ok(gathered)
}

/// Dates and purposes of readings, without names.
///
/// # Errors
/// When the database fails.
pub fn readings_about(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let found = queries::page(tx, Some(member), None, MOST)?;
    let reading = |reading: queries::Reading| Gathered {
        title: "A restricted note about you was read".to_owned(),
        when: utc(reading.read_at),
        by: String::new(),
        text: reading.purpose.label().to_owned(),
        note: None,
        needs_review: false,
    };
    Ok(found.into_iter().map(reading).collect())
}
