//! What is typed is never lost and never sent twice.

use thirtyfour::Key;

use crate::support::conversation::{Conversation, QUIET};
use crate::support::portal::Portal;

fn sent(portal: &Portal, text: &str) -> String {
    portal.look(&format!("SELECT count(*) FROM messages WHERE body = '{text}'"))
}

#[tokio::test]
async fn what_is_said_without_a_network_arrives_once_and_in_order() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    tom.go_offline().await;
    tom.say("One").await;
    tom.say("Two").await;
    tom.wait_for_text("Waits for a connection").await;

    tom.go_online().await;
    tom.wait_for_message("One").await;
    tom.wait_for_message("Two").await;
    assert_eq!(
        portal.look(&format!(
            "SELECT string_agg(body, ' ' ORDER BY seq) FROM messages WHERE channel_id = '{}'",
            portal.channel(QUIET)
        )),
        "One Two"
    );
    assert_eq!(
        tom.count("article.message").await,
        2,
        "the rows that waited became the real ones"
    );
}

#[tokio::test]
async fn unsent_messages_survive_a_reload() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    tom.block(&["*/messages"]).await;
    tom.say("On my way").await;
    tom.wait_for_text("Waits for a connection").await;
    tom.reload().await;
    tom.wait_for_text("On my way").await;
    assert_eq!(sent(&portal, "On my way"), "0");

    tom.block(&[]).await;
    tom.reload().await;
    tom.wait_for_message("On my way").await;
    assert_eq!(sent(&portal, "On my way"), "1");
}

#[tokio::test]
async fn unsent_messages_survive_the_end_of_a_session() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    portal.force("UPDATE users SET auth_epoch = auth_epoch + 1");
    portal.app.sessions.forget_all();
    portal.app.directory.forget_all();
    tom.say("Still here").await;
    tom.wait_for_text("Waits until you sign in").await;
    tom.wait_for_text("You were signed out. Your text is kept.").await;

    let again = portal.person("member").await;
    tom.take_cookies_from(&again).await;
    tom.goto(&tom.path).await;
    tom.wait_for_message("Still here").await;
    assert_eq!(sent(&portal, "Still here"), "1");
}

#[tokio::test]
async fn a_double_click_in_each_of_two_tabs_sends_each_message_once() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    let first = tom.tab().await;
    let second = tom.open_tab(&tom.path).await;
    for (tab, words) in [(&first, "From the first tab"), (&second, "From the second tab")] {
        tom.switch_to(tab).await;
        tom.browser.fill("#body", words).await;
        tom.evaluate(
            "(document.querySelector('[data-send]').click(), document.querySelector('[data-send]').click())",
        )
        .await;
        tom.wait_for_message(words).await;
    }
    tom.switch_to(&first).await;
    tom.wait_for_message("From the second tab").await;
    assert_eq!(
        (
            sent(&portal, "From the first tab"),
            sent(&portal, "From the second tab")
        ),
        ("1".into(), "1".into())
    );
}

#[tokio::test]
async fn calling_everyone_is_confirmed_in_place() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", "Depot north").await;
    tom.say("@channel the gate is open").await;
    tom.wait_for_text("@channel calls all 7 other people here").await;
    assert_eq!(
        tom.evaluate("document.querySelector('#body').value").await,
        "@channel the gate is open",
        "the text is back"
    );

    tom.press("Call everyone").await;
    tom.wait_for_message("@channel the gate is open").await;
    assert_eq!(sent(&portal, "@channel the gate is open"), "1");
}

#[tokio::test]
async fn what_was_refused_can_be_changed_or_thrown_away() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    portal.force(&format!(
        "UPDATE channel_memberships SET silenced_until = now() + interval '1 hour' WHERE member_id = '{}'",
        portal.member("member")
    ));
    tom.say("I disagree").await;
    tom.wait_for_text("Not sent:").await;

    tom.press("Edit").await;
    tom.wait_until("document.querySelector('#body').value === 'I disagree'")
        .await;
    assert_eq!(tom.count("article.message").await, 0);
    tom.type_into("#body", Key::Enter + "").await;
    tom.press("Discard").await;
    tom.reload().await;
    assert_eq!(tom.count("article.message").await, 0);
}

#[tokio::test]
async fn half_a_thought_is_still_there_tomorrow() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    tom.browser.fill("#body", "What if we").await;
    tom.goto("/channels/none").await;
    tom.goto(&tom.path).await;
    tom.wait_until("document.querySelector('#body').value === 'What if we'")
        .await;
    assert_eq!(
        portal.look("SELECT body FROM drafts"),
        "What if we",
        "another device has it, too"
    );

    tom.type_into("#body", " met?").await;
    tom.type_into("#body", Key::Enter + "").await;
    tom.wait_for_message("What if we met?").await;
    tom.reload().await;
    tom.wait_until("document.querySelector('#body').value === ''")
        .await;
}
