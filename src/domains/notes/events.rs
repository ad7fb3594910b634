//! Facts this module tells. Ids only: what was said travels nowhere.

use crate::events;
use crate::kernel::ids::{MemberId, NoteId};

events! {
    NoteWritten = "notes.note.written", "A steward noted a conversation, or an attempt at one." { note: NoteId, member: MemberId, author: MemberId, reached: bool }
    NoteChanged = "notes.note.changed", "The text of a note, or who may read it, has changed." { note: NoteId, member: MemberId }
}
