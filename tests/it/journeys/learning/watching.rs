//! A film on a lesson page, played in a browser: what was jumped over does not count, what was played does, and one goes on at the second.

use super::written::{enrol, journey, text};
use crate::journeys::media::uploaded;
use crate::support::browser::{Browser, Screen};
use crate::support::eventually::eventually;
use crate::support::portal::Portal;

/// The film of the sample data: seven seconds of WebM.
const FILM: &[u8] = include_bytes!("../../../../src/demo/library/four-steps.webm");

/// How many seconds of the film were played, as far as the portal knows.
fn seconds(portal: &Portal) -> i64 {
    portal
        .look("SELECT coalesce(sum(upper(part) - lower(part)), 0) FROM lesson_progress, unnest(watched) AS part")
        .parse()
        .unwrap()
}

#[tokio::test]
async fn a_film_is_done_when_enough_of_it_was_played_and_not_when_its_end_was() {
    let portal = Portal::start().await;
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let asset = uploaded(&portal, &coach, "four-steps.webm", FILM).await;
    // Its length is found out by playing it.
    let browser = Browser::open(portal.base(), Screen::desktop()).await;
    browser.take_cookies_from(&coach).await;
    browser.goto(&asset).await;
    eventually("the film to be measured", async || {
        let length = portal.look("SELECT coalesce(duration_ms, 0) FROM asset_media");
        (length.parse::<i64>().unwrap() > 5_000).then_some(())
    })
    .await;
    let steps = journey(
        &portal,
        false,
        &[(
            "One",
            false,
            vec![
                text("Four steps")
                    .of("video", "watched", r#"{"kind": "video"}"#)
                    .percent(90),
                text("After it"),
            ],
        )],
    );
    let id = asset.rsplit('/').next().unwrap();
    portal.force(&format!(
        "SET session_replication_role = replica; UPDATE journey_nodes SET asset_id = '{id}', asset_version = 1 WHERE kind = 'video'"
    ));
    let enrolment = enrol(&portal, &coach, &steps, &["member"]).await;
    let lesson = format!("/learn/{enrolment}/lessons/{}", steps.key("Four steps"));
    let phone = Browser::open(portal.base(), Screen::phone()).await;
    phone.take_cookies_from(&member).await;
    phone.goto(&lesson).await;
    phone
        .wait_until("document.querySelector('video').readyState >= 1")
        .await;

    // The end alone: a jump counts for nothing.
    phone
        .evaluate("(film => { film.muted = true; film.currentTime = film.duration - 1.4; film.play(); return 1; })(document.querySelector('video'))")
        .await;
    phone.wait_until("document.querySelector('video').ended").await;
    let after_jump = eventually("the end to be counted", async || {
        let counted = seconds(&portal);
        (counted > 0).then_some(counted)
    })
    .await;
    assert!(after_jump <= 2, "{after_jump} seconds of a jump");
    assert_eq!(portal.look("SELECT state FROM lesson_progress"), "started");

    // From the beginning into the middle.
    phone
        .evaluate(
            "(film => { const stop = () => { if (film.currentTime > 3.2) { film.pause(); film.removeEventListener('timeupdate', stop); } }; \
              film.addEventListener('timeupdate', stop); film.currentTime = 0; film.play(); return 1; })(document.querySelector('video'))",
        )
        .await;
    phone
        .wait_until("(film => film.paused && film.currentTime > 3)(document.querySelector('video'))")
        .await;
    let place = eventually("the place to be kept", async || {
        let place = portal
            .look("SELECT coalesce(second, 0) FROM lesson_progress")
            .parse::<i64>()
            .unwrap();
        (3..5).contains(&place).then_some(place)
    })
    .await;
    assert!(seconds(&portal) < 7, "not all of it was played");
    assert_eq!(portal.look("SELECT state FROM lesson_progress"), "started");

    // Another day: on at the second.
    phone.goto("/learn").await;
    phone.press("Continue").await;
    phone.wait_for_path(&lesson).await;
    phone
        .wait_until(&format!(
            "(film => film && film.readyState >= 1 && Math.abs(film.currentTime - {place}) < 1)(document.querySelector('video'))"
        ))
        .await;
    phone
        .evaluate("(film => { film.muted = true; film.play(); return 1; })(document.querySelector('video'))")
        .await;
    eventually("the lesson to be done", async || {
        (portal.look("SELECT state FROM lesson_progress") == "done").then_some(())
    })
    .await;
    phone.goto(&lesson).await;
    phone.wait_for_text("Done").await;
    phone.no_horizontal_scroll().await;
}
