//! Servers that put off, refuse, hang up and turn away; processes that end.

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use waymark::server::{self, Duty};

use super::support::{count, crowd, draft, id, launch, mail_server, press, reaches, sending, step};
use crate::smtp::support::smtp_sink::{Answer, Cut, Rule, SmtpSink};
use crate::support::eventually::eventually;
use crate::support::portal::Portal;

/// How often each address got the message.
fn times(sink: &SmtpSink) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for one in sink.received() {
        for recipient in one.recipients {
            *times.entry(recipient).or_default() += 1;
        }
    }
    times
}

/// Whoever got it more than once without the log saying that nobody knew, and whoever should have got it and did not.
fn wrong(portal: &Portal, path: &str, sink: &SmtpSink) -> (Vec<String>, Vec<String>) {
    let times = times(sink);
    let doubted = portal.look(&format!(
        "SELECT coalesce(string_agg(DISTINCT m.email, ','), '') FROM delivery_events e JOIN deliveries d ON d.id = e.delivery_id JOIN members m ON m.id = d.member_id \
         WHERE e.kind = 'in_doubt' AND e.campaign_id = '{}'",
        id(path)
    ));
    let doubted: Vec<&str> = doubted.split(',').collect();
    let doubled = times
        .iter()
        .filter(|(address, count)| **count > 1 && !doubted.contains(&address.as_str()))
        .map(|(address, count)| format!("{address} {count}"))
        .collect();
    let wanted = portal.look(&format!(
        "SELECT string_agg(m.email, ',') FROM deliveries d JOIN members m ON m.id = d.member_id WHERE d.campaign_id = '{}'",
        id(path)
    ));
    let lost = wanted
        .split(',')
        .filter(|address| !times.contains_key(*address))
        .map(str::to_owned)
        .collect();
    (doubled, lost)
}

#[tokio::test]
async fn what_is_put_off_comes_later_and_what_is_refused_is_not_tried_again() {
    let portal = sending().await;
    crowd(&portal, 30);
    let sink = mail_server(&portal, |options| {
        options.rules.insert(
            0,
            Rule::for_mailbox("person-3", Answer::Path("450 4.2.1 Try later".to_owned())),
        );
        options.rules.insert(
            0,
            Rule::for_mailbox("person-4", Answer::Path("550 5.1.1 No such user".to_owned())),
        );
        options.rules.insert(
            0,
            Rule::for_mailbox(
                "person-5",
                Answer::Content("554 5.7.1 We do not want this".to_owned()),
            ),
        );
    })
    .await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    eventually("all but one to be through", async || {
        (count(&portal, &path, "accepted") == 27 + 9 && count(&portal, &path, "refused") == 2).then_some(())
    })
    .await;
    assert_eq!(count(&portal, &path, "deferred"), 1);
    let page = comms
        .get(&format!("{path}/people?show=refused"))
        .await
        .expect_ok();
    page.expect_text("No such user");
    page.expect_text("We do not want this");
    // An address that does not exist is not written to again, an unwanted message is no reason for that.
    assert_eq!(
        portal.look("SELECT count(*)::text FROM suppressions WHERE reason = 'bounce'"),
        "1"
    );

    sink.change(|options| {
        options
            .rules
            .retain(|rule| !format!("{rule:?}").contains("person-3\""))
    });
    portal.pass(TimeDelta::minutes(3));
    reaches(&portal, &path, "sent").await;
    assert_eq!(times(&sink).get("person-3@crowd.example"), Some(&1));
    let (doubled, lost) = wrong(&portal, &path, &sink);
    assert!(doubled.is_empty(), "{doubled:?}");
    assert_eq!(lost.len(), 2, "{lost:?}");
}

#[tokio::test]
async fn connections_that_break_anywhere_lose_nothing_and_double_only_what_was_in_doubt() {
    let portal = sending().await;
    crowd(&portal, 150);
    let cuts = [
        Cut::AfterMail,
        Cut::AfterDot,
        Cut::InBody,
        Cut::AfterAcceptance,
        Cut::BeforeData,
    ];
    let sink = mail_server(&portal, |options| {
        options.cuts = (0..40)
            .map(|n| (n * 4 + 3, cuts[usize::try_from(n).unwrap() % cuts.len()]))
            .collect();
    })
    .await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        portal.pass(TimeDelta::minutes(10));
        if portal.look("SELECT state::text FROM campaigns") == "sent" {
            break;
        }
    }
    reaches(&portal, &path, "sent").await;
    let (doubled, lost) = wrong(&portal, &path, &sink);
    assert!(
        doubled.is_empty(),
        "sent twice without a word in the log: {doubled:?}"
    );
    assert!(lost.is_empty(), "never sent: {lost:?}");
    assert!(
        count(&portal, &path, "in_doubt") > 0,
        "nothing was in doubt: the test says nothing"
    );
}

