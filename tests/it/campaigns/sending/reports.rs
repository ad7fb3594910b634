//! Text messages through a provider that speaks Twilio's wire, what it reports, and what people text back.

use std::time::{Duration, SystemTime};

use chrono::TimeDelta;
use url::Url;
use waymark::server::Duty;

use super::support::{count, crowd, launch, reaches, step};
use crate::support::eventually::eventually;
use crate::support::fakes::twilio::{ACCOUNT, AUTH_TOKEN, FakeTwilio, NUMBER};
use crate::support::fakes::webhook::{Webhook, disordered};
use crate::support::portal::{Actor, Portal};

const PUBLIC: &str = "http://portal.example";
pub const PHONE: &str = "+16135550142";

/// An organization that texts: a provider, a template, and one person who agreed.
async fn texting(twilio: &FakeTwilio) -> (Portal, Actor, String) {
    let portal = Portal::with(Duty::Both, |config| config.public_url = PUBLIC.to_owned()).await;
    at_noon(&portal);
    let admin = portal.person("admin").await;
    let page = admin.get("/providers/new?kind=twilio").await.expect_ok();
    let added = page
        .form("form[action='/providers']")
        .set("user", ACCOUNT)
        .set("secret", AUTH_TOKEN)
        .set("from_address", NUMBER)
        .submit(&admin)
        .await
        .expect_see_other("/providers/");
    let provider = added.location().unwrap().path().to_owned();
    admin.get(&provider).await.expect_ok().expect_text("/texts");
    portal.force(&format!(
        "UPDATE message_providers SET settings = settings || '{{\"base\": \"{}\"}}'",
        twilio.base()
    ));
    let comms = reminder(&portal).await;
    let org = portal.organization("local");
    let hook = format!("/hooks/{org}/{}", provider.trim_start_matches("/providers/"));
    (portal, comms, hook)
}

/// Nobody is texted at night: it is the next noon in Ontario.
pub fn at_noon(portal: &Portal) {
    let now = portal.app.clock().now();
    let noon = now.date_naive().and_hms_opt(17, 0, 0).unwrap().and_utc();
    portal.pass(match noon > now {
        true => noon - now,
        false => noon - now + TimeDelta::days(1),
    });
}

/// A template for a text, and one person who agreed to get some; answers who sends it.
pub async fn reminder(portal: &Portal) -> Actor {
    let (comms, member) = (portal.person("comms").await, portal.person("member").await);
    let org = portal.organization("local");
    portal.force(&format!(
        "INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{org}', gen_random_uuid(), '{}', 'phone', '{PHONE}')",
        portal.member("member")
    ));
    let page = member.get("/preferences").await.expect_ok();
    let form = page.form("main form").check_value("on", "sms:alerts");
    form.submit(&member).await.expect_status(303);
    let page = comms.get("/templates/new").await.expect_ok();
    let begun = page
        .form("main form[action='/templates']")
        .set("name", "Reminder")
        .set("starter", "sms")
        .set("purpose", "informational")
        .set("category", "alerts")
        .submit(&comms)
        .await
        .expect_see_other("/templates/");
    let template = begun.location().unwrap().path().to_owned();
    let page = comms.get(&template).await.expect_ok();
    page.form(&format!("form[action='{template}']"))
        .set(
            "source",
            "{{ organization.name }} meets on Thursday at 18:30. Reply STOP to get no more texts.",
        )
        .press("Save a version")
        .submit(&comms)
        .await
        .expect_status(303);
    comms
}

/// Makes the reminder a campaign for everybody who may get it.
pub async fn remind(portal: &Portal, comms: &Actor) -> String {
    let page = comms.get("/campaigns/new").await.expect_ok();
    let form = page
        .form("main form")
        .set("name", "Reminder")
        .set("channel", "sms");
    let begun = form.submit(comms).await.expect_see_other("/campaigns/");
    let path = begun
        .location()
        .unwrap()
        .path()
        .trim_end_matches("/content")
        .to_owned();
    let template = portal.look("SELECT id::text FROM message_templates WHERE name = 'Reminder'");
    step(
        comms,
        &path,
        "content",
        &[("template", &template)],
        "Save and go on",
    )
    .await
    .expect_status(303);
    step(comms, &path, "audience", &[("who", "everyone")], "Save and go on")
        .await
        .expect_status(303);
    path
}

fn at(portal: &Portal, address: &str) -> Url {
    Url::parse(&address.replace(PUBLIC, portal.base())).unwrap()
}

