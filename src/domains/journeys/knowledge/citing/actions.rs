//! Putting a quotation into what somebody writes.

use crate::domains::journeys::building;
use crate::domains::journeys::building::actions::{Occasion, Wrote};
use crate::domains::journeys::building::policy::Building;
use crate::domains::journeys::knowledge::model::{Document, Passage};
use crate::domains::journeys::knowledge::policy::Reader;
use crate::domains::journeys::knowledge::queries::{documents, passages};
use crate::kernel::error::AppError;
use crate::kernel::ids::{KnowledgeId, NodeKey};
use crate::platform::db::TenantTx;

use super::{Cited, quotation};

/// Most characters of the text of a lesson.
const LONGEST: usize = 100_000;

/// The quotation of a passage.
pub fn quoted(document: &Document, passage: &Passage) -> String {
    quotation(&Cited {
        kind: document.kind,
        title: &document.title,
        url: document.url.as_deref(),
        heading: &passage.heading,
        page: passage.page,
        text: &passage.text,
        source: &passage.source,
    })
}

/// Puts the quotation of a passage at the end of a lesson's text.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] when it does not fit, or somebody else writes there just now.
pub fn insert(
    tx: &mut TenantTx<'_>,
    (building, reader): (&Building, &Reader),
    node: NodeKey,
    (document, number): (KnowledgeId, i32),
) -> Result<(), AppError> {
    let document = documents::seen(tx, reader, document)?;
    let passage = passages::one(tx, reader, document.id, number)?;
    let draft = building::queries::draft(tx, building.journey())?;
    let there = building::queries::node(tx, draft.id, node)?;
    let seen = building::actions::stamp(&there);
    let mut written = there;
    let body = written.body.trim_end().to_owned();
    written.body = match body.is_empty() {
        true => quoted(&document, &passage),
        false => format!("{body}\n\n{}", quoted(&document, &passage)),
    };
    if written.body.chars().count() > LONGEST {
        return Err(AppError::Conflict("The text of this lesson is full.".to_owned()));
    }
    match building::actions::write(tx, building, (&written, &seen), Occasion::Saved)? {
        Wrote::Kept(_) => Ok(()),
        Wrote::Overtaken(_) => Err(AppError::Conflict(
            "Somebody else writes this lesson just now. Try again.".to_owned(),
        )),
    }
}
