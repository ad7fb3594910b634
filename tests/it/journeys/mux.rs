//! Mux: copies that are made once, whatever breaks off; reports that are believed, heeded once and in any order; who is played what.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::json;
use url::Url;
use waymark::providers::video::mux::verify_mux;
use waymark::providers::webhooks::Unverified;

use super::media::{film, uploaded};
use crate::support::fakes::mux::{
    FakeMux, KEY_ID, PRIVATE_KEY, TOKEN_ID, TOKEN_SECRET, WEBHOOK_SECRET, report, sign,
};
use crate::support::fakes::server::{Fault, Reply};
use crate::support::fakes::webhook::disordered;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

async fn set_up(who: &Actor, mux: &FakeMux, audience: &str) -> Page {
    let page = who.get("/journeys/library/video").await.expect_ok();
    page.form("form[action='/journeys/library/video']")
        .set("audience", audience)
        .set("token_id", TOKEN_ID)
        .set("token_secret", TOKEN_SECRET)
        .set("signing_key_id", KEY_ID)
        .set("signing_key", PRIVATE_KEY.trim())
        .set("webhook_secret", WEBHOOK_SECRET)
        .set("api", mux.base().as_str())
        .set("stream", mux.base().as_str())
        .submit(who)
        .await
}

async fn switch(who: &Actor, audience: &str) {
    let page = who.get("/journeys/library/video").await.expect_ok();
    page.form("form[action='/journeys/library/video']")
        .set("audience", audience)
        .submit(who)
        .await
        .expect_see_other("/journeys/library/video");
}

fn hook(portal: &Portal) -> Url {
    let org = portal.organization("local");
    format!("{}/hooks/{org}/video/mux", portal.base())
        .parse()
        .unwrap()
}

fn state(portal: &Portal) -> String {
    portal.look("SELECT coalesce(string_agg(state::text, ' '), 'none') FROM mux_films")
}

/// Goes on with what waits for its next attempt.
async fn go_on(portal: &Portal) {
    portal.force("UPDATE jobs SET run_at = now() - interval '1 day' WHERE kind LIKE 'journeys.%' AND state = 'available'");
    portal.settle().await;
}

#[tokio::test]
async fn a_copy_is_made_and_played_to_those_it_is_switched_on_for() {
    let portal = Portal::start().await;
    let (mux, admin, coach) = (
        FakeMux::start().await,
        portal.person("admin").await,
        portal.person("coach").await,
    );
    set_up(&admin, &mux, "staff")
        .await
        .expect_see_other("/journeys/library/video");
    let bytes = film(9 * 1024 * 1024);
    let path = uploaded(&portal, &coach, "talk.mp4", &bytes[..4_000]).await;
    let made = mux.assets();
    assert_eq!((made.len(), made[0].1.bytes), (1, 4_000));
    // Until it is ready everybody is played the portal's own.
    admin
        .get(&path)
        .await
        .expect_no_element("video source[type='application/vnd.apple.mpegurl']");
    mux.finish("ready");
    go_on(&portal).await;
    assert_eq!(state(&portal), "ready");
    let page = admin.get(&path).await.expect_ok();
    let sources = page.select("video source");
    assert_eq!(
        sources.len(),
        2,
        "the portal's own stays for browsers that play no streams"
    );
    let address = sources[0].attr("src").unwrap();
    let now = portal.app.clock().now();
    let claims = mux.opened(address, now).expect("Mux opens it");
    assert_eq!(claims["custom"]["viewer"], portal.member("admin").to_string());
    assert_eq!(claims["custom"]["role"], "staff");
    assert!(claims["exp"].as_i64().unwrap() <= (now + TimeDelta::hours(1)).timestamp());
    assert!(
        mux.opened(address, now + TimeDelta::hours(2)).is_err(),
        "for a while only"
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains(&format!(
        "media-src 'self' {}",
        mux.base().origin().ascii_serialization()
    )));
    // The coach is not of those it is switched on for.
    let page = coach.get(&path).await.expect_ok();
    assert_eq!(page.select("video source").len(), 1);
    switch(&admin, "leaders").await;
    assert_eq!(coach.get(&path).await.select("video source").len(), 2);
    switch(&admin, "nobody").await;
    portal.settle().await;
    for who in [&admin, &coach] {
        assert_eq!(
            who.get(&path).await.select("video source").len(),
            1,
            "switched back at once"
        );
    }
    assert_eq!(state(&portal), "ready", "and what is known of the copy is kept");
}

#[tokio::test]
async fn whatever_breaks_off_one_copy_is_made() {
    let portal = Portal::start().await;
    let (mux, admin, coach) = (
        FakeMux::start().await,
        portal.person("admin").await,
        portal.person("coach").await,
    );
    set_up(&admin, &mux, "everyone").await;
    // The list that is looked through is answered; beginning is done, and nobody is told.
    mux.next(Fault::Answer(Reply::json(200, &json!({ "data": [] }))));
    mux.next(Fault::CutAfterActing);
    uploaded(&portal, &coach, "talk.mp4", &film(700_000)).await;
    assert_eq!((mux.uploads(), mux.assets().len()), (1, 0));
    // Then Mux is busy, and says when to come again.
    mux.next(Fault::Answer(Reply::new(429).with("retry-after", 7)));
    go_on(&portal).await;
    go_on(&portal).await;
    assert_eq!((mux.uploads(), mux.assets().len()), (1, 1), "it was found again");
    assert_eq!(mux.assets()[0].1.bytes, 700_000);
    mux.finish("ready");
    go_on(&portal).await;
    assert_eq!(state(&portal), "ready");
}