#[tokio::test]
async fn a_text_is_sent_reported_once_and_stopped_by_one_word() {
    let twilio = FakeTwilio::start().await;
    let (portal, comms, hook) = texting(&twilio).await;
    let path = remind(&portal, &comms).await;
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    review.expect_text("1 part for each, 1 in all");
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    let accepted = twilio.accepted();
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].to, PHONE);

    // Reports come twice and the last first; each counts once.
    let story = twilio.story_of(&accepted[0], &["sent", "delivered"], None);
    for report in disordered(&story) {
        let to = at(&portal, accepted[0].status_callback.as_deref().unwrap());
        assert_eq!(report.deliver(&to, 1).await, 204);
    }
    assert_eq!(count(&portal, &path, "delivered"), 1);
    comms
        .get(&path)
        .await
        .expect_ok()
        .expect_text("Reported as delivered");

    // Nobody else can report.
    let forged = Webhook {
        headers: story[0].headers.clone(),
        body: [story[0].body.as_slice(), b"&MessageStatus=failed"].concat(),
    };
    let to = at(&portal, accepted[0].status_callback.as_deref().unwrap());
    assert_eq!(forged.deliver(&to, 1).await, 404);

    // STOP in French, which the provider does not understand by itself; heeded at once, answered once said.
    let texts = format!("{PUBLIC}{hook}/texts");
    let stop = twilio.inbound(&texts, PHONE, "Arrêt");
    assert_eq!(stop.deliver(&at(&portal, &texts), 1).await, 200);
    assert_eq!(stop.deliver(&at(&portal, &texts), 1).await, 200);
    assert_eq!(
        portal.look("SELECT count(*)::text FROM consent_records WHERE action = 'withdraw' AND channel = 'sms' AND category = 'all' AND method = 'sms'"),
        "1"
    );
    let path = remind(&portal, &comms).await;
    let refused = launch(&comms, &path).await;
    refused.expect_status(409).expect_text("Nobody would get it");

    // START brings back what there was, with the word as evidence, and not a yes to everything.
    let start = twilio.inbound(&texts, PHONE, "START");
    assert_eq!(start.deliver(&at(&portal, &texts), 1).await, 200);
    assert_eq!(allowed_texts(&portal), "alerts express");
    assert_eq!(
        portal.look(
            "SELECT r.category || ' ' || r.method || ' ' || e.note FROM consent_records r JOIN consent_evidence e ON e.record_id = r.id WHERE r.action = 'undo'"
        ),
        "all sms START"
    );
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    assert_eq!(twilio.accepted().len(), 2);

    // A number that does not exist is not texted again.
    let accepted = twilio.accepted();
    let story = twilio.story_of(&accepted[1], &["sent", "undelivered"], Some(30_005));
    for report in &story {
        let to = at(&portal, accepted[1].status_callback.as_deref().unwrap());
        assert_eq!(report.deliver(&to, 1).await, 204);
    }
    assert_eq!(
        portal.look("SELECT count(*)::text FROM suppressions WHERE channel = 'sms' AND reason = 'bounce'"),
        "1"
    );
}

/// Kinds of texts that anybody allows, and why.
fn allowed_texts(portal: &Portal) -> String {
    portal.look(
        "SELECT coalesce(string_agg(category || ' ' || basis, ';' ORDER BY category), '') FROM preferences WHERE channel = 'sms' AND is_allowed",
    )
}

#[tokio::test]
async fn who_had_agreed_to_no_texts_agrees_to_none_by_start() {
    let twilio = FakeTwilio::start().await;
    let (portal, comms, hook) = texting(&twilio).await;
    const OTHER: &str = "+16135550177";
    crate::people::phone(&portal, "steward", OTHER);
    let texts = format!("{PUBLIC}{hook}/texts");
    // By themselves, after STOP, and in French, which the portal answers itself.
    for word in ["START", "Arrêt", "Début"] {
        let text = twilio.inbound(&texts, OTHER, word);
        assert_eq!(text.deliver(&at(&portal, &texts), 1).await, 200);
        assert_eq!(allowed_texts(&portal), "alerts express", "{word}");
    }
    assert_eq!(
        portal.look("SELECT string_agg(action::text, ' ' ORDER BY recorded_at, id) FROM consent_records WHERE method = 'sms'"),
        "withdraw undo"
    );
    // A no that was said on another way still counts.
    let path = format!("/people/{}/consent", portal.member("member"));
    let page = comms.get(&path).await.expect_ok();
    page.form(&format!("form[action='{path}']"))
        .set("action", "withdraw")
        .set("category", "alerts")
        .set("channel", "sms")
        .submit(&comms)
        .await
        .expect_status(303);
    for word in ["STOP", "START"] {
        let text = twilio.inbound(&texts, PHONE, word);
        assert_eq!(text.deliver(&at(&portal, &texts), 1).await, 200);
        assert_eq!(allowed_texts(&portal), "", "{word}");
    }
}

