//! Messages that change while others change them, and what may change at all.

use futures_util::future::join_all;
use uuid::Uuid;

use crate::broadcasts::draft::Draft;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Posts through the composer; answers the address of the message.
async fn write(who: &Actor, channel: &str, body: &str) -> String {
    let posted = who
        .get(&format!("{channel}?latest"))
        .await
        .expect_ok()
        .form("form[data-composer]")
        .set("body", body)
        .submit(who)
        .await
        .expect_see_other(channel);
    let id = posted.location().unwrap().fragment().unwrap().replace("m-", "");
    format!("{channel}/messages/{id}")
}

fn id_of(message: &str) -> &str {
    message.rsplit('/').next().unwrap()
}

async fn edit_form(who: &Actor, message: &str) -> Page {
    who.get(&format!("{message}/edit")).await.expect_ok()
}

#[tokio::test]
async fn what_is_deleted_stays_deleted_whoever_edits_at_the_same_time() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let channel = format!("/channels/{}", portal.channel("Night shift"));
    let pairs = join_all((0..8).map(async |number| {
        let message = write(&member, &channel, &format!("Secret {number}")).await;
        let edit = edit_form(&member, &message).await;
        let deletion = member.get(&format!("{message}/deletion")).await.expect_ok();
        (edit, deletion)
    }))
    .await;
    let edits = pairs.iter().map(async |(edit, _)| {
        let form = edit.form("main form").set("body", "Secret again");
        form.submit(&member).await.status.as_u16()
    });
    let deletions = pairs
        .iter()
        .map(async |(_, page)| page.form("main form").submit(&member).await.status.as_u16());
    let (edited, deleted) = tokio::join!(join_all(edits), join_all(deletions));
    assert!(
        edited.iter().all(|status| [303, 409].contains(status)),
        "{edited:?}"
    );
    assert!(deleted.iter().all(|status| *status == 303), "{deleted:?}");
    let left =
        "SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL AND body || body_html || body_text <> ''";
    assert_eq!(portal.look(left), "0", "a deleted text came back");
    let kept = "SELECT count(*) FROM message_edits e JOIN messages s USING (org_id, channel_id, seq) WHERE s.deleted_at IS NOT NULL";
    assert_eq!(
        portal.look(kept),
        "0",
        "an earlier text of a deleted message is kept"
    );
}

#[tokio::test]
async fn one_id_sent_many_times_at_once_is_told_once() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let (page, id) = (member.get(&path).await, Uuid::now_v7().to_string());
    let sent = join_all((0..6).map(async |_| {
        let form = page
            .form("form[data-composer]")
            .set("body", "@steward once")
            .without("client_id")
            .forge("client_id", &id);
        form.submit(&member).await.status.as_u16()
    }))
    .await;
    assert_eq!(sent, [303; 6]);
    let count = |sql: &str| portal.look(sql);
    assert_eq!(
        count("SELECT count(*) FROM messages WHERE body = '@steward once'"),
        "1"
    );
    for event in ["created", "mentioned"] {
        assert_eq!(
            count(&format!(
                "SELECT count(*) FROM events WHERE event_type = 'channels.message.{event}'"
            )),
            "1",
            "{event}"
        );
    }
    assert_eq!(
        count("SELECT count(*) FROM audit_entries WHERE action = 'channels.message.posted'"),
        "1"
    );
    assert_eq!(
        count("SELECT last_seq FROM channels WHERE title = 'Night shift' AND type = 'team'"),
        "1"
    );
}

#[tokio::test]
async fn other_words_under_an_id_that_was_used_are_not_thrown_away() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    // The page as the browser kept it: going back shows the form with the id it had.
    let kept = member.get(&path).await;
    for body in ["First", "Second", "Second"] {
        let form = kept.form("form[data-composer]").set("body", body);
        form.submit(&member).await.expect_see_other(&path);
    }
    let said = "SELECT string_agg(body, ' ' ORDER BY seq) FROM messages WHERE body IN ('First', 'Second')";
    assert_eq!(portal.look(said), "First Second");

    let id = Uuid::now_v7().to_string();
    let scripted = async |body: &str| {
        let form = kept.form("form[data-composer]").set("body", body);
        let form = form.without("client_id").forge("client_id", &id);
        form.submit_partial(&member).await
    };
    scripted("Third").await.expect_ok();
    scripted("Third").await.expect_ok();
    scripted("Fourth")
        .await
        .expect_status(409)
        .expect_text("already sent with other words");
}

