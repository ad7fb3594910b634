//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::{DeviceId, MemberId};

events! {
    DeviceAdded = "notifications.device.added", "A member switched push on in a browser." { device: DeviceId, member: MemberId }
    DeviceRenewed = "notifications.device.renewed", "A browser with push was given another address by its push service." { device: DeviceId, member: MemberId }
    DeviceRemoved = "notifications.device.removed", "A member switched push off on a device." { device: DeviceId, member: MemberId }
    DeviceLost = "notifications.device.lost", "A push service said that a device wants no more, and it was removed." { device: DeviceId, member: MemberId }
}
