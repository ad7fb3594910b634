//! Story 9: a steward goes away. The days are said once; people, follow-ups and tasks are the backup's then, and not after.

use chrono::{Days, TimeDelta, Utc};

use crate::people::give;
use crate::support::browser::{Browser, Screen};
use crate::support::portal::Portal;
use crate::tasks::make;

async fn as_person(portal: &Portal, browser: &Browser, key: &str, path: &str) {
    browser.take_cookies_from(&portal.person(key).await.client).await;
    browser.goto(path).await;
}

/// Puts a day into a field as the calendar of a phone does; typing one depends on the browser's language.
async fn choose_day(browser: &Browser, name: &str, after: u64) {
    let day = Utc::now().date_naive() + Days::new(after);
    let script = format!("document.querySelector('main [name={name}]').value = '{day}'");
    browser.evaluate(&format!("({script}, true)")).await;
}

#[tokio::test]
async fn people_tasks_and_follow_ups_are_the_backups_on_those_days_and_not_after() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    let note = [
        ("said", "Wants the new schedule"),
        ("follow_up", "in 3 days"),
        ("next_step", "Bring the schedule"),
    ];
    crate::notes::write(&portal, &steward, "member", &note).await;
    make(
        &portal,
        &steward,
        &[
            ("title", "Ring Tom about the vote"),
            ("due", "in 3 days"),
            ("member", "member"),
        ],
    )
    .await;

    let phone = Browser::open(portal.base(), Screen::phone()).await;
    let desk = Browser::open(portal.base(), Screen::desktop()).await;
    as_person(&portal, &desk, "coach", "/my-people").await;
    desk.wait_for_text("I back up").await;
    desk.wait_for_no_text("Tom Reyes").await;

    as_person(&portal, &phone, "steward", "/my-people").await;
    phone.press("My assignments and leave").await;
    phone.wait_for("[name=first]").await;
    choose_day(&phone, "first", 2).await;
    choose_day(&phone, "last", 4).await;
    phone.press("Note the leave").await;
    phone.wait_for_text("Everyone has somebody on those days.").await;

    portal.pass(TimeDelta::days(3));
    as_person(&portal, &desk, "coach", "/my-people").await;
    desk.wait_for_text("Tom Reyes").await;
    desk.wait_for_text("Standing in").await;
    desk.goto("/my-day").await;
    desk.wait_for_text("Bring the schedule").await;
    desk.wait_for_text("Ring Tom about the vote").await;

    portal.pass(TimeDelta::days(3));
    as_person(&portal, &desk, "coach", "/my-people").await;
    desk.wait_for_no_text("Tom Reyes").await;
    // Their own list; that it was left undone they are told as whoever backs somebody up is.
    desk.goto("/tasks").await;
    desk.wait_for_text("Mine").await;
    desk.wait_for_no_text("Bring the schedule").await;
    desk.wait_for_no_text("Ring Tom about the vote").await;
    as_person(&portal, &phone, "steward", "/my-people").await;
    phone.wait_for_text("Tom Reyes").await;
    phone.goto("/my-day").await;
    phone.wait_for_text("Bring the schedule").await;
    phone.wait_for_text("Ring Tom about the vote").await;
}
