//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::SegmentId;

events! {
    SegmentCreated = "campaigns.segment.created", "A segment was made: people described by what is true of them." { segment: SegmentId }
    SegmentChanged = "campaigns.segment.changed", "A segment's name or conditions have changed." { segment: SegmentId }
    SegmentArchived = "campaigns.segment.archived", "A segment is out of use." { segment: SegmentId }
    SegmentRestored = "campaigns.segment.restored", "A segment is in use again." { segment: SegmentId }
}