#[tokio::test]
async fn what_is_no_keyword_is_kept_for_a_person_to_read() {
    let twilio = FakeTwilio::start().await;
    let (portal, comms, hook) = texting(&twilio).await;
    let texts = format!("{PUBLIC}{hook}/texts");
    for words in [
        "Where is it?",
        "I would rather not hear from you, so do stop writing when it rains",
    ] {
        let text = twilio.inbound(&texts, PHONE, words);
        for _ in 0..2 {
            assert_eq!(text.deliver(&at(&portal, &texts), 1).await, 200);
        }
    }
    for word in ["HELP", "Arrêt"] {
        let text = twilio.inbound(&texts, PHONE, word);
        assert_eq!(text.deliver(&at(&portal, &texts), 1).await, 200);
    }
    let path = format!("/people/{}", portal.member("member"));
    let page = comms.get(&format!("{path}/messages")).await.expect_ok();
    let page = page.click(&comms, "Texts from them").await.expect_ok();
    page.expect_text("Where is it?").expect_text(PHONE);
    assert_eq!(page.select("main .row").len(), 2);
    let other = format!("/people/{}/texts", portal.member("steward"));
    comms.get(&other).await.expect_ok().expect_text("Nothing yet");
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&format!("{path}/texts")).await.expect_status(404);
    let member = portal.person("member").await;
    member.get(&format!("{path}/texts")).await.expect_status(403);
}

/// Somebody of the crowd has this number.
fn number_of(n: usize) -> String {
    format!("+1613555{n:04}")
}

#[tokio::test]
async fn whoever_texts_stop_while_texts_leave_gets_none_a_second_later() {
    let twilio = FakeTwilio::start().await;
    let (portal, comms, hook) = texting(&twilio).await;
    crowd(&portal, 60);
    let org = portal.organization("local");
    portal.force(&format!(
        "UPDATE message_providers SET per_second = 15; \
         INSERT INTO contact_points (org_id, id, member_id, kind, value) SELECT '{org}', gen_random_uuid(), id, 'phone', '+1613555' || lpad(substr(handle, 8), 4, '0') \
           FROM members WHERE handle LIKE 'person-%'; \
         INSERT INTO consent_records (org_id, id, member_id, channel, category, action, basis, method, effective_at, recorded_at, evidence_hash) \
           SELECT '{org}', gen_random_uuid(), id, 'sms', 'alerts', 'grant', 'express', 'form', now(), now(), '\\x00' FROM members WHERE handle LIKE 'person-%'; \
         INSERT INTO preferences (org_id, member_id, channel, category, is_allowed, basis, decided_at, record_id) \
           SELECT org_id, member_id, channel, category, true, basis, recorded_at, id FROM consent_records \
           WHERE method = 'form' AND member_id IN (SELECT id FROM members WHERE handle LIKE 'person-%')"
    ));
    let path = remind(&portal, &comms).await;
    launch(&comms, &path).await.expect_status(303);
    eventually("the first texts to leave", async || {
        (twilio.accepted().len() > 4).then_some(())
    })
    .await;
    let texts = format!("{PUBLIC}{hook}/texts");
    let mut left = Vec::new();
    for number in (1..=60).step_by(3).map(number_of) {
        // In French, which this provider does not heed by itself.
        let stop = twilio.inbound(&texts, &number, "Arrêt");
        assert_eq!(stop.deliver(&at(&portal, &texts), 1).await, 200);
        left.push((number, SystemTime::now()));
    }
    reaches(&portal, &path, "sent").await;

    let accepted = twilio.accepted();
    let to = |number: &str| accepted.iter().find(|one| one.to == number);
    let late: Vec<_> = left
        .iter()
        .filter(|(number, since)| to(number).is_some_and(|one| one.at > *since + Duration::from_secs(1)))
        .collect();
    assert!(late.is_empty(), "texted more than a second after STOP: {late:?}");
    let spared = left.iter().filter(|(number, _)| to(number).is_none()).count();
    assert!(
        spared > 0,
        "nobody stopped before their turn: the test says nothing"
    );
    assert_eq!(
        count(&portal, &path, "withheld"),
        i64::try_from(spared).unwrap(),
        "the log says why they got nothing"
    );
    assert_eq!(accepted.len() + spared, 61);
}
