use chrono::TimeDelta;

use crate::support::portal::Portal;

#[tokio::test]
async fn the_way_in_is_sign_in_and_before_that_set_up() {
    let portal = Portal::start().await;
    portal.anyone().get("/").await.expect_see_other("/sign-in");
    let fresh = Portal::start().await;
    fresh.force("TRUNCATE organizations CASCADE");
    fresh.anyone().get("/").await.expect_see_other("/set-up");
}

#[tokio::test]
async fn today_says_what_waits_and_where_one_belongs() {
    let portal = Portal::start().await;
    let (member, other) = (portal.person("member").await, portal.person("other").await);
    let page = member.get("/").await.expect_ok();
    page.expect_text(", Tom")
        .expect_text("You are up to date.")
        .expect_text("Depot north")
        .expect_text("Night shift");
    let channel = other
        .get(&format!("/channels/{}", portal.channel("Depot north")))
        .await;
    channel
        .form("form[data-composer]")
        .set("body", "Hello @member")
        .submit(&other)
        .await
        .expect_see_other("/channels/");
    let page = member
        .get("/")
        .await
        .expect_ok()
        .expect_no_text("You are up to date.");
    assert_eq!(
        page.one("main ul[aria-label='Waiting for you'] a").attr("href"),
        Some("/inbox")
    );
}

#[tokio::test]
async fn first_steps_are_ticked_off_dismissed_and_gone() {
    let portal = Portal::start().await;
    let other = portal.person("other").await;
    let page = other
        .get("/")
        .await
        .expect_text("First steps")
        .expect_text("Write your first message");
    page.form("form[action='/onboarding/second-factor/dismissal']")
        .submit(&other)
        .await;
    let page = other.get("/").await.expect_no_text("second factor");
    page.form("form[action='/onboarding/profile/dismissal']")
        .submit(&other)
        .await;
    let channel = other
        .get(&format!("/channels/{}", portal.channel("Depot north")))
        .await;
    channel
        .form("form[data-composer]")
        .set("body", "Good morning")
        .submit(&other)
        .await
        .expect_see_other("/channels/");
    other.get("/").await.expect_no_text("First steps");
}

#[tokio::test]
async fn everyone_gets_a_start_page_whose_ways_all_open() {
    let portal = Portal::start().await;
    portal.pass(TimeDelta::hours(5));
    for key in [
        "coach", "member", "steward", "leader", "sponsor", "comms", "privacy", "admin",
    ] {
        let actor = portal.person(key).await;
        for link in actor.get("/").await.expect_ok().select("main a.row__title") {
            actor.get(link.attr("href").unwrap()).await.expect_ok();
        }
    }
}
