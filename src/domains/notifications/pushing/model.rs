//! What a push is.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{DeviceId, NotificationId, PushId};
use crate::pg_enum;
use crate::platform::db::schema::pushes;

/// For how long it is tried: who was not told within a day has other ways to hear of it.
pub const PATIENCE: TimeDelta = TimeDelta::hours(24);

pg_enum! {
    /// What became of a push.
    Stage as PushState {
        /// It is to be sent.
        Waiting = "waiting": "Waits",
        /// Its push service took it.
        Sent = "sent": "Sent",
        /// There was nothing to tell any more.
        Dropped = "dropped": "Not needed any more",
        /// It could not be sent.
        Failed = "failed": "Not delivered",
    }
}

/// A push to one device.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = pushes)]
pub struct Push {
    pub id: PushId,
    pub device_id: DeviceId,
    /// What it tells of; nothing for a test.
    pub about: Vec<NotificationId>,
    pub state: Stage,
    pub attempts: i32,
    pub give_up_at: DateTime<Utc>,
}

/// How long to wait after so many attempts.
pub const fn wait_after(attempts: i32) -> TimeDelta {
    match attempts {
        ..=1 => TimeDelta::minutes(1),
        2 => TimeDelta::minutes(5),
        3 => TimeDelta::minutes(30),
        4 => TimeDelta::hours(2),
        _ => TimeDelta::hours(6),
    }
}
