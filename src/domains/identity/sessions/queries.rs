//! Sessions of one login, as the system role.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::domains::identity::model::SessionId;
use crate::kernel::ids::UserId;
use crate::platform::db::SystemTx;
use crate::platform::db::schema::sessions;

/// One signed-in browser.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    /// Its id; not its key.
    pub id: SessionId,
    /// What it holds; only its mark is looked at.
    pub state: Value,
    /// Browser and system.
    pub device: String,
    /// Address at sign-in.
    pub address: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to about five minutes.
    pub last_seen_at: DateTime<Utc>,
}

/// The live sessions of a login, the one last used first. A person has few; the newest hundred are shown.
pub fn live(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<Vec<SessionRow>> {
    let now = tx.now();
    SessionRow::query()
        .filter(sessions::user_id.eq(user))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::ends_at.gt(now))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .limit(100)
        .load(tx.conn())
}

/// Ends one session of a login; false when it has no such session.
pub fn end(tx: &mut SystemTx<'_>, user: UserId, session: SessionId) -> QueryResult<bool> {
    let found = sessions::table
        .filter(sessions::id.eq(session))
        .filter(sessions::user_id.eq(user));
    diesel::delete(found).execute(tx.conn()).map(|ended| ended == 1)
}
