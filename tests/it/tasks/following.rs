//! What follows a note: seen by who may read the note, closed with it, shredded with it.

use chrono::TimeDelta;

use super::make;
use super::sight::{as_member, rows};
use crate::notes::{newest, write};
use crate::people::give;
use crate::support::portal::{Actor, Portal};

/// A note of the steward's with a follow-up; answers the note and the task.
async fn followed(portal: &Portal, steward: &Actor, level: &str) -> (String, String) {
    let fields = [
        ("said", "about-the-shift"),
        ("visibility", level),
        ("follow_up", "tomorrow"),
        ("next_step", "ask-about-the-divorce"),
    ];
    write(portal, steward, "member", &fields)
        .await
        .expect_see_other("/people/");
    (
        newest(portal),
        portal.look("SELECT id FROM tasks ORDER BY created_at DESC LIMIT 1"),
    )
}

/// Whether somebody sees a task: by its page, in the list, over the tables. All agree.
async fn sees(portal: &Portal, who: &Actor, task: &str) -> bool {
    let page = who.get(&format!("/tasks/{task}")).await;
    let list = who.get("/tasks?whose=all&status=any").await;
    let on_page = page.text().contains("ask-about-the-divorce");
    assert_eq!(
        on_page,
        list.text().contains("ask-about-the-divorce"),
        "{}",
        who.key
    );
    assert_eq!(on_page, rows(portal, "tasks", &who.key) > 0, "{}", who.key);
    if !on_page {
        page.expect_status(404);
    }
    on_page
}

async fn raise(by: &Actor, note: &str, level: &str) {
    by.get(&format!("/notes/{note}/edit"))
        .await
        .form("main form")
        .set("visibility", level)
        .submit(by)
        .await
        .expect_see_other("/notes/");
}

#[tokio::test]
async fn raising_the_level_of_a_note_closes_what_follows_it() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let (note, task) = followed(&portal, &steward, "team").await;
    // It was given to a colleague while the team could read the note.
    steward
        .get(&format!("/tasks/{task}"))
        .await
        .form("main form")
        .set("assignee", &portal.member("coach").to_string())
        .submit(&steward)
        .await
        .expect_status(303);
    assert!(sees(&portal, &coach, &task).await);

    raise(&steward, &note, "private").await;
    assert!(!sees(&portal, &coach, &task).await);
    assert!(sees(&portal, &steward, &task).await);
    assert_eq!(
        portal.look("SELECT m.handle FROM tasks t JOIN members m ON m.id = t.assignee_id"),
        "steward",
        "it came back to who may do it"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'tasks.task.closed'"),
        "1"
    );
}

#[tokio::test]
async fn who_may_not_read_the_note_any_more_sees_nothing_that_follows_it() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let (org, me, person) = (
        portal.organization("local"),
        portal.member("steward"),
        portal.member("member"),
    );
    let (_, task) = followed(&portal, &steward, "private").await;
    assert!(sees(&portal, &steward, &task).await);
    // Kept apart from the person since.
    portal.force(&format!(
        "INSERT INTO steward_blocks (org_id, steward_id, member_id, reason) VALUES ('{org}', '{me}', '{person}', 'relatives')"
    ));
    assert!(!sees(&portal, &steward, &task).await);
    portal.force("DELETE FROM steward_blocks");
    assert!(sees(&portal, &steward, &task).await);
    // The note is for an office they do not hold.
    portal.force("UPDATE field_notes SET visibility = 'officers'");
    assert!(!sees(&portal, &steward, &task).await);
    // It follows none: then it is theirs while they look after the person.
    portal.force("UPDATE tasks SET note_id = NULL");
    assert!(sees(&portal, &steward, &task).await);
    portal.force("UPDATE steward_assignments SET effective_to = now()");
    assert!(!sees(&portal, &steward, &task).await);
}

#[tokio::test]
async fn who_leaves_the_team_of_a_case_leaves_what_follows_its_notes() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let case = crate::cases::open(&portal, &steward, "member").await;
    let fields = [
        ("said", "strategy"),
        ("case", case.as_str()),
        ("visibility", "case"),
        ("follow_up", "tomorrow"),
        ("next_step", "ask-about-the-divorce"),
    ];
    write(&portal, &steward, "member", &fields).await;
    let task = portal.look("SELECT id FROM tasks");
    assert!(sees(&portal, &steward, &task).await);
    portal.force("DELETE FROM case_team");
    assert!(!sees(&portal, &steward, &task).await);
}

#[tokio::test]
async fn what_one_writes_for_officers_leaves_ones_own_plan_to_oneself() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let (_, task) = followed(&portal, &steward, "officers").await;
    assert!(sees(&portal, &steward, &task).await);
    assert!(!sees(&portal, &coach, &task).await);
}

