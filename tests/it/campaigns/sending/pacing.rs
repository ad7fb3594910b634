//! How fast messages leave: limits of administrators, and servers that ask for less.

use chrono::{DateTime, TimeDelta, Utc};
use waymark::domains::campaigns::sending::pacing::{Gate, Limits, Pace, Slower, Urgency};

use super::support::{count, crowd, draft, launch, mail_server, reaches, sending};
use crate::smtp::support::smtp_sink::{Answer, Rule, Who};
use crate::support::eventually::eventually;
use crate::support::fakes::resend::{FakeResend, KEY, error};
use crate::support::fakes::server::Fault;
use crate::support::portal::Portal;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn limits(per_second: Option<u32>) -> Limits {
    Limits {
        per_second,
        ..Limits::default()
    }
}

fn slower(domain: &str, rest: i64) -> Slower {
    Slower {
        domain: domain.to_owned(),
        rest: TimeDelta::seconds(rest),
        said: "451 4.7.1 Slow down".to_owned(),
    }
}

/// What is kept of one domain after a gate was open.
fn kept(known: Vec<Pace>, asks: &[Slower], limits: &Limits, now: DateTime<Utc>) -> Option<Pace> {
    let gate = Gate::open((limits, Urgency::Bulk), known, asks, now);
    gate.close().0.into_iter().next()
}

#[test]
fn a_limit_lets_as_many_through_as_the_time_brings_and_no_more() {
    let (limits, mut known, mut through) = (limits(Some(50)), Vec::new(), 0);
    for step in 0..100 {
        let now = at(0) + TimeDelta::milliseconds(step * 100);
        let mut gate = Gate::open((&limits, Urgency::Bulk), known, &[], now);
        let (granted, wait) = gate.grant(1_000);
        assert_eq!(granted == 0, wait.is_some());
        through += granted;
        // What was granted and taken is told by what is sorted; here nothing is, so it is taken off by hand.
        assert!(gate.sort(Vec::new()).later.is_empty());
        known = gate.close().0;
        for pace in &mut known {
            pace.tokens -= f64::from(u32::try_from(granted).unwrap());
        }
    }
    // Ten seconds at fifty a second, and the one that goes at once.
    assert!((480..=511).contains(&through), "{through}");
}

#[test]
fn whoever_asks_for_less_gets_half_each_time_and_one_a_second_back_each_minute() {
    let none = limits(None);
    let ask = [slower("busy.example", 0)];
    let first = kept(Vec::new(), &ask, &none, at(0)).unwrap();
    assert_eq!(first.rate(None, at(0)), Some(10.0));
    let together = kept(vec![first.clone()], &ask, &none, at(3)).unwrap();
    assert_eq!(
        together.slowed, first.slowed,
        "what is asked together is one request"
    );
    let again = kept(vec![first.clone()], &ask, &none, at(60)).unwrap();
    assert_eq!(again.rate(None, at(60)), Some(5.5), "half of eleven");
    let mut low = again;
    for round in 2..20 {
        low = kept(vec![low], &ask, &none, at(round * 60)).unwrap();
        assert!(low.rate(None, at(round * 60)).unwrap() >= 0.2);
    }
    assert_eq!(
        kept(vec![first], &[], &none, at(7_300)),
        None,
        "it is forgotten after two hours"
    );
}

#[test]
fn who_is_to_be_left_alone_gets_nothing_until_then_and_what_is_awaited_goes_in_advance() {
    let none = limits(None);
    let gate = Gate::open((&none, Urgency::Awaited), Vec::new(), &[slower("", 30)], at(0));
    let (granted, wait) = gate.grant(5);
    assert_eq!((granted, wait), (0, Some(TimeDelta::seconds(30))));
    let known = gate.close().0;
    let gate = Gate::open((&none, Urgency::Bulk), known.clone(), &[], at(31));
    assert!(gate.grant(5_000).0 < 5, "it begins slowly");
    let gate = Gate::open((&none, Urgency::Awaited), known, &[], at(31));
    assert_eq!(gate.grant(5).0, 5, "somebody waits for these");
}

