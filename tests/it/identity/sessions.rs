use chrono::TimeDelta;

use crate::support::fixture::PASSWORD;
use crate::support::portal::Portal;

use super::{post, sign_in};

#[tokio::test]
async fn the_list_shows_where_one_is_signed_in_and_marks_this_browser() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    sign_in(&portal.anyone(), "member@local.example", PASSWORD).await;
    let page = member.get("/me/sessions").await.expect_ok();
    assert_eq!(page.select(".row").len(), 2);
    let this = page
        .select(".row")
        .into_iter()
        .filter(|row| row.text.contains("This browser"))
        .count();
    assert_eq!(this, 1);
    page.expect_text("127.0.0.1");
}

#[tokio::test]
async fn one_browser_is_signed_out_at_once() {
    let portal = Portal::start().await;
    let (member, lost) = (portal.person("member").await, portal.anyone());
    sign_in(&lost, "member@local.example", PASSWORD).await;
    lost.get("/me").await.expect_ok();
    let page = member.get("/me/sessions").await;
    page.form(".row form")
        .submit(&member)
        .await
        .expect_see_other("/me/sessions");
    lost.get("/me").await.expect_see_other("/sign-in");
    member
        .get("/me/sessions")
        .await
        .expect_ok()
        .expect_no_element(".row form");
}

#[tokio::test]
async fn every_other_browser_is_signed_out_and_this_one_stays() {
    let portal = Portal::start().await;
    let (member, one, two) = (portal.person("member").await, portal.anyone(), portal.anyone());
    sign_in(&one, "member@local.example", PASSWORD).await;
    sign_in(&two, "member@local.example", PASSWORD).await;
    let before = member.cookie("waymark_session");
    let page = member.get("/me/sessions").await;
    page.form("form[action='/me/sessions/revocation']")
        .submit(&member)
        .await
        .expect_see_other("/me/sessions");
    assert_ne!(
        member.cookie("waymark_session"),
        before,
        "this session goes on under another key"
    );
    one.get("/me").await.expect_see_other("/sign-in");
    two.get("/me").await.expect_see_other("/sign-in");
    member.get("/me").await.expect_ok();
}

#[tokio::test]
async fn a_session_that_goes_on_under_a_new_key_ends_no_later() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let end = "SELECT s.ends_at FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = 'member@local.example'";
    let first = portal.look(end);
    portal.pass(TimeDelta::days(5));
    sign_in(&portal.anyone(), "member@local.example", PASSWORD).await;
    let page = member.get("/me/sessions").await.expect_ok();
    page.form("form[action='/me/sessions/revocation']")
        .submit(&member)
        .await
        .expect_see_other("/me/sessions");
    assert_eq!(portal.look(end), first);

    portal.pass(TimeDelta::days(13));
    member.get("/me").await.expect_ok();
    for _ in 0..6 {
        portal.pass(TimeDelta::days(13));
        member.get("/me").await;
    }
    member.get("/me").await.expect_see_other("/sign-in");
}

#[tokio::test]
async fn nobody_ends_a_session_of_someone_else() {
    let portal = Portal::start().await;
    let (member, admin) = (portal.person("member").await, portal.person("admin").await);
    let theirs = portal.look(
        "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = 'member@local.example'",
    );
    post(&admin, &format!("/me/sessions/{theirs}/revocation"), &[])
        .await
        .expect_status(404);
    member.get("/me").await.expect_ok();
}
