//! Worksites, records, and who looks after whom.

mod api;
mod bulk;
mod coverage;
pub mod import;
mod members;
mod merge;
mod mine;
mod record;
mod selecting;
mod settings;
mod stewards;
mod worksites;

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Posts fields to an address with the token of the person's own pages, wherever the form would stand.
pub async fn post(person: &Actor, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = person.get("/help").await.expect_ok();
    let token = page.one("meta[name=csrf]").attr("content").unwrap().to_owned();
    let mut all = vec![("_csrf", token.as_str())];
    all.extend(fields);
    person.client.post(path, &all).await
}

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

/// Writes a phone number, in E.164, onto somebody's record.
pub fn phone(portal: &Portal, person: &str, number: &str) {
    portal.force(&format!(
        "INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{}', gen_random_uuid(), '{}', 'phone', '{number}')",
        portal.organization("local"),
        portal.member(person)
    ));
}
