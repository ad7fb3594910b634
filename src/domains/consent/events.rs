//! Facts this module tells. Ids only.

use uuid::Uuid;

use crate::events;
use crate::kernel::ids::{ConsentRecordId, MemberId, SuppressionId};

events! {
    ConsentGiven = "consent.record.granted", "Somebody agreed to a kind of messages, or somebody noted that they did." { record: ConsentRecordId, member: MemberId, channel: String, category: String }
    ConsentWithdrawn = "consent.record.withdrawn", "Somebody took back that they may be written to." { record: ConsentRecordId, member: MemberId, channel: String, category: String }
    MessageLeft = "consent.message.left", "Somebody took it back by the way out that stands in a message." { message: Uuid, member: MemberId, channel: String, category: String }
    WithdrawalUndone = "consent.withdrawal.undone", "Somebody took a withdrawal back." { record: ConsentRecordId, member: MemberId, channel: String, category: String }
    ConfirmationAsked = "consent.confirmation.asked", "Somebody was asked by mail to confirm that they agree." { record: ConsentRecordId, member: MemberId, channel: String, category: String }
    PreferencesChanged = "consent.preferences.changed", "Somebody changed how often or when they are written to." { member: MemberId }
    AddressSuppressed = "consent.suppression.added", "Nothing is sent to an address any more." { suppression: SuppressionId }
    SuppressionLifted = "consent.suppression.lifted", "An address may be written to again." { suppression: SuppressionId }
}
