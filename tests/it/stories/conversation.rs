//! Two people talk: what one does, the other sees, and nothing is read that nobody looked at.

use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::support::browser::Screen;
use crate::support::conversation::{Conversation, QUIET};
use crate::support::portal::Portal;

fn unread(portal: &Portal, who: &str) -> String {
    let member = portal.member(who);
    portal.look(&format!(
        "SELECT c.last_seq - p.last_read_seq FROM channel_memberships p JOIN channels c ON c.id = p.channel_id WHERE c.title = '{QUIET}' AND p.member_id = '{member}'"
    ))
}

#[tokio::test]
async fn two_people_see_each_other_within_four_seconds() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    let rosa = Conversation::of(&portal, "steward", QUIET).await;

    for (from, to, words) in [
        (&tom, &rosa, "Who covers Friday?"),
        (&rosa, &tom, "I do, until ten."),
    ] {
        from.say(words).await;
        let sent = Instant::now();
        to.wait_for_message(words).await;
        assert!(
            sent.elapsed() < Duration::from_secs(4),
            "it took {:?}",
            sent.elapsed()
        );
        from.wait_for_message(words).await;
    }
}

#[tokio::test]
async fn a_page_without_news_does_not_change() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", "Depot north").await;
    tom.wait_until("document.querySelectorAll('article[data-seq]').length === 3")
        .await;
    tom.wait_for_polls(2).await;
    tom.evaluate("(window.changes = 0, new MutationObserver((all) => { window.changes += all.length; }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true }))").await;
    tom.wait_for_polls(3).await;
    assert_eq!(tom.evaluate("window.changes").await, 0);
}

#[tokio::test]
async fn what_was_deleted_while_someone_slept_is_gone_when_they_wake() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    let rosa = Conversation::of(&portal, "steward", QUIET).await;
    tom.say("Said in anger").await;
    rosa.wait_for_message("Said in anger").await;
    rosa.hide().await;

    let id = portal.look("SELECT id FROM messages WHERE body = 'Said in anger'");
    let page = tom
        .actor
        .get(&format!("{}/messages/{id}/deletion", tom.path))
        .await;
    page.form("main form")
        .submit(&tom.actor)
        .await
        .expect_see_other(&tom.path);

    rosa.show().await;
    rosa.wait_for_no_text("Said in anger").await;
    rosa.wait_for_text("Message deleted by its author.").await;
}

#[tokio::test]
async fn a_hidden_page_hardly_asks_and_reads_nothing() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    let rosa = Conversation::of(&portal, "steward", QUIET).await;
    rosa.hide().await;
    let before = rosa.polls().await;

    tom.say("Is anybody there?").await;
    tom.wait_for_message("Is anybody there?").await;
    // At one question every three seconds: most of a quarter of a minute.
    tom.wait_for_polls(4).await;
    assert!(
        rosa.polls().await <= before + 1,
        "a hidden page asks once a minute"
    );
    assert_eq!(rosa.readings().await, 0);
    assert_eq!(unread(&portal, "steward"), "1");

    rosa.show().await;
    rosa.wait_for_message("Is anybody there?").await;
    rosa.wait_for_text("New messages").await;
    rosa.wait_until(
        "performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/reading'))",
    )
    .await;
}

#[tokio::test]
async fn what_is_marked_unread_stays_unread_after_a_reload() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    let rosa = Conversation::of(&portal, "steward", QUIET).await;
    tom.say("Think about it").await;
    rosa.wait_for_message("Think about it").await;
    rosa.wait_until("performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/reading') && entry.responseEnd)").await;
    assert_eq!(unread(&portal, "steward"), "0");

    rosa.choose_for("Think about it", "Mark unread from here").await;
    rosa.wait_for_path("/inbox").await;
    rosa.reload().await;
    assert_eq!(unread(&portal, "steward"), "1");
}

#[tokio::test]
async fn who_is_removed_loses_the_conversation_at_once() {
    let portal = Portal::start().await;
    let rosa = Conversation::of(&portal, "steward", QUIET).await;
    let (channel, member) = (portal.channel(QUIET), portal.member("steward"));

    portal.force(&format!(
        "DELETE FROM channel_memberships WHERE channel_id = '{channel}' AND member_id = '{member}'; UPDATE channels SET rev = rev + 1 WHERE id = '{channel}'"
    ));
    portal.app.db.signals().forget(channel.0);

    rosa.wait_for_text("You no longer have access to this channel")
        .await;
    assert_eq!(rosa.count("article, [data-composer]").await, 0);
}

#[tokio::test]
async fn after_a_long_absence_a_note_says_how_much_was_missed() {
    let portal = Portal::start().await;
    let rosa = Conversation::of(&portal, "steward", QUIET).await;
    let tom = portal.person("member").await;
    let page = tom.get(&rosa.path).await;
    let post = async |words: String| {
        let form = page
            .form("form[data-composer]")
            .set("body", &words)
            .without("client_id");
        form.forge("client_id", &Uuid::now_v7().to_string())
            .submit(&tom)
            .await
            .expect_see_other(&rosa.path);
    };
    post("The first".to_owned()).await;
    rosa.wait_for_message("The first").await;
    rosa.go_offline().await;
    for number in 1..=120 {
        post(format!("Number {number}")).await;
    }
    rosa.go_online().await;

    rosa.wait_for_message("Number 120").await;
    rosa.wait_for_text("90 more messages came while you were away")
        .await;
    rosa.press("Show them").await;
    rosa.wait_for_message("Number 1").await;
    while rosa.count("[data-gap]").await > 0 {
        let rows = rosa.count("article[data-seq]").await;
        rosa.press_css("[data-gap]").await;
        rosa.wait_until(&format!(
            "document.querySelectorAll('article[data-seq]').length > {rows}"
        ))
        .await;
    }
    rosa.wait_until("waymark.feed.rows().map(waymark.feed.seq).every((seq, at, all) => at === 0 || seq === all[at - 1] + 1)").await;
    rosa.wait_for_message("Number 120").await;
}

#[tokio::test]
async fn a_message_is_changed_and_answered_from_the_keyboard() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    let rosa = Conversation::of(&portal, "steward", QUIET).await;
    tom.say("Thrusday at six").await;
    tom.wait_for_message("Thrusday at six").await;

    tom.type_into("#body", thirtyfour::Key::Up + "").await;
    tom.fill("[data-editor] textarea", "Thursday at six").await;
    tom.type_into("[data-editor] textarea", thirtyfour::Key::Enter + "")
        .await;
    rosa.wait_for_message("Thursday at six").await;

    rosa.press_css("h1").await;
    rosa.keys("k").await;
    rosa.keys("r").await;
    rosa.wait_for_text("Replying to Tom Reyes: Thursday at six").await;
    rosa.say("See you there").await;
    tom.wait_for_message("See you there").await;
    tom.wait_until("document.querySelector('.message__quote').textContent.includes('Thursday at six')")
        .await;
}

#[tokio::test]
async fn a_conversation_is_in_order_for_everyone_on_every_screen() {
    let portal = Portal::start().await;
    for screen in [
        Screen::desktop(),
        Screen::desktop().dark(),
        Screen::phone(),
        Screen::phone().dark(),
    ] {
        let tom = Conversation::on(&portal, "member", "Depot north", screen).await;
        tom.block(&["*/messages"]).await;
        tom.browser.fill("#body", "Not there yet").await;
        tom.press("Send").await;
        tom.wait_for_text("Waits for a connection").await;
        tom.no_horizontal_scroll().await;
        tom.screenshot("conversation").await;
        tom.axe().await.expect_clean();
    }
}
