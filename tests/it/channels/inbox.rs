//! The inbox: what waits for a person, and saying that it is read.

use chrono::TimeDelta;
use serde_json::Value;

use crate::support::client::Client;
use crate::support::portal::{Actor, Portal};

async fn say(who: &Actor, portal: &Portal, channel: &str, body: &str) {
    let path = format!("/channels/{}", portal.channel(channel));
    who.get(&path)
        .await
        .expect_ok()
        .form("form[data-composer]")
        .set("body", body)
        .submit(who)
        .await
        .expect_see_other(&path);
}

async fn badge(who: &Client) -> Value {
    serde_json::from_str(&who.get_partial("/inbox/badge").await.expect_ok().html).unwrap()
}

#[tokio::test]
async fn unread_channels_are_listed_newest_first_with_what_was_said_last() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    say(&member, &portal, "Night shift", "Who has the keys?").await;
    portal.pass(TimeDelta::minutes(3));
    say(&member, &portal, "Steward school", "Chapter two is up").await;
    say(&member, &portal, "Steward school", "And @steward reads first").await;
    let page = steward
        .get("/inbox")
        .await
        .expect_ok()
        .expect_text("And @Rosa Delgado reads first")
        .expect_text("Who has the keys?");
    let titles: Vec<String> = page
        .select(".inbox-item__title")
        .into_iter()
        .map(|title| title.text)
        .collect();
    assert_eq!(titles, ["Steward school", "Night shift"]);
    assert_eq!(
        page.select(".inbox-item .count")
            .into_iter()
            .map(|count| count.text)
            .collect::<Vec<_>>(),
        ["@1", "2", "1"]
    );
    assert_eq!(
        badge(&steward).await,
        serde_json::json!({ "unread": 3, "mentions": 1, "broadcasts": 0, "total": 3 })
    );
    member.get("/inbox").await.expect_text("You are up to date");
}

#[tokio::test]
async fn one_channel_or_all_are_marked_read_and_that_can_be_taken_back() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    for channel in ["Night shift", "Steward school", "30 conversations"] {
        say(&member, &portal, channel, "Hello there").await;
        portal.pass(TimeDelta::minutes(1));
    }
    let page = steward.get("/inbox").await;
    assert_eq!(page.select(".inbox-item").len(), 3);
    let page = page
        .form("#inbox-form")
        .press("Mark as read: Night shift")
        .submit(&steward)
        .await
        .expect_see_other("/inbox")
        .follow(&steward)
        .await;
    assert_eq!(page.expect_text("Marked as read.").select(".inbox-item").len(), 2);

    let done = page
        .form("form[action='/inbox/reading']")
        .submit(&steward)
        .await
        .expect_see_other("/inbox?undo")
        .follow(&steward)
        .await;
    done.expect_text("2 channels are marked as read")
        .expect_text("You are up to date");
    let back = done
        .form("form[action='/inbox/reading/undo']")
        .submit(&steward)
        .await
        .expect_see_other("/inbox")
        .follow(&steward)
        .await;
    assert_eq!(
        back.expect_text("Your unread messages are back")
            .select(".inbox-item")
            .len(),
        2,
        "what was read before stays read"
    );
}

#[tokio::test]
async fn mentions_stay_when_they_are_read_and_go_when_they_are_deleted() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    steward
        .get("/inbox/mentions")
        .await
        .expect_text("Nobody has called you yet");
    say(
        &member,
        &portal,
        "Night shift",
        "@steward can you bring the *vests*?",
    )
    .await;
    portal.pass(TimeDelta::minutes(1));
    say(&member, &portal, "Night shift", "@channel the gate is open").await;
    let page = steward
        .get("/inbox/mentions")
        .await
        .expect_text("Tom Reyes mentioned you")
        .expect_text("Tom Reyes called everyone");
    assert_eq!(page.select(".inbox-item--unread").len(), 2);
    assert!(
        page.one(".inbox-item:last-child .inbox-item__title")
            .attr("href")
            .unwrap()
            .contains("?at=1#m-")
    );
    page.form("#inbox-form")
        .press("Mark as read: Tom Reyes mentioned you, Night shift")
        .submit(&steward)
        .await
        .expect_see_other("/inbox/mentions");
    let page = steward.get("/inbox/mentions").await;
    assert_eq!(
        (
            page.select(".inbox-item").len(),
            page.select(".inbox-item--unread").len()
        ),
        (2, 1)
    );
    assert_eq!(badge(&steward).await["mentions"], 1);
    member
        .get("/inbox/mentions")
        .await
        .expect_text("Nobody has called you yet");

    portal.force("UPDATE messages SET deleted_at = now(), mentions_all = false WHERE seq = 2 AND body LIKE '@channel%'");
    steward
        .get("/inbox/mentions")
        .await
        .expect_no_text("called everyone")
        .expect_text("mentioned you");
    portal.force("UPDATE channel_memberships SET visible_from_seq = 2 WHERE member_id IN (SELECT id FROM members WHERE handle = 'steward')");
    steward
        .get("/inbox/mentions")
        .await
        .expect_text("Nobody has called you yet");
}

