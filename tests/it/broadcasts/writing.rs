use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::America::Toronto;

use super::draft::Draft;
use crate::support::portal::Portal;

#[tokio::test]
async fn the_preview_says_who_and_how_many_and_how_it_reads() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let draft = Draft::to_channel(&portal, "Gate 4", "Depot north").asking();
    let preview = draft.preview(&leader).await.expect_ok();
    preview
        .expect_text("#Depot north")
        .expect_text("Tom Reyes")
        .expect_text("None of them has been sent a broadcast today")
        .expect_no_text("Owen Clarke,");
    assert_eq!(preview.one(".audience__count").text, "7");
    assert_eq!(preview.one(".broadcast__body strong").text, "14:00");
    preview.expect_no_element("input[name=confirm]");
    assert_eq!(
        portal.look("SELECT count(*) FROM broadcasts"),
        "0",
        "a preview sends nothing"
    );

    draft.deliver(&portal, &leader).await;
    draft
        .preview(&leader)
        .await
        .expect_text("All of them have already been sent a broadcast today");
}

#[tokio::test]
async fn going_back_from_the_preview_keeps_everything_typed() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let draft = Draft::to(
        "Two lines",
        "filter",
        &[("filter_handles", "@member, @steward".into())],
    )
    .with("body", "First\n\nSecond")
    .asking();
    let form = draft
        .preview(&comms)
        .await
        .expect_ok()
        .expect_text("2 named people")
        .form("main form")
        .press("Change it");
    let back = form.submit(&comms).await.expect_ok();
    let form = back.form("main form");
    assert_eq!(form.value("title"), Some("Two lines"));
    assert_eq!(form.value("body").unwrap().replace('\r', ""), "First\n\nSecond");
    assert_eq!(form.value("audience"), Some("filter"));
    assert_eq!(form.value("filter_handles"), Some("@member, @steward"));
    assert_eq!(form.value("requires_ack"), Some("yes"));
}

#[tokio::test]
async fn a_bad_form_says_everything_at_once_and_keeps_what_was_typed() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let long = "x".repeat(121);
    let page = Draft::to(
        &long,
        "filter",
        &[
            ("filter_handles", "@nobody".into()),
            ("when", "later".into()),
            ("send_at", "2020-01-01T09:00".into()),
        ],
    );
    let page = page
        .with("body", "Kept text")
        .preview(&comms)
        .await
        .expect_status(422);
    page.expect_text("must have 120 characters or fewer")
        .expect_element(".error-summary a[href='#title']");
    assert_eq!(page.form("main form").value("body"), Some("Kept text"));
    assert_eq!(page.form("main form").value("filter_handles"), Some("@nobody"));

    let page = page
        .form("main form")
        .set("title", "Short")
        .submit(&comms)
        .await
        .expect_status(422);
    page.expect_text("Nobody here is called @nobody");
    let page = page
        .form("main form")
        .set("filter_handles", "@member")
        .submit(&comms)
        .await
        .expect_status(422);
    page.expect_text("That time has passed");
    let page = page
        .form("main form")
        .set("when", "now")
        .set("audience", "role")
        .submit(&comms)
        .await
        .expect_status(422);
    page.expect_text("Choose a role from the list");
    let nobody = page
        .form("main form")
        .set("role", "coach")
        .set("audience", "filter")
        .set("filter_handles", "@comms")
        .submit(&comms)
        .await;
    nobody
        .expect_status(422)
        .expect_text("Nobody but you would get this");
    comms
        .get("/broadcasts/new")
        .await
        .form("main form")
        .submit(&comms)
        .await
        .expect_status(422)
        .expect_text("Choose who gets it")
        .expect_text("The title is missing");
    assert_eq!(portal.look("SELECT count(*) FROM broadcasts"), "0");
}

