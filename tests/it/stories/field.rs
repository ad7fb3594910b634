//! Story 2: aeroplane mode, three notes, the browser closes, it opens again, the signal returns.

use crate::field::browsing::Pocket;
use crate::field::notes;
use crate::support::tunnel::Weather;

#[tokio::test]
async fn three_notes_without_a_signal_arrive_once_each_with_their_follow_ups() {
    let mut pocket = Pocket::usual().await;
    pocket.browser.press("Take my list").await;
    pocket.browser.wait_for_text("2 people on this device").await;
    pocket.tunnel.becomes(Weather::Cut);
    pocket.browser.go_offline().await;
    pocket.browser.reload().await;
    pocket.ready().await;

    for (number, (person, kind)) in [
        ("Tom", "Conversation"),
        ("Nadia", "Workplace"),
        ("Tom", "Organising"),
    ]
    .into_iter()
    .enumerate()
    {
        // Three taps: the person, what it was, Save.
        pocket.browser.fill("#who", person).await;
        pocket.browser.press_css("[data-people] button").await;
        pocket.browser.press(kind).await;
        pocket
            .browser
            .wait_until("document.activeElement.id === 'said'")
            .await;
        pocket
            .browser
            .fill("#said", &format!("What was said, {number}"))
            .await;
        pocket.browser.choose("#follow_up", "Tomorrow").await;
        pocket
            .browser
            .fill("#next_step", &format!("Follow up {number}"))
            .await;
        pocket.browser.press("Save").await;
        pocket.waits(number + 1).await;
    }
    pocket.browser.wait_for_text("3 to send").await;
    assert_eq!(notes(&pocket.portal), "0");

    pocket.browser.kill_and_reopen().await;
    pocket.browser.goto("/field").await;
    pocket.ready().await;
    pocket.browser.wait_for_text("3 to send").await;

    pocket.signs_in("steward").await;
    pocket.clears_up().await;
    pocket.arrived(3).await;
    pocket.waits(0).await;
    assert_eq!(
        pocket
            .portal
            .look("SELECT string_agg(kind::text, ' ' ORDER BY occurred_at) FROM field_notes"),
        "contact workplace organizing"
    );
    let tasks = pocket.steward.get("/tasks").await;
    let tasks = match tasks.status.is_success() {
        true => tasks,
        false => pocket.portal.person("steward").await.get("/tasks").await,
    };
    // Tom's first follow-up is done: they spoke again.
    tasks.expect_text("Follow up 1").expect_text("Follow up 2");
    assert_eq!(pocket.portal.look("SELECT count(*) FROM tasks"), "3");
    let record = pocket
        .portal
        .person("steward")
        .await
        .get(&format!("/people/{}/record", pocket.portal.member("member")))
        .await;
    record
        .expect_text("What was said, 0")
        .expect_text("What was said, 2");
}
