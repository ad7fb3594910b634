//! Tasks: making, doing, and whose they are while somebody is away.

pub mod api;
mod bulk;
mod day;
mod days;
mod details;
mod feeds;
mod files;
mod following;
mod racing;
mod repeating;
pub mod sight;
mod views;

use chrono::TimeDelta;

use crate::people::give;
use crate::support::portal::{Actor, Portal};

#[tokio::test]
async fn a_quick_task_is_a_line_and_a_day_and_is_done_with_one_button() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;

    let page = member
        .get("/tasks")
        .await
        .expect_text("Nothing to do")
        .form("form[action='/tasks']")
        .set("title", "Print the leaflets by tomorrow")
        .submit(&member)
        .await
        .expect_see_other("/tasks")
        .follow(&member)
        .await
        .expect_text("Print the leaflets")
        .expect_text("tomorrow");
    page.form("main ul.rows")
        .press("Done: Print the leaflets")
        .submit(&member)
        .await
        .expect_see_other("/tasks")
        .follow(&member)
        .await
        .expect_text("Done: Print the leaflets")
        .expect_text("Nothing to do");
    member
        .get("/tasks?status=over")
        .await
        .expect_text("Print the leaflets");
}

#[tokio::test]
async fn a_day_that_is_none_is_said_at_the_field_and_nothing_typed_is_lost() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member
        .get("/tasks/new")
        .await
        .form("main form")
        .set("title", "Print the leaflets")
        .set("due", "soonish")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("Write a day such as tomorrow");
    assert_eq!(page.form("main form").value("title"), Some("Print the leaflets"));
}

#[tokio::test]
async fn a_blocked_task_says_what_it_waits_for() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member.get("/tasks/new").await.form("main form");
    form.set("title", "Print")
        .submit(&member)
        .await
        .expect_see_other("/tasks");
    let path = format!("/tasks/{}", portal.look("SELECT id FROM tasks"));

    let refused = member
        .get(&path)
        .await
        .form("main form")
        .set("status", "blocked")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("Say what it waits for");
    refused
        .form("main form")
        .set("blocked_reason", "The printer is out of paper")
        .submit(&member)
        .await
        .expect_see_other(&path);
    member.get("/tasks").await.expect_text("Blocked");
}

#[tokio::test]
async fn a_form_from_an_old_window_overwrites_nothing() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member.get("/tasks/new").await.form("main form");
    form.set("title", "Print")
        .submit(&member)
        .await
        .expect_see_other("/tasks");
    let path = format!("/tasks/{}", portal.look("SELECT id FROM tasks"));
    let old = member.get(&path).await;
    member
        .get(&path)
        .await
        .form("main form")
        .set("title", "Print twice")
        .submit(&member)
        .await
        .expect_see_other(&path);

    old.form("main form")
        .set("details", "on yellow paper")
        .submit(&member)
        .await
        .expect_status(409)
        .expect_text("on yellow paper");
    assert_eq!(portal.look("SELECT title FROM tasks"), "Print twice");
}

#[tokio::test]
async fn a_task_of_ones_own_is_nobody_elses_business() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member.get("/tasks/new").await.form("main form");
    form.set("title", "Print")
        .submit(&member)
        .await
        .expect_see_other("/tasks");
    let path = format!("/tasks/{}", portal.look("SELECT id FROM tasks"));
    for key in ["other", "steward", "admin"] {
        portal.person(key).await.get(&path).await.expect_status(404);
    }
}

#[tokio::test]
async fn while_a_steward_is_away_what_is_about_a_person_falls_to_the_backup_and_comes_back() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    steward
        .get(&format!("/tasks/new?member={}", portal.member("member")))
        .await
        .form("main form")
        .set("title", "Bring the form")
        .set("due", "in 2 days")
        .submit(&steward)
        .await
        .expect_see_other("/people/")
        .follow(&steward)
        .await
        .expect_text("Bring the form");
    coach.get("/tasks").await.expect_no_text("Bring the form");
    portal.force(&format!(
        "INSERT INTO steward_leaves (org_id, id, steward_id, starts_at, ends_at) \
         VALUES ('{}', gen_random_uuid(), '{}', now() + interval '1 day', now() + interval '3 days')",
        portal.organization("local"),
        portal.member("steward")
    ));

    portal.pass(TimeDelta::days(2));
    coach
        .get("/tasks")
        .await
        .expect_text("Bring the form")
        .expect_text("Rosa Delgado");
    steward.get("/tasks").await.expect_no_text("Bring the form");
    portal.pass(TimeDelta::days(2));
    coach.get("/tasks").await.expect_no_text("Bring the form");
    steward.get("/tasks").await.expect_text("Bring the form");
}

