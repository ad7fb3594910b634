//! A message that is sent again, from anywhere and in any way, is there once.

use std::sync::Arc;

use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use crate::support::portal::Portal;
use crate::support::writer::Writer;

/// How often each message is sent at the same moment.
const TIMES: usize = 12;

/// How somebody was answered who sent a message.
#[derive(Debug, PartialEq)]
enum Told {
    Page(String),
    Program(Value),
}

async fn as_a_form(writer: Arc<Writer>, path: String, body: String, id: Uuid) -> Told {
    let fields = [("body", body.as_str()), ("client_id", &id.to_string())];
    let answer = writer
        .send(&format!("{path}/messages"), &fields)
        .await
        .expect_see_other(&path);
    Told::Page(answer.header("location").unwrap().to_owned())
}

async fn as_a_program(writer: Arc<Writer>, path: String, body: String, id: Uuid) -> Told {
    Told::Program(writer.say(&path, &body, id).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_sent_many_times_at_once_is_one_message_for_all() {
    let portal = Portal::start().await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let mut places = Vec::new();
    for _ in 0..4 {
        places.push(Arc::new(Writer::of(&portal, "member").await));
    }
    let other = Arc::new(Writer::of(&portal, "steward").await);
    let ids: Vec<Uuid> = (0..6).map(|_| Uuid::now_v7()).collect();

    let mut sending = tokio::task::JoinSet::new();
    for time in 0..TIMES {
        for (number, id) in ids.iter().enumerate() {
            let place = places[(time + number) % places.len()].clone();
            let (path, body, id) = (path.clone(), format!("@steward number {number}"), *id);
            sending.spawn(async move {
                let told = match (time + number) % 2 {
                    0 => as_a_form(place, path, body, id).await,
                    _ => as_a_program(place, path, body, id).await,
                };
                (id, told)
            });
        }
        // Somebody else writes in between, so that a number taken and given back would leave a hole.
        sending.spawn({
            let (other, path) = (other.clone(), path.clone());
            async move {
                let id = Uuid::now_v7();
                (id, as_a_program(other, path, format!("between {time}"), id).await)
            }
        });
    }
    let answers = sending.join_all().await;

    for id in &ids {
        let told: Vec<&Told> = answers
            .iter()
            .filter(|(of, _)| of == id)
            .map(|(_, told)| told)
            .collect();
        let (pages, programs): (Vec<&Told>, Vec<&Told>) =
            told.iter().partition(|told| matches!(told, Told::Page(_)));
        assert_eq!((pages.len(), programs.len()), (TIMES / 2, TIMES / 2));
        assert!(pages.iter().all(|told| *told == pages[0]), "{pages:?}");
        assert!(programs.iter().all(|told| *told == programs[0]), "{programs:?}");
        for (what, count) in [
            (format!("messages WHERE id = '{id}'"), "1"),
            (
                format!(
                    "events WHERE event_type = 'channels.message.created' AND payload->'data'->>'message' = '{id}'"
                ),
                "1",
            ),
            (
                format!(
                    "events WHERE event_type = 'channels.message.mentioned' AND payload->'data'->>'message' = '{id}'"
                ),
                "1",
            ),
            (
                format!("audit_entries WHERE action = 'channels.message.posted' AND subject_id = '{id}'"),
                "1",
            ),
        ] {
            assert_eq!(
                portal.look(&format!("SELECT count(*) FROM {what}")),
                count,
                "{what}"
            );
        }
    }
    let count = ids.len() + TIMES;
    assert_eq!(
        portal.look("SELECT count(*) || ' ' || min(seq) || ' ' || max(seq) FROM messages m JOIN channels c ON c.id = m.channel_id WHERE c.title = 'Night shift'"),
        format!("{count} 1 {count}"),
        "numbers have no holes"
    );
    assert_eq!(
        portal.look("SELECT last_seq FROM channels WHERE title = 'Night shift'"),
        count.to_string()
    );
    let told = other
        .client()
        .api(Method::GET, "/api/messages/unread-count")
        .send()
        .await
        .expect_ok();
    assert_eq!(*told.at("/mentions"), serde_json::json!(ids.len()));
}

#[tokio::test]
async fn an_id_of_another_message_is_refused_and_shows_nothing_of_it() {
    let portal = Portal::start().await;
    let (member, steward) = (
        Writer::of(&portal, "member").await,
        Writer::of(&portal, "steward").await,
    );
    let night = format!("/channels/{}", portal.channel("Night shift"));
    let school = format!("/channels/{}", portal.channel("Steward school"));
    let id = Uuid::now_v7();
    steward.say(&night, "Mine alone", id).await;

    let fields = [("body", "Let me see"), ("client_id", &id.to_string())];
    for (who, path) in [(&member, &night), (&steward, &school)] {
        who.send(&format!("{path}/messages"), &fields)
            .await
            .expect_status(409)
            .expect_text("already used for another message")
            .expect_no_text("Mine alone");
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE body = 'Let me see'"),
        "0"
    );
}
