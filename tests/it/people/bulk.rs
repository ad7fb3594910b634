//! Changes of many, and taking them back when something has changed since.

use chrono::TimeDelta;

use crate::people::post;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Tags the people of a steward with a word; answers the address of the change.
async fn tag_all(by: &Actor, word: &str) -> String {
    let done = by
        .get("/bulk/new?action=tag")
        .await
        .expect_ok()
        .form("main form")
        .set("tag", word)
        .submit(by)
        .await
        .expect_see_other("/bulk/");
    done.location().unwrap().path().to_owned()
}

#[tokio::test]
async fn taking_tags_back_leaves_those_put_on_anew_and_those_of_people_out_of_sight() {
    let portal = Portal::start().await;
    for person in ["member", "other", "leader"] {
        super::give(&portal, "steward", "primary", person);
    }
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    let bulk = tag_all(&steward, "Petition").await;
    assert_eq!(portal.look("SELECT count(*) FROM member_tags"), "3");
    post(
        &admin,
        &format!("/people/{}/tags", portal.member("member")),
        &[("tag", "petition"), ("until", "2100-01-01")],
    )
    .await
    .expect_see_other("/people/");
    portal.force(&format!(
        "UPDATE steward_assignments SET effective_to = now() - interval '1 minute' WHERE member_id = '{}'",
        portal.member("leader")
    ));
    post(&steward, &format!("{bulk}/undo"), &[])
        .await
        .expect_see_other(&bulk)
        .follow(&steward)
        .await
        .expect_text("except for 2 that were changed since");
    let left = portal.look(
        "SELECT string_agg(m.handle, ' ' ORDER BY m.handle) FROM member_tags g JOIN members m ON m.id = g.member_id",
    );
    assert_eq!(left, "leader member");
}

#[tokio::test]
async fn a_tag_that_ran_out_is_put_on_again() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    tag_all(&steward, "Petition").await;
    portal.force("UPDATE member_tags SET expires_on = '2020-01-01'");
    tag_all(&steward, "Petition").await;
    assert_eq!(
        portal.look("SELECT count(*) FROM member_tags WHERE expires_on IS NULL"),
        "1"
    );
}

/// Hands what a steward looks after to another; answers the address of the change.
async fn hand_over(portal: &Portal, admin: &Actor, from: &str, to: &str) -> Page {
    post(
        admin,
        &format!("/stewards/{}/handover", portal.member(from)),
        &[("to", &portal.member(to).to_string())],
    )
    .await
}

#[tokio::test]
async fn a_handover_that_was_handed_on_is_not_taken_back_beneath_the_later_one() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "backup", "member");
    portal.force(&format!(
        "INSERT INTO member_roles (org_id, member_id, role) VALUES ('{}', '{}', 'steward')",
        portal.organization("local"),
        portal.member("leader")
    ));
    let admin = portal.person("admin").await;
    let first = hand_over(&portal, &admin, "steward", "coach")
        .await
        .expect_see_other("/bulk/")
        .location()
        .unwrap()
        .path()
        .to_owned();
    portal.pass(TimeDelta::minutes(1));
    hand_over(&portal, &admin, "coach", "leader")
        .await
        .expect_see_other("/bulk/");
    portal.pass(TimeDelta::minutes(1));
    post(&admin, &format!("{first}/undo"), &[])
        .await
        .expect_see_other(&first)
        .follow(&admin)
        .await
        .expect_text("except for 1 that was changed since");
    assert_eq!(
        portal.look(
            "SELECT string_agg(m.handle, ' ') FROM steward_assignments a JOIN members m ON m.id = a.steward_id WHERE a.effective_to IS NULL"
        ),
        "leader"
    );
}

#[tokio::test]
async fn an_assignment_that_ended_for_another_reason_since_does_not_go_on() {
    let portal = Portal::start().await;
    let given = super::give(&portal, "steward", "backup", "member");
    let admin = portal.person("admin").await;
    let bulk = hand_over(&portal, &admin, "steward", "coach")
        .await
        .expect_see_other("/bulk/")
        .location()
        .unwrap()
        .path()
        .to_owned();
    portal.force(&format!(
        "UPDATE steward_assignments SET effective_to = effective_to - interval '1 hour' WHERE id = '{given}'"
    ));
    post(&admin, &format!("{bulk}/undo"), &[])
        .await
        .expect_see_other(&bulk);
    assert_eq!(
        portal.look(
            "SELECT string_agg(m.handle, ' ') FROM steward_assignments a JOIN members m ON m.id = a.steward_id WHERE a.effective_to IS NULL"
        ),
        "coach"
    );
}

#[tokio::test]
async fn two_who_hand_the_same_over_at_once_do_it_once() {
    let portal = Portal::start().await;
    for person in ["member", "other", "leader"] {
        super::give(&portal, "steward", "backup", person);
    }
    portal.force(&format!(
        "INSERT INTO member_roles (org_id, member_id, role) VALUES ('{}', '{}', 'steward')",
        portal.organization("local"),
        portal.member("comms")
    ));
    let (one, two) = (portal.person("admin").await, portal.person("admin").await);
    let (first, second) = tokio::join!(
        hand_over(&portal, &one, "steward", "coach"),
        hand_over(&portal, &two, "steward", "comms")
    );
    let mut statuses = [first.status, second.status].map(|status| status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(
        portal.look("SELECT count(*) || ' ' || count(DISTINCT steward_id) FROM steward_assignments WHERE effective_to IS NULL"),
        "3 1"
    );
}

#[tokio::test]
async fn words_about_a_change_have_the_name_somebody_has_today_and_the_log_none() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    let admin = portal.person("admin").await;
    let done = hand_over(&portal, &admin, "steward", "coach")
        .await
        .expect_see_other("/bulk/");
    done.follow(&admin)
        .await
        .expect_text("From Rosa Delgado to Maya Okafor");
    portal.force(&format!(
        "UPDATE members SET display_name = 'Erased person' WHERE id = '{}'",
        portal.member("coach")
    ));
    done.follow(&admin)
        .await
        .expect_text("From Rosa Delgado to Erased person");
    let logged = portal.look(
        "SELECT concat((SELECT string_agg(words, ' ') FROM bulk_changes), (SELECT string_agg(concat(before, after), ' ') FROM audit_entries WHERE action LIKE 'people.bulk%'))",
    );
    for name in ["Rosa", "Maya"] {
        assert!(!logged.contains(name), "{name}: {logged}");
    }
}

#[tokio::test]
async fn the_log_of_an_export_has_no_name_that_was_searched_for() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    post(
        &admin,
        "/bulk/export",
        &[
            ("action", "export"),
            ("rule", "/members?q=Nadia"),
            ("reason", "Ballot list for the vote"),
        ],
    )
    .await
    .expect_ok();
    let logged =
        portal.look("SELECT after::text FROM audit_entries WHERE action = 'people.records.exported'");
    assert!(!logged.contains("Nadia"), "{logged}");
    assert!(logged.contains("\"searched\": true"), "{logged}");
}
