//! One's private notes in SQL.

use diesel::prelude::*;

use crate::domains::notes::model::{Note, NoteVisibility};
use crate::kernel::error::AppError;
use crate::kernel::ids::NoteId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::field_notes;

/// The acting member's private notes, the newest first, from the one after `before` on.
///
/// # Errors
/// When the database fails.
pub fn own_private(tx: &mut TenantTx<'_>, before: Option<NoteId>, limit: i64) -> Result<Vec<Note>, AppError> {
    let me = tx.my_id()?;
    let mut query = Note::query()
        .filter(field_notes::author_id.eq(me))
        .filter(field_notes::visibility.eq(NoteVisibility::Private))
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(field_notes::id.lt(before));
    }
    Ok(query.order(field_notes::id.desc()).limit(limit).load(tx.conn())?)
}
