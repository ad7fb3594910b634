//! Choosing which of one's private notes the team may read (R10): nothing by default, only one's own, with a reason.

use super::{newest, write};
use crate::people::{give, post};
use crate::support::portal::{Actor, Portal};

async fn private(portal: &Portal, by: &Actor, about: &str, said: &str) -> String {
    let fields = [
        ("said", said),
        ("visibility", "private"),
        ("follow_up", "tomorrow"),
        ("next_step", "ask again"),
    ];
    write(portal, by, about, &fields)
        .await
        .expect_see_other("/people/");
    newest(portal)
}

#[tokio::test]
async fn the_author_chooses_which_private_notes_become_the_teams() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "steward", "primary", "other");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let kept = private(&portal, &steward, "member", "about the divorce").await;
    let given = private(&portal, &steward, "member", "about the shift").await;
    private(&portal, &steward, "other", "about the machine").await;
    let path = "/notes/handover";

    let page = steward
        .get(&format!("/stewards/{}", portal.member("steward")))
        .await
        .click(&steward, "Choose which the team may read")
        .await
        .expect_text("about the divorce")
        .expect_text("about the machine");
    page.expect_no_element("main input[type=checkbox][checked]");
    let form = page.form("main form");
    form.clone()
        .set("reason", "I am away in December")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("Tick the notes the team may read");
    form.clone()
        .check_value("note", &given)
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("Why the team may read them");
    coach.get(&format!("/notes/{given}")).await.expect_status(404);
    let filled = form
        .check_value("note", &given)
        .set("reason", "I am away in December");
    filled
        .submit(&steward)
        .await
        .expect_see_other(path)
        .follow(&steward)
        .await
        .expect_text("The team can read 1 more note.")
        .expect_no_text("about the shift");
    // Sent again, it changes nothing.
    filled.submit(&steward).await.expect_see_other(path);

    coach
        .get(&format!("/notes/{given}"))
        .await
        .expect_ok()
        .expect_text("about the shift");
    coach.get(&format!("/notes/{kept}")).await.expect_status(404);
    assert_eq!(
        portal.look("SELECT string_agg(visibility || ' ' || reason, ', ') FROM note_revisions"),
        "private I am away in December"
    );
    // What follows the note opens with it, and nothing else does.
    let task = |note: &str| portal.look(&format!("SELECT id FROM tasks WHERE note_id = '{note}'"));
    coach.get(&format!("/tasks/{}", task(&given))).await.expect_ok();
    coach
        .get(&format!("/tasks/{}", task(&kept)))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn nobody_gives_away_what_another_wrote_or_whom_they_no_longer_look_after() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let note = private(&portal, &steward, "member", "about the divorce").await;
    coach
        .get("/notes/handover")
        .await
        .expect_ok()
        .expect_text("No private notes");
    post(
        &coach,
        "/notes/handover",
        &[("note", &note), ("reason", "curious")],
    )
    .await
    .expect_status(404);
    portal.force("UPDATE steward_assignments SET effective_to = now() WHERE kind = 'primary'");
    let page = steward.get("/notes/handover").await.expect_text("Stays yours");
    page.expect_no_element("main input[type=checkbox]");
    post(
        &steward,
        "/notes/handover",
        &[("note", &note), ("reason", "moving on")],
    )
    .await
    .expect_status(422);
    assert_eq!(portal.look("SELECT visibility FROM field_notes"), "private");
}
