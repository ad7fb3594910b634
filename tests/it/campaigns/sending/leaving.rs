//! Leaving while a campaign is being sent: nothing enters DATA more than a second after the no was committed.

use std::time::{Duration, SystemTime};

use mail_parser::MessageParser;
use uuid::Uuid;
use waymark::domains::consent::links::{Link, Opens};
use waymark::domains::consent::model::Channel;
use waymark::kernel::ids::MemberId;

use super::support::{count, crowd, draft, launch, mail_server, reaches, sending};
use crate::support::eventually::eventually;
use crate::support::portal::{Portal, keys};

/// Somebody of the crowd, and the link to leave that is in their mail.
fn leaver(portal: &Portal, number: usize) -> (String, String) {
    let id = portal.look(&format!(
        "SELECT id::text FROM members WHERE handle = 'person-{number}'"
    ));
    let link = Link {
        org: portal.organization("local"),
        member: MemberId(Uuid::parse_str(&id).unwrap()),
        opens: Opens::Leaving {
            message: None,
            channel: Channel::Email,
            category: "newsletters".to_owned(),
        },
    };
    (id, link.written(&keys(), chrono::Utc::now()))
}

#[tokio::test]
async fn whoever_leaves_in_whatever_way_gets_nothing_a_second_later() {
    let portal = sending().await;
    crowd(&portal, 900);
    let sink = mail_server(&portal, |options| options.round_trip = Duration::from_millis(25)).await;
    let (comms, privacy) = (portal.person("comms").await, portal.person("privacy").await);
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    sink.wait_for(40).await;

    // By one click of a mail program, on the page of the link, by a list from another system, by what somebody notes for them, by leaving
    // the organization, and by a break: a hundred people, whoever is still to come. (By the word STOP: where texts are sent.)
    let anyone = portal.anyone();
    let mut left: Vec<(String, SystemTime)> = Vec::new();
    let mut said = |number: usize| left.push((format!("person-{number}@crowd.example"), SystemTime::now()));
    let org = portal.organization("local");
    for number in (801..=896).step_by(6) {
        let (_, link) = leaver(&portal, number);
        anyone
            .post(&format!("/u/{link}"), &[("List-Unsubscribe", "One-Click")])
            .await
            .expect_status(200);
        said(number);
        let (_, link) = leaver(&portal, number + 1);
        let page = anyone.get(&format!("/u/{link}")).await.expect_ok();
        page.form("main form").submit(&anyone).await.expect_ok();
        said(number + 1);
        let address = format!("person-{}@crowd.example", number + 2);
        let page = privacy.get("/suppressions").await.expect_ok();
        page.form("form[method='post'][action='/suppressions']")
            .set("addresses", &address)
            .set("reason", "imported")
            .submit(&privacy)
            .await
            .expect_status(303);
        said(number + 2);
        let (id, _) = leaver(&portal, number + 3);
        let page = privacy.get(&format!("/people/{id}/consent")).await.expect_ok();
        page.form(&format!("form[action='/people/{id}/consent']"))
            .set("action", "withdraw")
            .set("category", "newsletters")
            .set("channel", "email")
            .set("method", "spoken")
            .set("note", "On the phone")
            .submit(&privacy)
            .await
            .expect_status(303);
        said(number + 3);
        portal.force(&format!(
            "UPDATE members SET state = 'left' WHERE org_id = '{org}' AND handle = 'person-{}'",
            number + 4
        ));
        said(number + 4);
        portal.force(&format!(
            "INSERT INTO message_pauses (org_id, member_id, paused_until, changed_at) SELECT '{org}', id, now() + interval '9 days', now() FROM members WHERE handle = 'person-{}'",
            number + 5
        ));
        said(number + 5);
    }
    reaches(&portal, &path, "sent").await;

    let received = sink.received();
    let mut late = Vec::new();
    let mut spared = 0;
    for (address, since) in &left {
        match received.iter().find(|one| one.recipients.contains(address)) {
            None => spared += 1,
            Some(one) => {
                if one.entered_data_at > *since + Duration::from_secs(1) {
                    late.push((address.clone(), one.entered_data_at.duration_since(*since)));
                }
            }
        }
    }
    assert!(
        late.is_empty(),
        "got mail more than a second after their no: {late:?}"
    );
    assert!(spared > 0, "nobody left before their turn: the test says nothing");
    assert_eq!(
        count(&portal, &path, "withheld"),
        spared,
        "the log says why they got nothing"
    );
    let accepted = count(&portal, &path, "accepted");
    assert_eq!(accepted, i64::try_from(received.len()).unwrap());
    assert_eq!(
        accepted + count(&portal, &path, "withheld"),
        count(&portal, &path, "queued")
    );
}

#[tokio::test]
async fn who_leaves_by_a_message_is_counted_beside_it_once() {
    let portal = sending().await;
    let sink = mail_server(&portal, |_| {}).await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    let sent = sink.received();
    let (anyone, mut left) = (portal.anyone(), Vec::new());
    for received in sent.iter().take(2) {
        let mail = MessageParser::default()
            .parse(received.bytes.as_ref().unwrap())
            .unwrap();
        let header = mail.header_raw("List-Unsubscribe").unwrap();
        let link = header.split_once("/u/").unwrap().1;
        left.push(link.split('>').next().unwrap().to_owned());
    }
    // One by a mail program, which says it twice; one on the page.
    for _ in 0..2 {
        anyone
            .post(&format!("/u/{}", left[0]), &[("List-Unsubscribe", "One-Click")])
            .await
            .expect_status(200);
    }
    let page = anyone.get(&format!("/u/{}", left[1])).await.expect_ok();
    page.form("main form").submit(&anyone).await.expect_ok();
    eventually("both to be counted", async || {
        (count(&portal, &path, "unsubscribed") == 2).then_some(())
    })
    .await;
    comms.get(&path).await.expect_ok().expect_text("Unsubscribed");
    let listed = comms
        .get(&format!("{path}/people?show=unsubscribed"))
        .await
        .expect_ok();
    assert_eq!(listed.select("main .rows li").len(), 2);
    assert_eq!(
        portal.look(
            "SELECT count(*)::text FROM consent_evidence WHERE note LIKE 'By the way out in message %'"
        ),
        "2",
        "the proof says by which message"
    );
}