#[tokio::test]
async fn reports_are_heeded_once_in_any_order_and_only_when_mux_signed_them() {
    let portal = Portal::start().await;
    let (mux, admin, coach) = (
        FakeMux::start().await,
        portal.person("admin").await,
        portal.person("coach").await,
    );
    set_up(&admin, &mux, "everyone").await;
    uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    let (id, asset) = mux.assets().remove(0);
    let (hook, now) = (hook(&portal), portal.app.clock().now());
    let story = mux.story_of(&id, &asset, now);

    let forged = sign(
        std::str::from_utf8(&story[2].body).unwrap(),
        now,
        "another secret",
    );
    assert_eq!(forged.deliver(&hook, 1).await, 404);
    // What is ahead comes nearer while this is tried.
    for off in [-301, 330] {
        let stale = sign(
            std::str::from_utf8(&story[2].body).unwrap(),
            now + TimeDelta::seconds(off),
            WEBHOOK_SECRET,
        );
        assert_eq!(stale.deliver(&hook, 1).await, 404);
    }
    assert_ne!(state(&portal), "ready");
    for one in disordered(&story) {
        assert_eq!(one.deliver(&hook, 1).await, 204);
    }
    assert_eq!(state(&portal), "ready");
    assert_eq!(
        portal.look("SELECT string_agg(fate, ' ' ORDER BY kind) FROM mux_reports"),
        "late heeded late"
    );
    let page = admin.get("/journeys/library/video/reports").await.expect_ok();
    page.expect_text("video.asset.ready")
        .expect_text("The signature does not fit the report");
    let neighbour = portal.organization("neighbour");
    let other: Url = format!("{}/hooks/{neighbour}/video/mux", portal.base())
        .parse()
        .unwrap();
    assert_eq!(story[2].deliver(&other, 1).await, 404);
}

#[tokio::test]
async fn a_report_about_a_film_that_is_not_known_waits_for_it_for_a_day() {
    let portal = Portal::start().await;
    let (mux, admin, coach) = (
        FakeMux::start().await,
        portal.person("admin").await,
        portal.person("coach").await,
    );
    set_up(&admin, &mux, "everyone").await;
    let now = portal.app.clock().now();
    let told = json!({ "id": "asset-of-upload1", "upload_id": "upload1", "status": "ready",
        "playback_ids": [{ "id": "playback-of-upload1", "policy": "signed" }] });
    let early = report("video.asset.ready", "asset", "asset-of-upload1", &told, now);
    assert_eq!(early.deliver(&hook(&portal), 1).await, 204);
    assert_eq!(portal.look("SELECT fate FROM mux_reports"), "parked");
    uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    assert_eq!(state(&portal), "ready", "what was parked told it");
    let strange = json!({ "id": "nobodys", "status": "ready", "playback_ids": [] });
    report("video.asset.ready", "asset", "nobodys", &strange, now)
        .deliver(&hook(&portal), 1)
        .await;
    portal.pass(TimeDelta::hours(25));
    portal.force("INSERT INTO jobs (org_id, id, kind) SELECT id, gen_random_uuid(), 'journeys.forget_mux_reports' FROM organizations WHERE slug = 'local'");
    portal.settle().await;
    assert_eq!(
        portal.look("SELECT fate FROM mux_reports WHERE asset_ref = 'nobodys'"),
        "dropped"
    );
}

#[tokio::test]
async fn what_mux_cannot_read_is_told_and_played_from_the_portal() {
    let portal = Portal::start().await;
    let (mux, admin, coach) = (
        FakeMux::start().await,
        portal.person("admin").await,
        portal.person("coach").await,
    );
    set_up(&admin, &mux, "everyone").await;
    let path = uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    mux.finish("errored");
    let (id, asset) = mux.assets().remove(0);
    for one in mux.story_of(&id, &asset, portal.app.clock().now()) {
        one.deliver(&hook(&portal), 1).await;
    }
    assert_eq!(state(&portal), "failed");
    admin
        .get("/journeys/library/video/reports")
        .await
        .expect_text("The input is not a video");
    assert_eq!(coach.get(&path).await.select("video source").len(), 1);
    // A late "created" does not undo it.
    let late = report(
        "video.asset.created",
        "asset",
        &id,
        &json!({ "id": id, "upload_id": asset.upload }),
        Utc::now(),
    );
    let body = String::from_utf8(late.body)
        .unwrap()
        .replace("video.asset.created-", "again-");
    sign(&body, portal.app.clock().now(), WEBHOOK_SECRET)
        .deliver(&hook(&portal), 1)
        .await;
    assert_eq!(state(&portal), "failed");
}

