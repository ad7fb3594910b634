//! Tasks in calendar programs.

use chrono::NaiveDate;
use proptest::prelude::*;
use waymark::config::Limits;
use waymark::domains::tasks::feeds::ics::{Event, calendar};
use waymark::server::Duty;

use super::make;
use crate::people::give;
use crate::support::portal::{Actor, Portal};

/// Makes a feed; answers its path.
async fn feed(who: &Actor, titles: bool) -> String {
    let page = who.get("/tasks/calendar/feeds").await.expect_ok();
    let mut form = page
        .form("form[action='/tasks/calendar/feeds']")
        .set("name", "phone");
    if titles {
        form = form.check("titles");
    }
    let shown = form
        .submit(who)
        .await
        .expect_status(201)
        .one(".callout code")
        .text;
    url::Url::parse(&shown).unwrap().path().to_owned()
}

#[tokio::test]
async fn a_secret_address_shows_days_and_names_nobody() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    make(
        &portal,
        &steward,
        &[("title", "Print; fold, staple"), ("due", "2030-12-31")],
    )
    .await;
    make(
        &portal,
        &steward,
        &[("title", "Ask Nadia about the hall"), ("due", "2030-12-30")],
    )
    .await;
    make(
        &portal,
        &steward,
        &[
            ("title", "Sick note of the foreman"),
            ("member", "member"),
            ("due", "2030-12-29"),
        ],
    )
    .await;
    make(&portal, &steward, &[("title", "No day")]).await;
    let (with, without) = (feed(&steward, true).await, feed(&steward, false).await);

    let anyone = portal.anyone();
    let calendar = anyone.get(&with).await.expect_ok();
    assert_eq!(
        calendar.header("content-type"),
        Some("text/calendar; charset=utf-8")
    );
    assert_eq!(calendar.header("cache-control"), Some("no-store"));
    let text = calendar.html.clone();
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 3);
    assert!(text.contains("SUMMARY:Print\\; fold\\, staple\r\n"), "{text}");
    assert!(text.contains("DTSTART;VALUE=DATE:20301231\r\nDTEND;VALUE=DATE:20310101\r\n"));
    for leak in ["Nadia", "Tom", "Reyes", "Sick note", "Delgado"] {
        assert!(!text.contains(leak), "{leak} in {text}");
    }
    let plain = anyone.get(&without).await.expect_ok().html.clone();
    assert_eq!(plain.matches("SUMMARY:Task\r\n").count(), 3, "{plain}");
    assert!(
        !portal
            .look("SELECT string_agg(encode(token_hash, 'escape') || name, ' ') FROM task_feeds")
            .contains(with.rsplit('/').next().unwrap())
    );
    // The page shows it never again.
    steward
        .get("/tasks/calendar/feeds")
        .await
        .expect_no_text("/feeds/tasks/");
}

#[tokio::test]
async fn it_shows_what_its_owner_sees_now_and_nothing_once_it_is_over() {
    let portal = Portal::start().await;
    let assignment = give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    make(
        &portal,
        &steward,
        &[
            ("title", "Call back"),
            ("member", "member"),
            ("due", "2030-12-29"),
        ],
    )
    .await;
    let path = feed(&steward, false).await;
    let anyone = portal.anyone();
    let count = async || {
        anyone
            .get(&path)
            .await
            .expect_ok()
            .html
            .matches("BEGIN:VEVENT")
            .count()
    };
    assert_eq!(count().await, 1);
    portal.force(&format!(
        "UPDATE steward_assignments SET effective_to = now() WHERE id = '{assignment}'"
    ));
    assert_eq!(count().await, 0, "sight ended");

    portal.force(&format!(
        "UPDATE members SET state = 'suspended' WHERE id = '{}'",
        portal.member("steward")
    ));
    portal.app.directory.forget_all();
    anyone.get(&path).await.expect_status(404);
    portal.force(&format!(
        "UPDATE members SET state = 'active' WHERE id = '{}'",
        portal.member("steward")
    ));
    portal.app.directory.forget_all();
    anyone.get(&path).await.expect_ok();

    // Others end nothing of it; its owner does.
    let id = portal.look("SELECT id FROM task_feeds");
    let coach = portal.person("coach").await;
    let csrf = coach
        .get("/tasks")
        .await
        .form("main form")
        .value("_csrf")
        .unwrap()
        .to_owned();
    coach
        .post(
            &format!("/tasks/calendar/feeds/{id}/revocation"),
            &[("_csrf", &csrf)],
        )
        .await
        .expect_status(404);
    coach.get("/tasks/calendar/feeds").await.expect_no_text("Revoke");
    steward
        .get("/tasks/calendar/feeds")
        .await
        .form("form[action$='/revocation']")
        .submit(&steward)
        .await
        .expect_see_other("/tasks/calendar/feeds");
    anyone.get(&path).await.expect_status(404);
    for wrong in ["/feeds/tasks/x.ics", "/feeds/tasks/%00.ics", "/feeds/tasks/.ics"] {
        anyone.get(wrong).await.expect_status(404);
    }
}

#[tokio::test]
async fn a_feed_needs_a_name_and_the_same_form_makes_one() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/tasks/calendar/feeds").await;
    page.form("main form")
        .set("name", " ")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("The name is missing.");
    let form = page.form("main form").set("name", "phone");
    let shown = |page: crate::support::page::Page| page.expect_status(201).one(".callout code").text;
    let (first, second) = (form.submit(&member).await, form.submit(&member).await);
    assert_eq!(shown(first), shown(second));
    assert_eq!(portal.look("SELECT count(*) FROM task_feeds"), "1");
}

#[tokio::test]
async fn nobody_tries_many_addresses() {
    let portal = Portal::with(Duty::Web, |config| {
        config.limits = Limits {
            standard: 60_000,
            medium: 60_000,
            strict: 12,
        };
    })
    .await;
    let anyone = portal.anyone();
    let mut last = 404;
    for n in 0..40 {
        last = anyone
            .get(&format!("/feeds/tasks/wrong-{n}.ics"))
            .await
            .status
            .as_u16();
        if last != 404 {
            break;
        }
    }
    assert_eq!(last, 429);
}

/// What a calendar program reads: unfolded lines.
fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "")
        .split_terminator("\r\n")
        .map(str::to_owned)
        .collect()
}

fn event(summary: &str) -> Event {
    Event {
        uid: "x@tasks.waymark".to_owned(),
        changed_at: "2026-11-29T01:02:03Z".parse().unwrap(),
        sequence: 0,
        day: NaiveDate::MAX,
        summary: summary.to_owned(),
        url: "https://portal.example.org/tasks/x".to_owned(),
    }
}

proptest! {
    #[test]
    fn whatever_a_title_says_it_stays_one_line_of_75_octets(title in ".{0,300}") {
        let text = calendar(&title, &[event(&title)]);
        for line in text.split_terminator("\r\n") {
            prop_assert!(line.len() <= 75, "{line:?}");
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
        }
        let lines = unfolded(&text);
        let summary = lines.iter().find_map(|line| line.strip_prefix("SUMMARY:")).unwrap();
        let read = summary
            .replace("\\n", "\n")
            .replace("\\;", ";")
            .replace("\\,", ",");
        let plain: String = title.chars().filter(|c| !c.is_control()).collect();
        if !title.contains('\\') {
            prop_assert_eq!(read, plain);
        }
        prop_assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VEVENT").count(), 1);
        prop_assert_eq!(lines.last().map(String::as_str), Some("END:VCALENDAR"));
    }
}
