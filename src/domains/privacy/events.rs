//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::{MemberId, OpeningId, SubjectRequestId};

events! {
    NotesOpened = "privacy.notes.opened", "A privacy officer may read everything about one person for a while." { opening: OpeningId, member: MemberId }
    OpeningClosed = "privacy.opening.closed", "An opening was closed before its time was over." { opening: OpeningId }
    DataAskedFor = "privacy.request.received", "Somebody asked for what is kept about them." { request: SubjectRequestId, member: MemberId }
    DataReleased = "privacy.request.released", "What is kept about somebody was released to them." { request: SubjectRequestId, member: MemberId }
    HoldPlaced = "privacy.hold.placed", "Nothing about somebody is erased for now." { member: MemberId }
    HoldLifted = "privacy.hold.lifted", "What is kept about somebody may be erased again." { member: MemberId }
    PersonErased = "privacy.person.erased", "Everything kept about somebody is gone for good; their rows have no name." { member: MemberId }
}