#[tokio::test]
async fn an_edit_that_calls_everyone_asks_first_and_then_calls() {
    let portal = Portal::start().await;
    let (member, other) = (portal.person("member").await, portal.person("other").await);
    let channel = format!("/channels/{}", portal.channel("Depot north"));
    let message = write(&member, &channel, "The gate is open").await;
    // A file does not make up for the question.
    portal.force(&format!(
        "UPDATE messages SET has_attachment = true WHERE id = '{}'",
        id_of(&message)
    ));
    let asked = edit_form(&member, &message)
        .await
        .form("main form")
        .set("body", "@channel the gate is open")
        .submit(&member)
        .await;
    asked
        .expect_status(422)
        .expect_text("@channel calls all 7 other people here");
    asked
        .form("main form")
        .check("everyone")
        .submit(&member)
        .await
        .expect_see_other("/channels/");
    let called = "SELECT count(*) FROM events WHERE event_type = 'channels.message.mentioned' AND (payload->'data'->>'everyone')::boolean";
    assert_eq!(portal.look(called), "1");
    other.get("/inbox/mentions").await.expect_text("called everyone");
    // It is confirmed: changing the rest does not ask again, nor call again.
    edit_form(&member, &message)
        .await
        .form("main form")
        .set("body", "@channel the gate is shut")
        .submit(&member)
        .await
        .expect_see_other("/channels/");
    assert_eq!(portal.look(called), "1");
}

#[tokio::test]
async fn a_broadcast_in_a_channel_stays_as_it_was_sent_unless_a_moderator_removes_it() {
    let portal = Portal::start().await;
    let (admin, leader) = (portal.person("admin").await, portal.person("leader").await);
    let channel = format!("/channels/{}", portal.channel("Depot north"));
    let path = Draft::to_channel(&portal, "Vests", "Depot north")
        .deliver(&portal, &leader)
        .await;
    let message = format!("{channel}/messages/{}", id_of(&path));
    leader.get(&format!("{message}/edit")).await.expect_status(403);
    // Its author owns this channel, so they may take it away, as a moderator: with a reason that everyone reads.
    let page = leader.get(&format!("{message}/deletion")).await.expect_ok();
    page.form("main form").submit(&leader).await.expect_status(422);
    page.form("main form")
        .set("reason", "wrong depot")
        .submit(&leader)
        .await
        .expect_see_other(&channel);
    admin
        .get(&channel)
        .await
        .expect_text("Message removed by a moderator: wrong depot");
    admin
        .get("/broadcasts/log")
        .await
        .expect_ok()
        .expect_text("Removed from its channel")
        .expect_text("wrong depot");

    let path = Draft::to_channel(&portal, "Boots", "Depot north")
        .deliver(&portal, &leader)
        .await;
    portal.force("UPDATE channel_memberships SET role = 'member' WHERE role = 'owner'");
    leader
        .get(&format!("{channel}/messages/{}/deletion", id_of(&path)))
        .await
        .expect_status(403);
}

#[tokio::test]
async fn addresses_of_places_that_are_not_there_show_the_nearest() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = format!("/channels/{}", portal.channel("Depot north"));
    for at in [i64::MIN, -1, 0, 1] {
        let page = member.get(&format!("{path}?at={at}")).await;
        page.expect_ok().expect_text("Welcome to the depot channel.");
    }
    for beyond in ["at", "from"] {
        let page = member.get(&format!("{path}?{beyond}={}", i64::MAX)).await;
        page.expect_ok().expect_text("Thursday at 14:00, hall B.");
    }
}

#[tokio::test]
async fn asking_for_changes_does_not_tell_strangers_that_a_channel_is_there() {
    let portal = Portal::start().await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let outsider = portal.person("other").await;
    outsider
        .get_partial(&format!("{path}/since?rev=0"))
        .await
        .expect_status(404);
    let nowhere = format!("/channels/{}", Uuid::now_v7());
    outsider
        .get_partial(&format!("{nowhere}/since?rev=0"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_change_from_another_window_is_said_and_both_texts_are_kept() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let channel = format!("/channels/{}", portal.channel("Night shift"));
    let message = write(&member, &channel, "First words").await;
    let (one, two) = (
        edit_form(&member, &message).await,
        edit_form(&member, &message).await,
    );
    let first = one.form("main form").set("body", "Words of one window");
    first.submit(&member).await.expect_see_other(&channel);
    let second = two.form("main form").set("body", "Words of the other window");
    let refused = second.submit(&member).await.expect_status(422);
    refused
        .expect_text("The message was changed meanwhile")
        .expect_text("Words of the other window");
    member
        .get(&channel)
        .await
        .expect_text("Words of one window")
        .expect_no_text("Words of the other window");
    // Who has read that may write over it; the history keeps every text.
    refused
        .form("main form")
        .submit(&member)
        .await
        .expect_see_other(&channel);
    member
        .get(&format!("{message}/history"))
        .await
        .expect_ok()
        .expect_text("First words")
        .expect_text("Words of one window")
        .expect_text("Words of the other window");
}

#[tokio::test]
async fn the_start_of_a_channel_says_who_may_write() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let channel = portal.channel("Night shift");
    portal.force(&format!(
        "UPDATE channels SET description = '' WHERE id = '{channel}'"
    ));
    let path = format!("/channels/{channel}");
    member.get(&path).await.expect_text("can read and write here.");
    portal.force(&format!(
        "UPDATE channels SET post_policy = 'leaders' WHERE id = '{channel}'"
    ));
    member.get(&path).await.expect_text("can read here.");
}
