//! SIGTERM while somebody waits for an answer.

use std::net::TcpStream;
use std::time::Instant;

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;

use super::installation::{Installation, PATIENCE};
use crate::support::eventually::eventually;

/// Holds the channel, so that whoever writes in it waits.
fn hold(portal: &Installation, path: &str) -> PgConnection {
    let mut holder = portal.connect();
    let channel = path.replace("/channels/", "");
    holder
        .batch_execute(&format!(
            "BEGIN; SELECT 1 FROM channels WHERE id = '{channel}' FOR UPDATE"
        ))
        .unwrap();
    holder
}

async fn expect_closed(portal: &Installation) {
    eventually("the portal to take no new requests", async || {
        TcpStream::connect(portal.address()).is_err().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_runs_is_answered_before_the_portal_ends() {
    let mut portal = Installation::start().await;
    let path = portal.channel("Depot north");
    let writer = portal.person("member").await;
    let mut holder = hold(&portal, &path);
    let posting = tokio::spawn({
        let path = path.clone();
        async move {
            writer
                .try_send(&format!("{path}/messages"), &[("body", "Last words")])
                .await
        }
    });
    portal.expect_somebody_waits().await;

    let told = Instant::now();
    portal.terminate();
    expect_closed(&portal).await;
    assert!(!posting.is_finished(), "the request still runs");
    holder.batch_execute("COMMIT").unwrap();

    posting.await.unwrap().unwrap().expect_see_other(&path);
    let status = eventually("the portal to end", async || portal.ended()).await;
    assert!(told.elapsed() < PATIENCE, "it took {:?}", told.elapsed());
    assert!(status.success(), "{status}");
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE body = 'Last words'"),
        "1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_does_not_end_keeps_the_portal_no_longer_than_ten_seconds() {
    let mut portal = Installation::start().await;
    let path = portal.channel("Depot north");
    let (writer, idle) = (portal.person("member").await, portal.person("other").await);
    idle.client().get(&path).await.expect_ok();
    let mut holder = hold(&portal, &path);
    let posting = tokio::spawn({
        let path = path.clone();
        async move {
            writer
                .try_send(&format!("{path}/messages"), &[("body", "Last words")])
                .await
        }
    });
    portal.expect_somebody_waits().await;

    let told = Instant::now();
    portal.terminate();
    let status = eventually("the portal to end", async || portal.ended()).await;
    assert!(told.elapsed() < PATIENCE, "it took {:?}", told.elapsed());
    assert!(status.success(), "{status}");
    let unanswered = posting.await.unwrap().map(|answer| answer.status);
    assert!(
        unanswered.as_ref().map_or(true, |status| *status == 503),
        "{unanswered:?}"
    );
    holder.batch_execute("COMMIT").unwrap();

    portal.run().await;
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE body = 'Last words'"),
        "0"
    );
    idle.client().get(&path).await.expect_ok();
}
