//! One's day.

use chrono::{Days, Utc};

use super::make;
use crate::people::give;
use crate::support::portal::Portal;

#[tokio::test]
async fn a_day_shows_what_is_due_who_needs_one_and_where_one_is_named() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    // Whatever the zone of whoever reads it, it is over.
    let before = (Utc::now().date_naive() - Days::new(3)).to_string();
    steward
        .get("/my-day")
        .await
        .expect_text("Nothing is due today")
        .form("main form")
        .set("title", "Call the printer today")
        .submit(&steward)
        .await
        .expect_see_other("/my-day");
    make(&portal, &steward, &[("title", "Late"), ("due", &before)]).await;
    make(&portal, &steward, &[("title", "Far away"), ("due", "in 9 days")]).await;
    let about = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    let path = format!("/tasks/{about}");
    coach
        .get(&path)
        .await
        .form("#comments > form")
        .set("body", "@steward did you?")
        .submit(&coach)
        .await
        .expect_status(303);

    let page = steward.get("/my-day").await;
    page.expect_text("Overdue")
        .expect_text("Late")
        .expect_text("Call the printer")
        .expect_text("Next")
        .expect_text("Far away")
        .expect_text("Where you are named Call back")
        .expect_text("Who needs you Tom Reyes")
        // In the navigation of every page.
        .expect_text("2 tasks due");
    page.form("form[action$='/mentions']")
        .submit(&steward)
        .await
        .expect_see_other("/my-day")
        .follow(&steward)
        .await
        .expect_no_text("Where you are named")
        .form("ul.rows")
        .press("Done: Late")
        .submit(&steward)
        .await
        .expect_see_other("/my-day");
    steward.get("/help").await.expect_text("1 task due");
    coach
        .get("/my-day")
        .await
        .expect_no_text("Late")
        .expect_no_text("Where you are named");
}

#[tokio::test]
async fn what_a_steward_leaves_undone_comes_before_who_backs_the_person_up() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let day = |before: u64| (Utc::now().date_naive() - Days::new(before)).to_string();
    let about = [("member", "member")];
    let late = make(
        &portal,
        &steward,
        &[about[0], ("title", "Call back"), ("due", &day(5))],
    )
    .await;
    make(
        &portal,
        &steward,
        &[about[0], ("title", "Send the form"), ("due", &day(1))],
    )
    .await;
    make(
        &portal,
        &steward,
        &[("title", "Water the plants"), ("due", &day(9))],
    )
    .await;

    let page = coach
        .get("/my-day")
        .await
        .expect_text("Left undone, about people you back up")
        .expect_text("Call back")
        .expect_text("for Rosa Delgado")
        .expect_no_text("Send the form")
        .expect_no_text("Water the plants");
    steward.get("/my-day").await.expect_no_text("Left undone");
    coach
        .get("/tasks?whose=backed")
        .await
        .expect_text("Call back")
        .expect_text("Send the form")
        .expect_no_text("Water the plants");
    page.form("main form[action='/tasks/bulk']")
        .press("Done: Call back")
        .submit(&coach)
        .await
        .expect_see_other("/my-day");
    assert_eq!(
        portal.look(&format!("SELECT status FROM tasks WHERE id = '{late}'")),
        "completed"
    );
    coach.get("/my-day").await.expect_no_text("Left undone");
}