#[tokio::test]
async fn copies_are_removed_when_an_admin_says_so_and_made_for_what_was_here_before() {
    let portal = Portal::start().await;
    let (mux, admin, coach) = (
        FakeMux::start().await,
        portal.person("admin").await,
        portal.person("coach").await,
    );
    let path = uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    set_up(&admin, &mux, "everyone").await;
    portal.settle().await;
    mux.finish("ready");
    go_on(&portal).await;
    assert_eq!(state(&portal), "ready", "what was here before has its copy");
    switch(&admin, "nobody").await;
    let removal = "/journeys/library/video/removal";
    let page = admin.get(removal).await.expect_ok();
    page.form(&format!("form[action='{removal}']"))
        .submit(&admin)
        .await
        .expect_see_other("/journeys/library/video/reports");
    portal.settle().await;
    assert_eq!((mux.assets().len(), state(&portal)), (0, "deleted".to_owned()));
    coach
        .get(&path)
        .await
        .expect_element("video source[type='video/mp4']");
    switch(&admin, "everyone").await;
    portal.settle().await;
    // An attempt that is put off is made later; one that was never asked for is not.
    for _ in 0..5 {
        if mux.assets().is_empty() {
            // Mux is asked no faster than it allows, by the portal's clock.
            portal.pass(TimeDelta::seconds(5));
            go_on(&portal).await;
        }
    }
    assert_eq!(mux.assets().len(), 1, "switched on again, it is made again");
}

#[tokio::test]
async fn an_account_that_does_not_let_us_in_is_told_and_stops() {
    let portal = Portal::start().await;
    let (mux, admin, coach) = (
        FakeMux::start().await,
        portal.person("admin").await,
        portal.person("coach").await,
    );
    set_up(&admin, &mux, "everyone").await;
    let check = async || {
        let page = admin.get("/journeys/library/video").await;
        let form = page.form("form[action='/journeys/library/video/check']");
        form.submit(&admin)
            .await
            .expect_see_other("/journeys/library/video")
            .follow(&admin)
            .await
    };
    check()
        .await
        .expect_text("Mux lets us in, and knows the signing key");
    mux.suspend();
    check().await.expect_text("Mux answered 401 Unauthorized request");
    let path = uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    admin
        .get("/journeys/library/video")
        .await
        .expect_text("Nothing is handed over to Mux");
    coach.get(&path).await.expect_element("video source");
    let kept = portal.look("SELECT (token_secret || signing_key || webhook_secret)::text FROM mux_accounts");
    for secret in [TOKEN_SECRET, WEBHOOK_SECRET, PRIVATE_KEY.trim()] {
        assert!(!kept.contains(&hex::encode(secret)), "secrets are sealed");
        admin.get("/journeys/library/video").await.expect_no_text(secret);
    }
}

#[tokio::test]
async fn admins_alone_set_it_up_and_what_is_wrong_is_said() {
    let portal = Portal::start().await;
    for (who, status) in [("coach", 403), ("leader", 403), ("member", 404), ("sponsor", 404)] {
        let person = portal.person(who).await;
        for path in [
            "/journeys/library/video",
            "/journeys/library/video/reports",
            "/journeys/library/video/removal",
        ] {
            person.get(path).await.expect_status(status);
        }
    }
    let admin = portal.person("admin").await;
    let page = admin.get("/journeys/library/video").await.expect_ok();
    let form = page
        .form("form[action='/journeys/library/video']")
        .set("token_id", "abc");
    let answer = form
        .set("signing_key", "bm8ga2V5")
        .set("api", "not an address")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_field_error("signing_key")
        .expect_field_error("token_secret")
        .expect_field_error("api");
    assert_eq!(answer.one("input[name=token_id]").attr("value"), Some("abc"));
    assert_eq!(portal.look("SELECT count(*) FROM mux_accounts"), "0");
}

#[test]
fn signatures_are_checked_as_mux_makes_them() {
    let secret = SecretString::from("my_mux_webhook_secret");
    let at = |seconds: i64| DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap();
    let good = sign("{}", at(0), WEBHOOK_SECRET);
    let header = good.header("mux-signature").unwrap();
    let check = |now| verify_mux(&secret, Some(header), b"{}", now);
    assert_eq!(check(at(300)), Ok(()));
    assert_eq!(check(at(-300)), Ok(()));
    assert_eq!(check(at(301)), Err(Unverified::TooOld));
    assert_eq!(check(at(-301)), Err(Unverified::TooNew));
    assert_eq!(
        verify_mux(&secret, Some(header), b"{ }", at(0)),
        Err(Unverified::Signature)
    );
    assert_eq!(
        verify_mux(&secret, None, b"{}", at(0)),
        Err(Unverified::Header("mux-signature"))
    );
    assert_eq!(
        verify_mux(&SecretString::from(""), Some(header), b"{}", at(0)),
        Err(Unverified::Key("there is no secret"))
    );
}
