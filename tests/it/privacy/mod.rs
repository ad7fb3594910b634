//! What people are owed: openings with a trace, their data, and being forgotten.

mod erasures;
mod openings;
mod requests;

use crate::support::portal::Portal;

/// Makes one more person a privacy officer.
pub fn second_officer(portal: &Portal, key: &str) {
    portal.force(&format!(
        "INSERT INTO member_roles (org_id, member_id, role) VALUES ('{}', '{}', 'privacy_officer')",
        portal.organization("local"),
        portal.member(key)
    ));
}
