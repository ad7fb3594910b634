//! Facts this module tells. What becomes a note or changes a task is told by those modules.

use crate::events;
use crate::kernel::ids::{MemberId, NoteId};

events! {
    NoteUnplaced = "field.note.unplaced", "A note from the field came in that still needs a person." { note: NoteId, author: MemberId }
    NoteDiscarded = "field.note.discarded", "A note from the field that needed a person was thrown away by who wrote it." { note: NoteId, author: MemberId }
}
