//! The page of sessions.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::identity::session::MARK;
use crate::kernel::time;
use crate::platform::web::Shell;

use super::queries::SessionRow;

/// `/me/sessions`
#[derive(Template)]
#[template(path = "identity/sessions.html")]
pub struct SessionsPage {
    pub shell: Shell,
    pub sessions: Vec<SessionLine>,
    pub has_others: bool,
}

/// One browser in the list.
pub struct SessionLine {
    pub id: String,
    pub device: String,
    pub address: String,
    pub since: String,
    pub seen: String,
    pub seen_at: String,
    pub seen_exactly: String,
    pub is_this: bool,
}

impl SessionLine {
    pub fn new(row: SessionRow, this: Option<&str>, now: DateTime<Utc>, zone: Tz) -> Self {
        let mark = row
            .state
            .get(MARK)
            .and_then(|json| json.as_str())
            .and_then(|json| serde_json::from_str::<String>(json).ok());
        Self {
            id: row.id.to_string(),
            is_this: mark.is_some() && mark.as_deref() == this,
            device: row.device,
            address: row.address,
            since: time::local_date_time(row.created_at, zone),
            seen: time::ago(row.last_seen_at, now),
            seen_at: time::machine(row.last_seen_at),
            seen_exactly: time::local_date_time(row.last_seen_at, zone),
        }
    }
}