/// Lets some time pass again and again until everything has left.
async fn passes_until_sent(portal: &Portal, time: TimeDelta) {
    eventually("everything to have left", async || {
        portal.pass(time);
        (portal.look("SELECT state::text FROM campaigns") == "sent").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_spent_quota_lets_the_next_provider_carry_instead_of_waiting_for_tomorrow() {
    let portal = sending().await;
    let resend = FakeResend::start().await;
    for _ in 0..300 {
        let spent = error(429, "daily_quota_exceeded", "You have reached your daily quota.");
        resend.next(Fault::Answer(spent));
    }
    let (comms, admin) = (portal.person("comms").await, portal.person("admin").await);
    let page = admin.get("/providers/new?kind=resend").await.expect_ok();
    page.form("form[action='/providers']")
        .set("secret", KEY)
        .set("from_address", "news@example.org")
        .submit(&admin)
        .await
        .expect_see_other("/providers/");
    let sink = mail_server(&portal, |_| ()).await;
    portal.force(&format!(
        "UPDATE message_providers SET settings = settings || '{{\"base\": \"{}\"}}' WHERE kind = 'resend'; \
         UPDATE message_providers SET rank = 1 WHERE kind = 'smtp'",
        resend.base()
    ));
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    assert!(!resend.requests().is_empty(), "the first was asked");
    assert_eq!(sink.received().len(), 9, "the second carried all of it");
    assert_eq!(count(&portal, &path, "accepted"), 9);
    assert_eq!(
        portal.look("SELECT count(*)::text FROM sending_paces WHERE domain = ''"),
        "0",
        "a spent quota is no pace"
    );
}

#[tokio::test]
async fn a_domain_that_asks_for_less_is_slowed_down_and_holds_up_nobody_else() {
    let portal = sending().await;
    crowd(&portal, 60);
    portal.force(
        "UPDATE members SET email = replace(email, '@crowd.example', '@quick.example') WHERE handle LIKE 'person-%' AND right(handle, 1) < '5'",
    );
    let busy = |answer: &str| Rule {
        who: Who::Domain("crowd.example".to_owned()),
        answer: Answer::Path(answer.to_owned()),
    };
    let sink = mail_server(&portal, |options| {
        options
            .rules
            .insert(0, busy("451 4.7.1 Too many messages, slow down"))
    })
    .await;
    let (comms, admin) = (portal.person("comms").await, portal.person("admin").await);
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    eventually("everybody else to have it", async || {
        let quick = "SELECT count(*)::text FROM deliveries d JOIN members m ON m.id = d.member_id JOIN delivery_events e ON e.delivery_id = d.id \
             WHERE m.email LIKE '%@quick.example' AND e.kind = 'accepted'";
        (portal.look(quick) == portal.look("SELECT count(*)::text FROM members WHERE email LIKE '%@quick.example'")).then_some(())
    })
    .await;
    eventually("the domain to be slowed down", async || {
        (portal.look("SELECT string_agg(domain, ',') FROM sending_paces") == "crowd.example").then_some(())
    })
    .await;
    let provider = portal.look("SELECT id::text FROM message_providers");
    let page = admin.get(&format!("/providers/{provider}")).await.expect_ok();
    page.expect_text("Asked to go slower");
    page.expect_text("Too many messages, slow down");
    let asked = count(&portal, &path, "deferred");
    assert!(asked <= 20, "not everybody of the domain was tried: {asked}");

    sink.change(|options| drop(options.rules.remove(0)));
    passes_until_sent(&portal, TimeDelta::minutes(1)).await;
    assert_eq!(count(&portal, &path, "accepted"), 69);
    assert_eq!(
        portal.look("SELECT count(*)::text FROM (SELECT delivery_id FROM delivery_events WHERE kind = 'accepted' GROUP BY 1 HAVING count(*) > 1) twice"),
        "0"
    );
}

#[tokio::test]
async fn limits_of_domains_are_typed_a_line_each_and_kept() {
    let portal = sending().await;
    crowd(&portal, 12);
    let _sink = mail_server(&portal, |_| ()).await;
    let (comms, admin) = (portal.person("comms").await, portal.person("admin").await);
    let provider = format!(
        "/providers/{}",
        portal.look("SELECT id::text FROM message_providers")
    );
    let typed = |lines: &'static str| {
        let (admin, provider) = (admin.clone(), provider.clone());
        async move {
            let page = admin.get(&provider).await.expect_ok();
            let form = page.form(&format!("form[action='{provider}']"));
            form.set("domains", lines).submit(&admin).await
        }
    };
    let refused = typed("crowd.example 4\nnonsense").await.expect_status(422);
    refused.expect_field_error("domains");
    let form = refused.form(&format!("form[action='{provider}']"));
    assert_eq!(form.value("domains"), Some("crowd.example 4\nnonsense"));
    typed("crowd.example = 4\nQuick.example: 20")
        .await
        .expect_status(303);
    let page = admin.get(&provider).await.expect_ok();
    let form = page.form(&format!("form[action='{provider}']"));
    assert_eq!(form.value("domains"), Some("crowd.example 4\nquick.example 20"));

    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    eventually("those of other domains to be through", async || {
        (count(&portal, &path, "accepted") >= 9).then_some(())
    })
    .await;
    eventually("the rest to have places", async || {
        let places = "SELECT count(DISTINCT due_at)::text FROM send_queue WHERE due_at > now()";
        let left: i64 = portal
            .look("SELECT count(*)::text FROM send_queue")
            .parse()
            .unwrap();
        (left == 0 || portal.look(places) != "0").then_some(())
    })
    .await;
    portal.pass(TimeDelta::minutes(1));
    reaches(&portal, &path, "sent").await;
    assert_eq!(count(&portal, &path, "accepted"), 21);
    assert_eq!(
        count(&portal, &path, "deferred"),
        0,
        "waiting for a place is no attempt"
    );
}
