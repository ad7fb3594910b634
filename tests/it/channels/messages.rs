use chrono::TimeDelta;
use uuid::Uuid;

use crate::support::portal::Portal;

#[tokio::test]
async fn a_member_posts_and_another_reads_it() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let path = format!("/channels/{}", portal.channel("Night shift"));

    let page = member.get(&path).await.expect_ok();
    let posted = page
        .form("form[data-composer]")
        .set("body", "Who covers **Friday** night?")
        .submit(&member)
        .await;
    posted
        .expect_see_other(&path)
        .follow(&member)
        .await
        .expect_text("Who covers Friday night?");

    let page = steward
        .get(&path)
        .await
        .expect_ok()
        .expect_text("Who covers Friday night?")
        .expect_text("1 new message");
    assert_eq!(page.one(".message__body strong").text, "Friday");
}

#[tokio::test]
async fn the_same_message_sent_twice_is_there_once() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let id = Uuid::now_v7().to_string();
    let page = member.get(&path).await;
    for _ in 0..3 {
        page.form("form[data-composer]")
            .set("body", "Only once")
            .without("client_id")
            .forge("client_id", &id)
            .submit(&member)
            .await
            .expect_see_other(&path);
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE body = 'Only once'"),
        "1"
    );
    assert_eq!(
        portal.look("SELECT last_seq FROM channels WHERE title = 'Night shift' AND type = 'team'"),
        "1",
        "a repetition takes no number"
    );
}

#[tokio::test]
async fn who_is_not_in_a_channel_does_not_see_that_it_exists() {
    let portal = Portal::start().await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    for outsider in [
        portal.person("admin").await,
        portal.person("sponsor").await,
        portal.neighbour("stranger").await,
    ] {
        outsider.get(&path).await.expect_status(404);
    }
    portal.anyone().get(&path).await.expect_see_other("/sign-in");
}

#[tokio::test]
async fn a_message_that_is_too_long_comes_back_with_what_was_typed() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member
        .get(&format!("/channels/{}", portal.channel("Depot north")))
        .await;
    let long = "long ".repeat(1_700);
    let answer = page
        .form("form[data-composer]")
        .set("body", &long)
        .submit(&member)
        .await;
    answer.expect_status(422).expect_text("at most 8000 fit");
    assert!(
        answer.one("textarea[name=body]").text.contains("long long"),
        "nothing typed is lost"
    );
}

#[tokio::test]
async fn calling_everyone_asks_first() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member
        .get(&format!("/channels/{}", portal.channel("Depot north")))
        .await;
    let asked = page
        .form("form[data-composer]")
        .set("body", "@channel the gate is open")
        .submit(&member)
        .await;
    let asked = asked
        .expect_status(422)
        .expect_text("@channel calls all 7 other people here");
    asked
        .form("form[data-composer]")
        .check("everyone")
        .submit(&member)
        .await
        .expect_see_other("/channels/");
}

#[tokio::test]
async fn an_edited_message_says_so_and_keeps_its_history() {
    let portal = Portal::start().await;
    let (member, leader) = (portal.person("member").await, portal.person("leader").await);
    let channel = portal.channel("Depot north");
    let id = portal.look("SELECT id FROM messages WHERE body LIKE 'Thanks!%'");
    let path = format!("/channels/{channel}/messages/{id}");
    member
        .get(&format!("{path}/edit"))
        .await
        .form("main form")
        .set("body", "Thanks! Where is the meeting?")
        .submit(&member)
        .await
        .expect_see_other("/channels/");
    leader
        .get(&format!("/channels/{channel}"))
        .await
        .expect_text("Where is the meeting?")
        .expect_text("edited");
    leader
        .get(&format!("{path}/history"))
        .await
        .expect_text("When is the meeting?");
    leader.get(&format!("{path}/edit")).await.expect_status(403);
}

#[tokio::test]
async fn a_deleted_message_leaves_a_note_and_nothing_else() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let channel = portal.channel("Depot north");
    let id = portal.look("SELECT id FROM messages WHERE body LIKE 'Thanks!%'");
    let page = member
        .get(&format!("/channels/{channel}/messages/{id}/deletion"))
        .await;
    page.form("main form")
        .submit(&member)
        .await
        .expect_see_other("/channels/")
        .follow(&member)
        .await
        .expect_text("Message deleted by its author.")
        .expect_no_text("When is the meeting?");
    assert_eq!(
        portal.look(&format!(
            "SELECT body || body_html || body_text FROM messages WHERE id = '{id}'"
        )),
        ""
    );
}

#[tokio::test]
async fn a_moderator_removes_with_a_reason_that_people_read() {
    let portal = Portal::start().await;
    let (leader, other) = (portal.person("leader").await, portal.person("other").await);
    let channel = portal.channel("Depot north");
    let id = portal.look("SELECT id FROM messages WHERE body LIKE 'Thanks!%'");
    let path = format!("/channels/{channel}/messages/{id}/deletion");
    other.get(&path).await.expect_status(403);
    let page = leader.get(&path).await;
    let back = page
        .form("main form")
        .submit(&leader)
        .await
        .expect_status(422)
        .expect_text("Say in up to 300 characters why you remove it");
    back.form("main form")
        .set("reason", "names a patient")
        .submit(&leader)
        .await
        .expect_see_other("/channels/");
    other
        .get(&format!("/channels/{channel}"))
        .await
        .expect_text("Message removed by a moderator: names a patient");
}

#[tokio::test]
async fn a_poll_says_nothing_carries_changes_and_notices_removal() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let channel = portal.channel("Night shift");
    let path = format!("/channels/{channel}");
    let rev = steward
        .get(&path)
        .await
        .one("[data-channel]")
        .attr("data-rev")
        .unwrap()
        .to_owned();
    for _ in 0..2 {
        steward
            .get_partial(&format!("{path}/since?rev={rev}"))
            .await
            .expect_status(204);
    }
    member
        .get(&path)
        .await
        .form("form[data-composer]")
        .set("body", "Something new")
        .submit(&member)
        .await;
    let delta = steward
        .get_partial(&format!("{path}/since?rev={rev}"))
        .await
        .expect_ok()
        .expect_text("Something new");
    let rev = delta.header("X-Rev").unwrap().to_owned();
    steward
        .get_partial(&format!("{path}/since?rev={rev}"))
        .await
        .expect_status(204);

    portal.force(&format!(
        "DELETE FROM channel_memberships WHERE channel_id = '{channel}' AND member_id = '{}'; UPDATE channels SET rev = rev + 1 WHERE id = '{channel}'",
        portal.member("steward")
    ));
    portal.app.db.signals().forget(channel.0);
    steward
        .get_partial(&format!("{path}/since?rev={rev}"))
        .await
        .expect_status(410);
    portal
        .neighbour("stranger")
        .await
        .get_partial(&format!("{path}/since?rev={rev}"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_session_that_has_ended_asks_to_sign_in_again() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = format!("/channels/{}", portal.channel("Depot north"));
    member.get(&path).await.expect_ok();
    portal.pass(TimeDelta::days(15));
    member.get(&path).await.expect_see_other("/sign-in");
}
