//! Worksites, records, and who looks after whom.

mod coverage;
mod mine;
mod record;
mod stewards;
mod worksites;

use crate::support::portal::Portal;

/// Puts somebody at a worksite made for it; answers the worksite's id.
pub fn worksite(portal: &Portal, name: &str, people: &[&str]) -> String {
    let (org, id) = (portal.organization("local"), uuid::Uuid::now_v7());
    portal.force(&format!(
        "INSERT INTO worksites (org_id, id, name) VALUES ('{org}', '{id}', '{name}')"
    ));
    for person in people {
        portal.force(&format!(
            "UPDATE members SET worksite_id = '{id}' WHERE id = '{}'",
            portal.member(person)
        ));
    }
    id.to_string()
}

/// Gives a person to a steward, from yesterday on.
pub fn give(portal: &Portal, steward: &str, kind: &str, person: &str) -> String {
    let (org, id) = (portal.organization("local"), uuid::Uuid::now_v7());
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, member_id, effective_from) \
         VALUES ('{org}', '{id}', '{}', '{kind}', '{}', now() - interval '1 day')",
        portal.member(steward),
        portal.member(person)
    ));
    id.to_string()
}
