//! Many tasks at once.

use chrono::TimeDelta;

use super::make;
use crate::people::give;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Ticks these tasks and asks to change them.
async fn tick(who: &Actor, list: &str, ids: &[&str]) -> Page {
    let page = who.get(list).await;
    let form = page.form("form[action='/tasks/bulk']");
    let form = ids.iter().fold(form, |form, id| form.check_value("task", id));
    form.press("Change ticked tasks").submit(who).await
}

fn state(portal: &Portal) -> String {
    portal.look("SELECT string_agg(title || ' ' || status || ' ' || priority || ' ' || coalesce(due_on::text, '-'), ', ' ORDER BY title) FROM tasks")
}

#[tokio::test]
async fn ticked_tasks_are_shown_changed_and_put_back() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let a = make(&portal, &admin, &[("title", "A"), ("due", "2030-01-01")]).await;
    let b = make(&portal, &admin, &[("title", "B"), ("priority", "high")]).await;
    make(&portal, &admin, &[("title", "C")]).await;
    let page = tick(&admin, "/tasks?q=", &[&a, &b]).await.expect_ok();
    page.expect_text("Change 2 tasks");
    let form = page.form("form[action='/tasks/bulk/changes']");
    form.clone()
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Choose at least one thing to change.");
    let back = form
        .clone()
        .set("status", "blocked")
        .set("due", "soonish")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Say what they wait for")
        .expect_text("Write a day such as");
    assert_eq!(
        back.form("form[action='/tasks/bulk/changes']").value("due"),
        Some("soonish")
    );
    let done = form
        .set("status", "blocked")
        .set("reason", "Money")
        .set("due", "2030-05-05")
        .set("priority", "urgent")
        .submit(&admin)
        .await
        .expect_see_other("/tasks/bulk/");
    assert_eq!(
        state(&portal),
        "A blocked urgent 2030-05-05, B blocked urgent 2030-05-05, C pending medium -"
    );
    let done = done.follow(&admin).await.expect_text("Changed 2 tasks");

    // One of them is changed again before the undo: it stays.
    let path = format!("/tasks/{b}");
    admin
        .get(&path)
        .await
        .form("main form")
        .set("status", "in_progress")
        .submit(&admin)
        .await
        .expect_status(303);
    let undo = done.form("main form");
    undo.submit(&admin)
        .await
        .expect_status(303)
        .follow(&admin)
        .await
        .expect_text("1 task as before; 1 changed since and left alone.")
        .expect_text("Undone");
    assert_eq!(
        state(&portal),
        "A pending medium 2030-01-01, B in_progress urgent 2030-05-05, C pending medium -"
    );
}

#[tokio::test]
async fn an_undo_ends_after_a_day_and_belongs_to_who_made_the_change() {
    let portal = Portal::start().await;
    let (admin, coach) = (portal.person("admin").await, portal.person("coach").await);
    let id = make(&portal, &admin, &[("title", "A"), ("assignee", "coach")]).await;
    let done = tick(&admin, "/tasks?whose=made", &[&id])
        .await
        .form("form[action='/tasks/bulk/changes']")
        .set("status", "completed")
        .submit(&admin)
        .await
        .follow(&admin)
        .await;
    let change = portal.look("SELECT id FROM task_bulk_changes");
    coach
        .get(&format!("/tasks/bulk/{change}"))
        .await
        .expect_status(404);
    let csrf = coach
        .get("/tasks")
        .await
        .form("main form")
        .value("_csrf")
        .unwrap()
        .to_owned();
    coach
        .post(&format!("/tasks/bulk/{change}/undo"), &[("_csrf", &csrf)])
        .await
        .expect_status(404);
    portal.pass(TimeDelta::hours(25));
    admin
        .get(&format!("/tasks/bulk/{change}"))
        .await
        .expect_no_text("Undo");
    done.form("main form").submit(&admin).await.expect_status(409);
    assert_eq!(portal.look("SELECT status FROM tasks"), "completed");
}

#[tokio::test]
async fn all_are_changed_or_none_and_only_what_one_sees() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, admin) = (portal.person("steward").await, portal.person("admin").await);
    let own = make(&portal, &steward, &[("title", "Own")]).await;
    let about = make(&portal, &steward, &[("title", "About Tom"), ("member", "member")]).await;
    let page = tick(&steward, "/tasks", &[&own, &about]).await;
    page.form("form[action='/tasks/bulk/changes']")
        .set("assignee", &portal.member("coach").to_string())
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("About Tom: They don't look after the person");
    assert_eq!(portal.look("SELECT count(DISTINCT assignee_id) FROM tasks"), "1");

    let csrf = admin
        .get("/tasks")
        .await
        .form("main form")
        .value("_csrf")
        .unwrap()
        .to_owned();
    for path in ["/tasks/bulk", "/tasks/bulk/changes"] {
        admin
            .post(
                path,
                &[("_csrf", &csrf), ("task", &about), ("status", "completed")],
            )
            .await
            .expect_status(404);
        admin.post(path, &[("_csrf", &csrf)]).await.expect_status(422);
    }
}

#[tokio::test]
async fn no_day_for_what_repeats_is_said_and_nothing_is_changed() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let a = make(&portal, &member, &[("title", "A"), ("due", "2030-01-01")]).await;
    let fields = [("title", "Water"), ("due", "2030-01-01"), ("repeat_unit", "week")];
    let b = make(&portal, &member, &fields).await;
    let page = tick(&member, "/tasks", &[&a, &b]).await;
    let form = page.form("form[action='/tasks/bulk/changes']");
    let back = form
        .clone()
        .set("due", "none")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("Water: This task repeats, which counts from a day.");
    assert_eq!(
        back.form("form[action='/tasks/bulk/changes']").value("due"),
        Some("none")
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM tasks WHERE due_on IS NULL"),
        "0"
    );
    form.set("due", "+99999-01-01")
        .submit(&member)
        .await
        .expect_status(422);
}
