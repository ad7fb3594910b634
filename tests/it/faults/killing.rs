//! kill -9 of the portal while people write.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use super::installation::Installation;
use crate::support::eventually::eventually;
use crate::support::page::Page;
use crate::support::writer::Writer;

const PEOPLE: [&str; 5] = ["leader", "member", "other", "steward", "coach"];

/// What one person has sent, and whether they were told that it arrived.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<Uuid>,
    /// The one nobody answered for.
    open: Option<Uuid>,
}

/// Writes one message after the other until nobody answers.
async fn write_on(writer: Arc<Writer>, path: String, arrived: Arc<AtomicUsize>) -> Sent {
    let mut sent = Sent::default();
    loop {
        let id = Uuid::now_v7();
        match send(&writer, &path, id).await {
            Ok(answer) => {
                answer.expect_see_other(&path);
                sent.acknowledged.push(id);
                arrived.fetch_add(1, Ordering::SeqCst);
            }
            Err(_) => {
                sent.open = Some(id);
                return sent;
            }
        }
    }
}

/// Sends a message; nobody may answer.
async fn send(writer: &Writer, path: &str, id: Uuid) -> reqwest::Result<Page> {
    let (body, id) = (format!("message {id}"), id.to_string());
    let fields = [("body", body.as_str()), ("client_id", &id)];
    writer.try_send(&format!("{path}/messages"), &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_message_is_lost_and_none_is_there_twice() {
    let mut portal = Installation::start().await;
    let path = portal.channel("Depot north");
    let channel = path.replace("/channels/", "");
    let mut writers = Vec::new();
    for key in PEOPLE {
        writers.push(Arc::new(portal.person(key).await));
    }
    let before: usize = portal
        .look(&format!("SELECT last_seq FROM channels WHERE id = '{channel}'"))
        .parse()
        .unwrap();
    let (mut acknowledged, mut open) = (Vec::new(), Vec::new());

    for round in 1..=3 {
        let arrived = Arc::new(AtomicUsize::new(0));
        let writing: Vec<_> = writers
            .iter()
            .map(|writer| tokio::spawn(write_on(writer.clone(), path.clone(), arrived.clone())))
            .collect();
        eventually("people to have written", async || {
            (arrived.load(Ordering::SeqCst) > 20 * round).then_some(())
        })
        .await;
        portal.kill_nine();
        for one in writing {
            let sent = one.await.unwrap();
            acknowledged.extend(sent.acknowledged);
            open.extend(sent.open);
        }
        portal.run().await;
    }

    let times = |id: &Uuid| {
        portal.look(&format!("SELECT count(*) FROM messages WHERE channel_id = '{channel}' AND id = '{id}' AND body = 'message {id}'"))
    };
    for id in &acknowledged {
        assert_eq!(times(id), "1", "{id} was acknowledged");
    }
    assert_eq!(
        open.len(),
        3 * PEOPLE.len(),
        "everyone was interrupted in every round"
    );
    for (number, id) in open.iter().enumerate() {
        // Whoever wrote it sends it again, with the session they had; if it had arrived, that changes nothing.
        let writer = &writers[number % PEOPLE.len()];
        send(writer, &path, *id).await.unwrap().expect_see_other(&path);
        assert_eq!(times(id), "1", "{id} was sent again");
    }
    let all = before + acknowledged.len() + open.len();
    let numbers = portal.look(&format!(
        "SELECT count(*) || ' ' || min(seq) || ' ' || max(seq) || ' ' || (SELECT last_seq FROM channels WHERE id = '{channel}') FROM messages WHERE channel_id = '{channel}'"
    ));
    assert_eq!(numbers, format!("{all} 1 {all} {all}"), "numbers without holes");
    let told = portal.look("SELECT count(*) || ' ' || count(DISTINCT payload->'data'->>'message') FROM events WHERE event_type = 'channels.message.created'");
    assert_eq!(told, format!("{0} {0}", all - before), "each is told once");
}