#[tokio::test]
async fn two_processes_share_a_campaign_and_one_that_stops_loses_nothing() {
    let portal = sending().await;
    crowd(&portal, 600);
    let sink = mail_server(&portal, |options| options.round_trip = Duration::from_millis(10)).await;
    let second = server::start(&portal.app, None, Duty::Work).unwrap();
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    sink.wait_for(150).await;
    second.stop().await;
    reaches(&portal, &path, "sent").await;
    let (doubled, lost) = wrong(&portal, &path, &sink);
    assert!(doubled.is_empty(), "{doubled:?}");
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(
        count(&portal, &path, "in_doubt"),
        0,
        "a process that stops in order leaves no doubt"
    );
    assert_eq!(sink.received().len(), 609);
}

#[tokio::test]
async fn what_a_dead_process_had_in_hand_is_in_doubt_and_goes_as_the_campaign_says() {
    let portal = sending().await;
    crowd(&portal, 20);
    let sink = mail_server(&portal, |_| {}).await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    step(&comms, &path, "schedule", &[("in_doubt", "hold")], "Save")
        .await
        .expect_status(303);
    // Of five deliveries a process that is no more may have sent two; they are taken before anything is sent.
    portal.force(
        "CREATE FUNCTION app.seize() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN \
           IF (SELECT count(*) FROM send_queue WHERE lease_owner IS NOT NULL) < 5 THEN \
             INSERT INTO sending_workers VALUES ('00000000-0000-7000-8000-00000000dead', now() - interval '1 minute') ON CONFLICT DO NOTHING; \
             NEW.lease_owner := '00000000-0000-7000-8000-00000000dead'; NEW.leased_at := now(); NEW.attempt := 1; \
             NEW.may_leave_doubt := (SELECT count(*) FROM send_queue WHERE lease_owner IS NOT NULL) < 2; \
           END IF; RETURN NEW; END $$; \
         CREATE TRIGGER seize BEFORE INSERT ON send_queue FOR EACH ROW EXECUTE FUNCTION app.seize();",
    );
    launch(&comms, &path).await.expect_status(303);
    eventually("what is sure to be through", async || {
        (count(&portal, &path, "accepted") == 29 - 2).then_some(())
    })
    .await;
    assert_eq!(count(&portal, &path, "in_doubt"), 2);
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("Nobody knows whether 2 of the messages left");
    let form = page.form(&format!("form[action='{path}/doubts']"));
    form.press("Send them again")
        .submit(&comms)
        .await
        .expect_status(303);
    reaches(&portal, &path, "sent").await;
    assert_eq!(sink.received().len(), 29);
}

#[tokio::test]
async fn what_a_living_process_no_longer_knows_of_is_taken_back() {
    let portal = sending().await;
    let sink = mail_server(&portal, |_| {}).await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    // Three deliveries are this process's in the queue and on no desk of it: as after a commit that nobody heard of.
    let worker = eventually("the process to show itself", async || {
        let worker = portal.look("SELECT max(id::text) FROM sending_workers");
        (!worker.is_empty()).then_some(worker)
    })
    .await;
    portal.force(&format!(
        "CREATE FUNCTION app.seize() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF (SELECT count(*) FROM send_queue WHERE lease_owner IS NOT NULL) < 3 THEN \
             NEW.lease_owner := '{worker}'; NEW.leased_at := now(); NEW.attempt := 1; NEW.may_leave_doubt := true; \
           END IF; RETURN NEW; END $$; \
         CREATE TRIGGER seize BEFORE INSERT ON send_queue FOR EACH ROW EXECUTE FUNCTION app.seize();"
    ));
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    assert_eq!(sink.received().len(), 9);
    assert_eq!(
        count(&portal, &path, "in_doubt"),
        3,
        "nobody knows whether they had left, and the log says so"
    );
}

#[tokio::test]
async fn a_server_that_turns_us_away_is_stopped_until_an_admin_has_mended_it() {
    let portal = sending().await;
    let sink = mail_server(&portal, |options| {
        options.account = Some(("relay".to_owned(), "right password".to_owned()));
    })
    .await;
    portal.force("UPDATE message_providers SET settings = settings || '{\"user\": \"relay\"}'");
    let (comms, admin) = (portal.person("comms").await, portal.person("admin").await);
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    eventually("the campaign to say why it does not get on", async || {
        let page = comms.get(&path).await.expect_ok();
        page.text().contains("It does not get on").then_some(())
    })
    .await;
    let list = admin.get("/providers").await.expect_ok();
    list.expect_text("Needs you");
    let provider = list.select("a[href^='/providers/0']");
    let provider = provider[0].attr("href").unwrap().to_owned();
    let page = admin.get(&provider).await.expect_ok();
    page.form(&format!("form[action='{provider}']"))
        .set("secret", "right password")
        .submit(&admin)
        .await
        .expect_status(303);
    let checked = press(&admin, &provider, "check").await;
    checked.expect_status(303);
    admin.get(&provider).await.expect_ok().expect_text("lets us in");
    reaches(&portal, &path, "sent").await;
    assert_eq!(sink.received().len(), 9);
    // The password is nowhere to be read.
    let kept = portal.look("SELECT string_agg(to_jsonb(p)::text, '') FROM message_providers p");
    assert!(!kept.contains("right password"));
    let audit = portal.look("SELECT string_agg(to_jsonb(a)::text, '') FROM audit_entries a");
    assert!(!audit.contains("right password"));
}
