//! What counts as waiting: once, only where a person wants to be called, and not what they put away.

use crate::broadcasts::draft::Draft;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

async fn say(who: &Actor, channel: &str, body: &str) -> String {
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

async fn waiting(who: &Actor) -> serde_json::Value {
    serde_json::from_str(&who.get_partial("/inbox/badge").await.expect_ok().html).unwrap()
}

fn none() -> serde_json::Value {
    serde_json::json!({ "unread": 0, "mentions": 0, "broadcasts": 0, "total": 0 })
}

fn line(page: &Page, channel: &str) -> String {
    page.one(&format!(".channel-link[href='{channel}']")).text
}

#[tokio::test]
async fn a_broadcast_to_a_channel_waits_once_and_its_message_leads_to_it() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, portal.person("member").await);
    let channel = format!("/channels/{}", portal.channel("Depot north"));
    let path = Draft::to_channel(&portal, "Vests", "Depot north")
        .asking()
        .deliver(&portal, &leader)
        .await;
    assert_eq!(
        waiting(&member).await,
        serde_json::json!({ "unread": 0, "mentions": 0, "broadcasts": 1, "total": 1 })
    );
    let page = member.get(&channel).await;
    assert_eq!(page.one("a.badge").attr("href"), Some(path.as_str()));
    let confirmed = page
        .form("#feed-form")
        .press("I’ve read this")
        .submit(&member)
        .await
        .expect_see_other(&path);
    confirmed
        .follow(&member)
        .await
        .expect_element("main a[href='/inbox/broadcasts']");
    assert_eq!(waiting(&member).await, none());
    let page = member.get(&channel).await;
    page.expect_no_text("I’ve read this");
    // Who came later was not sent it: for them it is a message like any other.
    portal.force(&format!(
        "DELETE FROM broadcast_recipients WHERE member_id = '{}'",
        portal.member("member")
    ));
    assert_eq!(waiting(&member).await["unread"], 1);
    member
        .get(&channel)
        .await
        .expect_no_element("a.badge")
        .expect_text("Broadcast");
}

#[tokio::test]
async fn a_channel_set_to_nothing_shows_a_dot_and_no_number() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    let channel = format!("/channels/{}", portal.channel("Night shift"));
    portal.force("UPDATE channel_memberships SET notify = 'none'");
    say(&member, &channel, "@steward look").await;
    say(&member, &channel, "@channel look").await;
    assert_eq!(waiting(&steward).await, none());
    let page = steward.get("/channels").await;
    let side = steward.get_partial("/channels/side").await.expect_ok();
    assert!(!line(&side, &channel).contains('2'), "{}", line(&side, &channel));
    assert!(line(&side, &channel).contains("has unread messages"));
    page.expect_ok();

    portal.force("UPDATE channel_memberships SET notify = 'mentions'");
    assert_eq!(waiting(&steward).await["mentions"], 2);
}

#[tokio::test]
async fn ones_own_call_of_everyone_does_not_list_a_muted_channel() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    let channel = format!("/channels/{}", portal.channel("Night shift"));
    // Reading is told by scripts: for the portal the caller has not read what they wrote themselves.
    say(&steward, &channel, "@channel mine").await;
    say(&member, &channel, "An answer").await;
    portal.force("UPDATE channel_memberships SET notify = 'mentions'");
    let page = steward.get("/inbox").await.expect_text("You are up to date");
    page.expect_element("a[href='/inbox?muted']");
    // A call by somebody else lists it, and then nothing is left to add.
    say(&member, &channel, "@channel theirs").await;
    let page = steward.get("/inbox").await.expect_text("@channel theirs");
    page.expect_no_element("a[href='/inbox?muted']");
}

#[tokio::test]
async fn what_somebody_hid_does_not_wait_for_them() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    let channel = format!("/channels/{}", portal.channel("Night shift"));
    let message = say(&member, &channel, "@steward @channel look").await;
    assert_eq!(waiting(&steward).await["unread"], 1);
    steward
        .get(&message)
        .await
        .form("#feed-form")
        .press("Hide for me")
        .submit(&steward)
        .await
        .expect_see_other(&channel);
    assert_eq!(waiting(&steward).await, none(), "{message}");
    steward.get("/inbox").await.expect_text("You are up to date");
    let side = steward.get_partial("/channels/side").await;
    assert!(!line(&side, &channel).contains('1'));
}

#[tokio::test]
async fn marking_all_as_read_sees_plain_broadcasts_and_keeps_those_that_ask() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    Draft::to_everyone("Plain").deliver(&portal, &admin).await;
    Draft::to_everyone("Asking")
        .asking()
        .deliver(&portal, &admin)
        .await;
    let channel = format!("/channels/{}", portal.channel("Depot north"));
    say(&admin, &channel, "Hello").await;
    assert_eq!(waiting(&member).await["broadcasts"], 2);
    let done = member
        .get("/inbox")
        .await
        .form("form[action='/inbox/reading']")
        .submit(&member)
        .await
        .expect_see_other("/inbox?undo")
        .follow(&member)
        .await
        .expect_text("1 channel and 1 broadcast are marked as read.");
    assert_eq!(waiting(&member).await["broadcasts"], 1);
    done.form("form[action='/inbox/reading/undo']")
        .submit(&member)
        .await
        .expect_see_other("/inbox");
    assert_eq!(waiting(&member).await["broadcasts"], 2);
}

#[tokio::test]
async fn a_badge_is_read_out_as_it_is_shown() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    portal.force(
        "INSERT INTO messages (org_id, channel_id, seq, id, author_id, rev, body, body_html, body_text) \
         SELECT c.org_id, c.id, c.last_seq + n, gen_random_uuid(), p.member_id, c.rev + n, 'x', '<p>x</p>', 'x' \
         FROM channels c JOIN channel_memberships p ON p.channel_id = c.id JOIN members m ON m.id = p.member_id, generate_series(1, 120) n \
         WHERE c.title = 'Depot north' AND m.handle = 'other'; \
         UPDATE channels SET last_seq = last_seq + 120, rev = rev + 120 WHERE title = 'Depot north'",
    );
    let page = member.get("/people").await.expect_ok();
    page.expect_text("99+ unread, 0 mentions")
        .expect_no_text("100 unread");
}

#[tokio::test]
async fn who_left_is_neither_counted_nor_asked_again() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let path = Draft::to_everyone("Safety")
        .asking()
        .deliver(&portal, &admin)
        .await;
    portal.force("UPDATE members SET state = 'left' WHERE handle IN ('other', 'sponsor')");
    let page = admin.get(&path).await.expect_ok();
    let figure = crate::broadcasts::draft::figure(&page, "Delivered");
    assert_eq!(figure, "6", "eight were sent it, two of them have left");
    page.form("form[action$='/nudge']")
        .submit(&admin)
        .await
        .expect_see_other(&path);
    let asked = "SELECT recipient_count FROM broadcast_log WHERE action = 'nudged'";
    assert_eq!(portal.look(asked), "6");
}