#[tokio::test]
async fn a_private_follow_up_is_given_only_to_who_may_read_the_note() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    let (note, task) = followed(&portal, &steward, "private").await;
    let pass = async || {
        let form = steward.get(&format!("/tasks/{task}")).await.form("main form");
        form.set("assignee", &portal.member("coach").to_string())
            .submit(&steward)
            .await
    };
    pass()
        .await
        .expect_status(422)
        .expect_text("They may not read the note this follows");
    portal.force(&format!(
        "INSERT INTO note_readers (org_id, note_id, member_id) VALUES ('{}', '{note}', '{}')",
        portal.organization("local"),
        portal.member("coach")
    ));
    pass().await.expect_status(303);
    assert!(sees(&portal, &portal.person("coach").await, &task).await);
    assert!(sees(&portal, &steward, &task).await);
}

#[tokio::test]
async fn a_private_task_about_a_person_is_given_only_to_who_looks_after_them() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    portal.force("UPDATE tasks SET is_private = true");
    steward
        .get(&format!("/tasks/{id}"))
        .await
        .form("main form")
        .set("assignee", &portal.member("coach").to_string())
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("They don't look after the person");
}

#[tokio::test]
async fn nobody_writes_under_a_task_they_do_not_see_whatever_a_route_forgets() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    for (key, is_written) in [("steward", true), ("coach", false), ("admin", false)] {
        let me = portal.member(key);
        for (table, columns, values) in [
            (
                "task_items",
                "id, position, title",
                "gen_random_uuid(), 1, 'x'".to_owned(),
            ),
            (
                "task_comments",
                "id, author_id, body, created_at",
                format!("gen_random_uuid(), '{me}', 'x', now()"),
            ),
            (
                "task_time_entries",
                "id, member_id, worked_on, minutes, created_at",
                format!("gen_random_uuid(), '{me}', '2026-01-01', 5, now()"),
            ),
            (
                "task_files",
                "id, uploaded_by, name, mime, size_bytes, storage_key, created_at",
                format!("gen_random_uuid(), '{me}', 'x', 'text/plain', 1, 'x', now()"),
            ),
            ("task_watchers", "member_id, since", format!("'{me}', now()")),
        ] {
            let written = as_member(
                &portal,
                key,
                &format!("INSERT INTO {table} (task_id, {columns}) VALUES ('{id}', {values})"),
            );
            assert_eq!(written.is_ok(), is_written, "{key} and {table}: {written:?}");
        }
    }
}

#[tokio::test]
async fn what_follows_the_private_notes_of_who_left_is_shredded_with_them() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    followed(&portal, &steward, "private").await;
    followed(&portal, &steward, "officers").await;
    followed(&portal, &steward, "team").await;
    let kept = || portal.look("SELECT count(*) || ' ' || count(*) FILTER (WHERE is_private) FROM tasks");
    assert_eq!(kept(), "3 2");
    portal.force("UPDATE members SET state = 'left' WHERE handle = 'steward'");
    portal.pass(TimeDelta::days(91));
    waymark::domains::upkeep::tidy(&portal.app).await.unwrap();
    portal.settle().await;
    assert_eq!(kept(), "1 0", "the team's stays");
}

#[tokio::test]
async fn who_asks_for_their_data_gets_all_that_was_written_on_tasks_about_them() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, privacy) = (portal.person("steward").await, portal.person("privacy").await);
    let fields = [
        ("title", "Call back"),
        ("member", "member"),
        ("details", "after-the-night-shift"),
        ("reference", "G-2026-17"),
    ];
    let id = make(&portal, &steward, &fields).await;
    let path = format!("/tasks/{id}");
    for (css, fields) in [
        ("#checklist > form", vec![("item", "find-the-number")]),
        ("#comments > form", vec![("body", "tried-at-noon")]),
        (
            "#time form",
            vec![("minutes", "10"), ("time_note", "on-the-phone")],
        ),
        (
            "main form",
            vec![
                ("title", "Call them back"),
                ("status", "blocked"),
                ("blocked_reason", "no-number"),
            ],
        ),
    ] {
        let form = steward.get(&path).await.form(css);
        let form = fields
            .iter()
            .fold(form, |form, (name, value)| form.set(name, value));
        form.submit(&steward).await.expect_status(303);
    }
    steward
        .get(&format!(
            "/people/{}/subject-requests/new",
            portal.member("member")
        ))
        .await
        .form("main form")
        .submit(&steward)
        .await
        .expect_status(303);
    let request = portal.look("SELECT id FROM subject_requests");
    let address = format!("/privacy/requests/{request}");
    privacy
        .get(&address)
        .await
        .form("form[action$='/review']")
        .submit(&privacy)
        .await
        .expect_see_other(&address);
    let page = privacy.get(&address).await;
    for said in [
        "Call them back",
        "after-the-night-shift",
        "G-2026-17",
        "find-the-number",
        "tried-at-noon",
        "on-the-phone",
        "no-number",
        "before: Call back",
    ] {
        page.expect_text(said);
    }
}