#[tokio::test]
async fn a_task_about_a_person_is_given_only_to_who_looks_after_them() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    steward
        .get(&format!("/tasks/new?member={}", portal.member("member")))
        .await
        .form("main form")
        .set("title", "Bring the form")
        .set("assignee", &portal.member("coach").to_string())
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("so they would not see it");
}

#[tokio::test]
async fn a_task_is_passed_on_by_who_made_it() {
    let portal = Portal::start().await;
    let (admin, coach) = (portal.person("admin").await, portal.person("coach").await);
    admin
        .get("/tasks/new")
        .await
        .form("main form")
        .set("title", "Book the hall")
        .set("assignee", &portal.member("coach").to_string())
        .submit(&admin)
        .await
        .expect_see_other("/tasks");
    let path = format!("/tasks/{}", portal.look("SELECT id FROM tasks"));

    coach
        .get(&path)
        .await
        .form("main form")
        .set("assignee", &portal.member("steward").to_string())
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_text("Only who made this task gives it to somebody else.");
    admin
        .get(&path)
        .await
        .form("main form")
        .set("assignee", &portal.member("steward").to_string())
        .submit(&admin)
        .await
        .expect_see_other(&path);
    coach.get(&path).await.expect_status(404);
}

#[tokio::test]
async fn a_form_offers_those_whom_one_can_give_a_task_to_and_names_nobody_else() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    for key in ["member", "sponsor"] {
        let who = portal.person(key).await;
        let page = who.get("/tasks/new").await.expect_ok();
        assert_eq!(page.select("select[name=assignee] option").len(), 1, "{key}");
        page.expect_no_text("Rosa Delgado");
        let id = make(&portal, &who, &[("title", "Own")]).await;
        let bulk = crate::people::post(&who, "/tasks/bulk", &[("task", &id)]).await;
        bulk.expect_ok().expect_no_text("Rosa Delgado");
        for other in ["other", "steward"] {
            who.get(&format!("/tasks/new?member={}", portal.member(other)))
                .await
                .expect_status(404);
        }
    }
    let steward = portal.person("steward").await;
    steward
        .get("/tasks/new")
        .await
        .expect_ok()
        .expect_text("Maya Okafor");
    let path = |whom: &str| format!("/tasks/new?member={}", portal.member(whom));
    steward.get(&path("other")).await.expect_status(404);
    steward.get("/tasks/new?member=x").await.expect_status(404);
    let page = steward.get(&path("member")).await.expect_text("Tom Reyes");
    // What is forged is refused without a name.
    page.form("main form")
        .without("member")
        .forge("member", &portal.member("other").to_string())
        .set("title", "Call back")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_no_text("Nadia Haddad");
}

#[tokio::test]
async fn a_year_that_is_no_calendars_is_no_day() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member.get("/tasks/new").await.form("main form");
    for day in [
        "+262142-12-31",
        "-4800-01-01",
        "1 jan 99999",
        "0001-01-01",
        "10000-01-01",
    ] {
        let page = form
            .clone()
            .set("title", "Print")
            .set("due", day)
            .submit(&member)
            .await
            .expect_status(422)
            .expect_text("Write a day such as tomorrow");
        assert_eq!(page.form("main form").value("due"), Some(day));
        let query = day.replace('+', "%2B").replace(' ', "%20");
        for path in ["/tasks?due=", "/tasks/board?due=", "/tasks/calendar?due="] {
            member.get(&format!("{path}{query}")).await.expect_ok();
        }
    }
    form.set("title", "Print")
        .set("due", "9999-12-31")
        .set("repeat_unit", "month")
        .submit(&member)
        .await
        .expect_status(303);
    let id = portal.look("SELECT id FROM tasks");
    crate::people::post(
        &member,
        &format!("/tasks/{id}/status"),
        &[("status", "completed")],
    )
    .await
    .expect_status(303);
    assert_eq!(portal.look("SELECT count(*) FROM tasks"), "1", "no year 10000");
}

/// Makes a task through the form; answers its id.
pub async fn make(portal: &Portal, who: &Actor, fields: &[(&str, &str)]) -> String {
    let member = fields.iter().find(|(name, _)| *name == "member");
    let path = match member {
        Some((_, person)) => format!("/tasks/new?member={}", portal.member(person)),
        None => "/tasks/new".to_owned(),
    };
    let blank = who.get(&path).await.expect_ok().form("main form");
    let form = fields
        .iter()
        .filter(|(name, _)| *name != "member")
        .fold(blank, |form, (name, value)| match *name {
            "assignee" => form.set(name, &portal.member(value).to_string()),
            _ => form.set(name, value),
        });
    form.submit(who).await.expect_status(303);
    portal.look("SELECT id FROM tasks ORDER BY created_at DESC, id DESC LIMIT 1")
}
