//! What was told before a crash is heard after it, and done once.

use diesel::connection::SimpleConnection as _;

use super::installation::Installation;
use crate::support::eventually::eventually;
use crate::support::writer::Writer;

/// Makes a team that asks for a channel: the channel is made by whoever hears of the team.
async fn make_team(leader: &Writer, name: &str) {
    let page = leader.client().get("/contexts/new?kind=team").await.expect_ok();
    page.form("main form[method=post]")
        .set("name", name)
        .submit(leader.client())
        .await
        .expect_see_other("/contexts/");
}

fn channels(portal: &Installation, name: &str) -> String {
    portal.look(&format!("SELECT count(*) FROM channels WHERE title = '{name}'"))
}

async fn expect_heard_once(portal: &Installation, name: &str) {
    eventually("the event to be heard", async || {
        (channels(portal, name) == "1").then_some(())
    })
    .await;
    eventually("everything to be heard", async || {
        let waiting = portal.look(
            "SELECT (SELECT count(*) FROM events WHERE dispatched_at IS NULL) + (SELECT count(*) FROM event_deliveries WHERE state <> 'done')",
        );
        (waiting == "0").then_some(())
    })
    .await;
    assert_eq!(channels(portal, name), "1");
    let told = portal.look(&format!(
        "SELECT count(*) FROM events e JOIN channels c ON e.payload->'data'->>'channel' = c.id::text WHERE e.event_type = 'channels.channel.created' AND c.title = '{name}'"
    ));
    assert_eq!(told, "1", "what follows from it is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_nobody_had_heard_of_yet_is_delivered_after_the_crash() {
    let mut portal = Installation::start().await;
    let leader = portal.person("leader").await;
    let mut holder = portal.connect();
    holder
        .batch_execute("BEGIN; LOCK TABLE event_deliveries IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    make_team(&leader, "Harbour gate").await;
    portal.expect_somebody_waits().await;
    portal.kill_nine();
    holder.batch_execute("COMMIT").unwrap();
    assert_eq!(channels(&portal, "Harbour gate"), "0");

    portal.run().await;
    expect_heard_once(&portal, "Harbour gate").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_that_was_cut_off_is_begun_again_and_done_once() {
    let mut portal = Installation::start().await;
    let leader = portal.person("leader").await;
    let mut holder = portal.connect();
    // The reaction gets as far as writing the channel, and its receipt is signed by then.
    holder
        .batch_execute("BEGIN; LOCK TABLE channels IN EXCLUSIVE MODE")
        .unwrap();
    make_team(&leader, "Harbour gate").await;
    portal.expect_somebody_waits().await;
    portal.kill_nine();
    holder.batch_execute("COMMIT").unwrap();
    assert_eq!(channels(&portal, "Harbour gate"), "0");
    let state = "SELECT state::text || ' ' || attempts FROM event_deliveries WHERE subscriber = 'channels.make_channel_of_context'";
    assert_eq!(portal.look(state), "pending 1", "begun and not done");

    // Its lease ends; a test does not wait a minute for that.
    portal
        .connect()
        .batch_execute("UPDATE event_deliveries SET next_attempt_at = now() WHERE state = 'pending'")
        .unwrap();
    portal.run().await;
    expect_heard_once(&portal, "Harbour gate").await;
    assert_eq!(portal.look(state), "done 2");
}