#[tokio::test]
async fn a_double_click_makes_one_broadcast() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let preview = Draft::to_everyone("Once").preview(&admin).await.expect_ok();
    let form = preview.form("main form");
    let (one, other) = tokio::join!(form.submit(&admin), form.submit(&admin));
    assert_eq!(
        one.expect_see_other("/broadcasts/").location(),
        other.expect_see_other("/broadcasts/").location()
    );
    assert_eq!(portal.look("SELECT count(*) FROM broadcasts"), "1");
}

#[tokio::test]
async fn the_list_shows_what_each_may_list() {
    let portal = Portal::start().await;
    let (admin, leader) = (portal.person("admin").await, portal.person("leader").await);
    Draft::to_everyone("By the admin").deliver(&portal, &admin).await;
    Draft::to_channel(&portal, "By the leader", "Depot north")
        .send(&leader)
        .await;

    admin
        .get("/broadcasts")
        .await
        .expect_text("By the admin")
        .expect_text("By the leader")
        .expect_text("from Owen Clarke");
    admin
        .get("/broadcasts?by=mine")
        .await
        .expect_text("By the admin")
        .expect_no_text("By the leader");
    admin
        .get("/broadcasts?state=scheduled")
        .await
        .expect_no_text("By the admin")
        .expect_text("By the leader");
    for address in ["/broadcasts", "/broadcasts?by=all"] {
        leader
            .get(address)
            .await
            .expect_text("By the leader")
            .expect_no_text("By the admin");
    }
}

#[tokio::test]
async fn times_are_the_senders_and_clocks_that_change_are_respected() {
    let portal = Portal::start().await;
    let gap = next_day(|day| Toronto.from_local_datetime(&at(day, 2, 30)) == LocalResult::None);
    let twice = next_day(|day| {
        matches!(
            Toronto.from_local_datetime(&at(day, 1, 30)),
            LocalResult::Ambiguous(..)
        )
    });
    // Both lie within a year of the day before them, whatever today is.
    for (day, hour, minute, utc) in [
        (gap - Days::new(1), 9, 0, 14),
        (gap, 3, 30, 7),
        (gap + Days::new(1), 9, 0, 13),
        (twice, 1, 30, 5),
    ] {
        let portal = Portal::start().await;
        portal.pass(at(day - Days::new(20), 12, 0).and_utc() - Utc::now());
        let admin = portal.person("admin").await;
        let typed = at(day, hour, minute).format("%Y-%m-%dT%H:%M").to_string();
        Draft::to_everyone("Later")
            .with("when", "later")
            .with("send_at", &typed)
            .send(&admin)
            .await;
        let stored: DateTime<Utc> = portal.look("SELECT to_char(send_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM broadcasts").parse().unwrap();
        assert_eq!(stored, at(day, utc, minute).and_utc(), "{typed} in Toronto");

        portal.pass(stored - portal.app.clock().now() - TimeDelta::seconds(30));
        portal.settle().await;
        assert_eq!(
            portal.look("SELECT state FROM broadcasts"),
            "scheduled",
            "not a moment early"
        );
        portal.pass(TimeDelta::seconds(31));
        portal.settle().await;
        assert_eq!(portal.look("SELECT state FROM broadcasts"), "sent");
    }
    portal.pass(at(gap - Days::new(20), 12, 0).and_utc() - Utc::now());
    let admin = portal.person("admin").await;
    let typed = at(gap, 2, 30).format("%Y-%m-%dT%H:%M").to_string();
    let page = Draft::to_everyone("Never")
        .with("when", "later")
        .with("send_at", &typed)
        .preview(&admin)
        .await
        .expect_status(422);
    page.expect_text("Clocks go forward then");
    assert_eq!(page.form("main form").value("send_at"), Some(typed.as_str()));
}

fn at(day: NaiveDate, hour: u32, minute: u32) -> chrono::NaiveDateTime {
    day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
}

/// The first such day that is a month away.
fn next_day(wanted: impl Fn(NaiveDate) -> bool) -> NaiveDate {
    let first = Utc::now().date_naive() + Days::new(30);
    first.iter_days().find(|day| wanted(*day)).unwrap()
}