#[tokio::test]
async fn muted_channels_wait_quietly_unless_someone_calls() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    portal.force("UPDATE channel_memberships SET muted_until = now() + interval '1 day' WHERE member_id IN (SELECT id FROM members WHERE handle = 'steward') AND channel_id IN (SELECT id FROM channels WHERE title = 'Night shift')");
    say(&member, &portal, "Night shift", "Just chatting").await;
    let page = steward
        .get("/inbox")
        .await
        .expect_text("You are up to date")
        .expect_text("Muted channels have unread messages too");
    assert_eq!(badge(&steward).await["total"], 0);
    page.click(&steward, "Show them")
        .await
        .expect_text("Just chatting")
        .expect_text("muted");
    say(&member, &portal, "Night shift", "@steward are you there?").await;
    steward.get("/inbox").await.expect_text("are you there?");
    assert_eq!(badge(&steward).await["total"], 1);
}

#[tokio::test]
async fn long_lists_come_in_pages_and_miss_nothing() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    for number in 0..35 {
        say(
            &member,
            &portal,
            "Night shift",
            &format!("@steward question {number}"),
        )
        .await;
        if number % 3 == 0 {
            portal.pass(TimeDelta::seconds(1));
        }
    }
    let first = steward.get("/inbox/mentions").await;
    let second = first.click(&steward, "Older").await.expect_ok();
    let mut seen: Vec<String> = first
        .select(".inbox-item__text")
        .into_iter()
        .chain(second.select(".inbox-item__text"))
        .map(|text| text.text)
        .collect();
    assert_eq!(seen.len(), 35);
    assert!(seen[0].ends_with("question 34"), "{}", seen[0]);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 35);
    second
        .expect_no_element(".pager a[rel=next]")
        .click(&steward, "Newer")
        .await
        .expect_text("question 34");
    steward
        .get("/inbox/mentions?before=nonsense")
        .await
        .expect_status(400);
}

#[tokio::test]
async fn counts_equal_what_is_there_however_long_the_channel_is() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    say(&member, &portal, "Night shift", "first").await;
    portal.force(
        "INSERT INTO messages (org_id, channel_id, seq, id, author_id, rev, body, body_html, body_text) \
         SELECT m.org_id, m.channel_id, n, gen_random_uuid(), m.author_id, n, 'x', '<p>x</p>', 'x' FROM messages m, generate_series(2, 400) n WHERE m.body = 'first'; \
         UPDATE channels SET last_seq = 400, rev = 400 WHERE title = 'Night shift' AND type = 'team'",
    );
    assert_eq!(badge(&steward).await["unread"], 100, "more than 99 is enough");
    steward.get("/inbox").await.expect_text("99+");
    portal.force("UPDATE channel_memberships SET last_read_seq = 395 WHERE member_id IN (SELECT id FROM members WHERE handle = 'steward') AND channel_id IN (SELECT id FROM channels WHERE title = 'Night shift')");
    assert_eq!(badge(&steward).await["unread"], 5);
    portal.force("UPDATE channel_memberships SET visible_from_seq = 399 WHERE member_id IN (SELECT id FROM members WHERE handle = 'steward')");
    assert_eq!(
        badge(&steward).await["unread"],
        2,
        "what a late joiner may not see is not unread"
    );
}

#[tokio::test]
async fn nobody_sees_what_waits_for_others() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    say(&member, &portal, "Night shift", "@steward only here").await;
    for outsider in [
        portal.person("admin").await,
        portal.person("sponsor").await,
        portal.neighbour("second").await,
    ] {
        outsider
            .get("/inbox?muted")
            .await
            .expect_ok()
            .expect_no_text("only here");
        outsider
            .get("/inbox/mentions")
            .await
            .expect_ok()
            .expect_no_text("only here");
    }
    steward.get("/inbox").await.expect_text("only here");
    portal.anyone().get("/inbox").await.expect_see_other("/sign-in");
}

#[tokio::test]
async fn broadcasts_wait_until_they_are_opened() {
    let portal = Portal::start().await;
    let (comms, steward) = (portal.person("comms").await, portal.person("steward").await);
    steward
        .get("/inbox/broadcasts")
        .await
        .expect_text("No broadcasts so far");
    portal.force(&format!(
        "INSERT INTO broadcasts (org_id, id, author_id, author_role, title, body, body_html, body_text, audience_kind, audience_label, requires_ack, state, send_at, cancellable_until, sent_at) \
         SELECT org_id, gen_random_uuid(), id, 'communicator', 'Line 12 stops', 'Cover starts at 05:30.', '<p>Cover starts at 05:30.</p>', 'Cover starts at 05:30.', 'everyone', 'everyone', true, 'sent', now(), now(), now() FROM members WHERE id = '{}'; \
         INSERT INTO broadcast_recipients (org_id, broadcast_id, member_id) SELECT b.org_id, b.id, '{}' FROM broadcasts b",
        portal.member("comms"),
        portal.member("steward"),
    ));
    assert_eq!(badge(&steward).await["broadcasts"], 1);
    let page = steward
        .get("/inbox/broadcasts")
        .await
        .expect_text("Line 12 stops")
        .expect_text("Grace Mbeki:")
        .expect_text("Please confirm");
    assert_eq!(page.select(".inbox-item--unread").len(), 1);
    comms
        .get("/inbox/broadcasts")
        .await
        .expect_text("No broadcasts so far");
}
