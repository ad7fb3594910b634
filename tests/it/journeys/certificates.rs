//! Certificates: given once, checked by anybody, taken back for everybody to see.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{TimeDelta, Utc};
use flate2::read::GzDecoder;
use proptest::prelude::*;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;
use std::io::Read as _;
use uuid::Uuid;
use waymark::domains::journeys::certificates::model::{Certificate, Token};
use waymark::domains::journeys::certificates::paper;
use waymark::kernel::ids::{CertificateId, CertificateKeyId, EnrolmentId, Id as _, JourneyId, OrgId};
use waymark::platform::mail::mime;

use super::learning::written::{Written, enrol, journey, text, told};
use crate::people::post;
use crate::support::client::Client;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

fn one_lesson(portal: &Portal) -> Written {
    journey(portal, false, &[("One", false, vec![text("Listening")])])
}

async fn turn_on(coach: &Actor, journey: &Written, months: &str) {
    let path = format!("/journeys/{}/award", journey.id);
    let page = coach.get(&path).await.expect_ok();
    page.form("main form[method=post]")
        .set("title", "Certificate of listening")
        .set("criteria", "Listened to three people.")
        .set("signatory", "Rosa Delgado, head of training")
        .set("months", months)
        .submit(coach)
        .await
        .expect_see_other("/journeys/");
}

async fn finish(learner: &Actor, enrolment: &str, journey: &Written) {
    let lesson = format!("/learn/{enrolment}/lessons/{}", journey.key("Listening"));
    learner
        .get(&lesson)
        .await
        .expect_ok()
        .form("form[action$='/completion']")
        .submit(learner)
        .await
        .expect_see_other("/learn/");
}

fn count(portal: &Portal) -> String {
    portal.look("SELECT count(*) FROM journey_certificates")
}

/// The public address of the newest certificate, as its holder is shown it.
async fn public(learner: &Actor, enrolment: &str) -> String {
    let page = learner
        .get(&format!("/learn/{enrolment}/certificate"))
        .await
        .expect_ok();
    let address = page
        .one(".certificate-address a")
        .attr("href")
        .unwrap()
        .to_owned();
    let at = address.find("/certificates/").unwrap();
    address[at..].to_owned()
}

async fn document(client: &Client, address: &str) -> (Page, String) {
    let at = address.find("/certificates/").unwrap();
    let page = client.get(&address[at..]).await.expect_ok();
    let text = String::from_utf8(client.download(&address[at..]).await).unwrap();
    (page, text)
}

async fn json(client: &Client, address: &str) -> Value {
    serde_json::from_str(&document(client, address).await.1).unwrap()
}

/// What a token says, when the key that it names signed it: checked with another library than the one that signs.
async fn verified(client: &Client, token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let header: Value = serde_json::from_slice(&decoded(parts[0])).unwrap();
    let key = json(client, header["kid"].as_str().unwrap()).await;
    assert_eq!((&key["kty"], &key["crv"]), (&"EC".into(), &"P-256".into()));
    assert_eq!(key["kid"], header["kid"]);
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        point.extend(decoded(key[coordinate].as_str().unwrap()));
    }
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    let said = format!("{}.{}", parts[0], parts[1]);
    public.verify(said.as_bytes(), &decoded(parts[2])).unwrap();
    let forged = format!("{}.{}x", parts[0], parts[1]);
    assert!(public.verify(forged.as_bytes(), &decoded(parts[2])).is_err());
    (header, serde_json::from_slice(&decoded(parts[1])).unwrap())
}

/// Whether the list that a credential names says that it was revoked.
async fn is_revoked(client: &Client, credential: &Value) -> bool {
    let status = &credential["credentialStatus"];
    let (_, token) = document(client, status["statusListCredential"].as_str().unwrap()).await;
    let (header, list) = verified(client, &token).await;
    assert_eq!(header["typ"], "vc+jwt");
    assert_eq!(list["id"], status["statusListCredential"]);
    assert_eq!(list["issuer"], credential["issuer"]["id"]);
    let encoded = list["credentialSubject"]["encodedList"].as_str().unwrap();
    let packed = URL_SAFE_NO_PAD
        .decode(encoded.strip_prefix('u').unwrap())
        .unwrap();
    let mut bits = Vec::new();
    GzDecoder::new(packed.as_slice()).read_to_end(&mut bits).unwrap();
    assert_eq!(bits.len(), 16_384);
    let place: usize = status["statusListIndex"].as_str().unwrap().parse().unwrap();
    bits[place / 8] & (0b1000_0000 >> (place % 8)) != 0
}

#[tokio::test]
async fn who_finishes_is_given_one_certificate_however_often_it_is_told() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    turn_on(&coach, &steps, "").await;
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    member
        .get(&format!("/learn/{id}/certificate"))
        .await
        .expect_status(404);
    finish(&member, &id, &steps).await;
    member
        .get(&format!("/learn/{id}"))
        .await
        .expect_ok()
        .expect_text("Certificate of listening");
    member
        .get(&format!("/learn/{id}/certificate"))
        .await
        .expect_ok()
        .expect_text("It is being written");
    portal.settle().await;
    assert_eq!(count(&portal), "1");

    // The bus tells everything at least once.
    portal.force("UPDATE event_deliveries SET state = 'pending', finished_at = NULL WHERE subscriber = 'journeys.issue_certificates'");
    portal.settle().await;
    assert_eq!(count(&portal), "1");
    assert_eq!(told(&portal, "certificate.issued"), "1");

    let page = member.get(&format!("/learn/{id}/certificate")).await.expect_ok();
    page.expect_text("Tom Reyes")
        .expect_text("Certificate of listening")
        .expect_text("Listened to three people.")
        .expect_text("Rosa Delgado, head of training")
        .expect_no_text("Valid until");
    let pdf = member.download(&format!("/learn/{id}/certificate.pdf")).await;
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 8_000 && pdf.len() < 120_000);
    // Nobody else's.
    for path in ["certificate", "certificate.pdf"] {
        coach.get(&format!("/learn/{id}/{path}")).await.expect_status(404);
    }
}

#[tokio::test]
async fn a_journey_gives_what_coaches_say_and_nothing_before() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    finish(&member, &id, &steps).await;
    portal.settle().await;
    assert_eq!(count(&portal), "0");
    member
        .get(&format!("/learn/{id}"))
        .await
        .expect_ok()
        .expect_no_text("Your certificate");

    turn_on(&coach, &steps, "12").await;
    let list = format!("/journeys/{}/certificates", steps.id);
    let page = coach.get(&list).await.expect_ok();
    page.expect_text("Some finished before there were certificates");
    page.form(&format!("main form[action='{list}']"))
        .submit(&coach)
        .await
        .expect_see_other(&list);
    assert_eq!(count(&portal), "1");
    let page = coach.get(&list).await.expect_ok();
    page.expect_text("Tom Reyes")
        .expect_no_text("Some finished before");
    member
        .get(&format!("/learn/{id}/certificate"))
        .await
        .expect_ok()
        .expect_text("Valid until");
    let settings = format!("/journeys/{}/award", steps.id);
    let page = coach.get(&settings).await.expect_ok();
    assert_eq!(page.form("main form[method=post]").value("months"), Some("12"));
}

#[tokio::test]
async fn a_bad_form_keeps_what_was_typed() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let coach = portal.person("coach").await;
    let settings = format!("/journeys/{}/award", steps.id);
    let page = post(
        &coach,
        &settings,
        &[("title", ""), ("criteria", "Listened."), ("months", "soon")],
    )
    .await
    .expect_status(422);
    page.expect_field_error("title").expect_field_error("months");
    assert_eq!(page.one("#criteria").text.trim(), "Listened.");
    assert_eq!(page.form("main form[method=post]").value("months"), Some("soon"));
}

#[tokio::test]
async fn only_coaches_and_admins_decide_and_other_organizations_find_nothing() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    turn_on(&coach, &steps, "").await;
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    finish(&member, &id, &steps).await;
    portal.settle().await;
    portal.force("UPDATE journeys SET team_id = (SELECT id FROM contexts WHERE name = 'Depot north')");
    let certificate = portal.look("SELECT id FROM journey_certificates");
    let one = format!("/journeys/{}/certificates/{certificate}", steps.id);
    for (key, status) in [("member", 403), ("sponsor", 403), ("comms", 403)] {
        let who = portal.person(key).await;
        for path in [
            format!("/journeys/{}/award", steps.id),
            format!("/journeys/{}/certificates", steps.id),
            format!("{one}/revocation"),
        ] {
            who.get(&path).await.expect_status(status);
        }
        post(&who, &format!("{one}/revocation"), &[("reason", "x")])
            .await
            .expect_status(status);
        post(&who, &format!("{one}/reissue"), &[])
            .await
            .expect_status(status);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger
        .get(&format!("{one}/revocation"))
        .await
        .expect_status(404);
    post(&stranger, &format!("{one}/revocation"), &[("reason", "x")])
        .await
        .expect_status(404);
    assert_eq!(
        portal.look("SELECT count(*) FROM journey_certificates WHERE revoked_at IS NOT NULL"),
        "0"
    );
}

#[tokio::test]
async fn anybody_can_ask_and_is_told_what_stands_on_it_and_nothing_else() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    turn_on(&coach, &steps, "1").await;
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    finish(&member, &id, &steps).await;
    portal.settle().await;
    let address = public(&member, &id).await;

    let anyone = portal.anyone();
    let page = anyone.get(&address).await.expect_ok();
    page.expect_text("This certificate is valid")
        .expect_text("Tom Reyes")
        .expect_text("Certificate of listening");
    assert_eq!(page.header("x-robots-tag"), Some("noindex"));
    for secret in ["@member", "member@", &portal.member("member").to_string(), &id] {
        assert!(!page.html.contains(secret), "{secret}");
    }
    // What the paper says does not follow the record.
    portal.force("UPDATE members SET display_name = 'Somebody Else' WHERE handle = 'member'; UPDATE journey_awards SET title = 'Other'");
    anyone
        .get(&address)
        .await
        .expect_ok()
        .expect_text("Tom Reyes")
        .expect_no_text("Other");

    portal.pass(TimeDelta::days(40));
    anyone
        .get(&address)
        .await
        .expect_ok()
        .expect_text("This certificate expired on");

    let unknown = Token {
        org: portal.organization("local"),
        certificate: Uuid::new_v4(),
    };
    for wrong in [unknown.to_string(), "x".to_owned(), "A".repeat(43)] {
        anyone
            .get(&format!("/certificates/{wrong}"))
            .await
            .expect_status(404)
            .expect_text("No such certificate");
        anyone
            .get(&format!("/certificates/{wrong}/credential.jwt"))
            .await
            .expect_status(404);
    }
    // An organization that never issued anything is no issuer.
    let other = portal.organization("neighbour");
    anyone
        .get(&format!("/certificates/issuers/{other}"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn the_badge_is_signed_and_says_what_open_badges_ask_for() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    turn_on(&coach, &steps, "12").await;
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    finish(&member, &id, &steps).await;
    portal.settle().await;
    let address = public(&member, &id).await;

    let anyone = portal.anyone();
    let (answer, token) = document(&anyone, &format!("{address}/credential.jwt")).await;
    assert_eq!(answer.header("content-type"), Some("application/vc+jwt"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let (header, badge) = verified(&anyone, &token).await;
    assert_eq!((&header["alg"], &header["typ"]), (&"ES256".into(), &"JWT".into()));
    assert_eq!(
        document(&anyone, &format!("{address}/credential.jwt")).await.1,
        token
    );
    assert_eq!(json(&anyone, &format!("{address}/credential.json")).await, badge);

    // AchievementCredential of Open Badges 3.0, B.1; the required members.
    assert_eq!(badge["@context"][0], "https://www.w3.org/ns/credentials/v2");
    assert_eq!(
        badge["@context"][1],
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
    );
    assert_eq!(
        badge["type"],
        serde_json::json!(["VerifiableCredential", "OpenBadgeCredential"])
    );
    for (pointer, kind) in [
        ("/id", "url"),
        ("/name", "text"),
        ("/validFrom", "moment"),
        ("/validUntil", "moment"),
        ("/issuer/id", "url"),
        ("/issuer/type/0", "text"),
        ("/issuer/name", "text"),
        ("/credentialSubject/id", "text"),
        ("/credentialSubject/type/0", "text"),
        ("/credentialSubject/achievement/id", "url"),
        ("/credentialSubject/achievement/type/0", "text"),
        ("/credentialSubject/achievement/name", "text"),
        ("/credentialSubject/achievement/description", "text"),
        ("/credentialSubject/achievement/criteria/narrative", "text"),
        ("/credentialStatus/id", "url"),
        ("/credentialStatus/type", "text"),
    ] {
        let value = badge.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let is_right = match kind {
            "url" => url::Url::parse(value).is_ok(),
            "moment" => chrono::DateTime::parse_from_rfc3339(value).is_ok(),
            _ => !value.is_empty(),
        };
        assert!(is_right, "{pointer}: {value}");
    }
    let holder = &badge["credentialSubject"]["identifier"][0];
    assert_eq!(holder["type"], "IdentityObject");
    assert_eq!(holder["identityHash"], "Tom Reyes");
    // The claims of a token repeat it (8.2.4).
    assert_eq!(badge["iss"], badge["issuer"]["id"]);
    assert_eq!(badge["jti"], badge["id"]);
    assert_eq!(badge["sub"], badge["credentialSubject"]["id"]);
    assert!(badge["nbf"].as_i64() < badge["exp"].as_i64());

    // Everything it names is there.
    let issuer = json(&anyone, badge["issuer"]["id"].as_str().unwrap()).await;
    assert_eq!(issuer["name"], badge["issuer"]["name"]);
    let keys = json(
        &anyone,
        &format!("{}/keys", badge["issuer"]["id"].as_str().unwrap()),
    )
    .await;
    assert_eq!(keys["keys"][0]["kid"], header["kid"]);
    assert!(keys["keys"][0].get("d").is_none());
    let achievement = json(
        &anyone,
        badge["credentialSubject"]["achievement"]["id"].as_str().unwrap(),
    )
    .await;
    assert_eq!(achievement["name"], "Certificate of listening");
    assert!(!is_revoked(&anyone, &badge).await);
    let (_, page) = document(&anyone, badge["id"].as_str().unwrap()).await;
    assert!(page.contains("This certificate is valid"));
    // The private half is kept sealed.
    let sealed = portal.look("SELECT octet_length(sealed) FROM certificate_keys");
    assert_eq!(sealed, "60");
}

#[tokio::test]
async fn what_is_taken_back_says_so_everywhere_and_can_be_issued_again() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    turn_on(&coach, &steps, "").await;
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    finish(&member, &id, &steps).await;
    portal.settle().await;
    let address = public(&member, &id).await;
    let anyone = portal.anyone();
    let badge = json(&anyone, &format!("{address}/credential.json")).await;
    let certificate = portal.look("SELECT id FROM journey_certificates");
    let list = format!("/journeys/{}/certificates", steps.id);
    let revocation = format!("{list}/{certificate}/revocation");

    post(&coach, &revocation, &[("reason", " ")])
        .await
        .expect_status(422)
        .expect_field_error("reason");
    // One that counts is not issued again.
    post(&coach, &format!("{list}/{certificate}/reissue"), &[])
        .await
        .expect_status(409);
    coach
        .get(&revocation)
        .await
        .expect_ok()
        .form("main form[method=post]")
        .set("reason", "The name was misspelt.")
        .submit(&coach)
        .await
        .expect_see_other(&list);
    post(&coach, &revocation, &[("reason", "Again")])
        .await
        .expect_status(409);
    assert_eq!(told(&portal, "certificate.revoked"), "1");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'journeys.certificate.revoked'"),
        "1"
    );
    anyone
        .get(&address)
        .await
        .expect_ok()
        .expect_text("This certificate was revoked on")
        .expect_no_text("misspelt");
    anyone
        .get(&format!("{address}/credential.jwt"))
        .await
        .expect_status(410);
    assert!(is_revoked(&anyone, &badge).await);
    member
        .get(&format!("/learn/{id}/certificate"))
        .await
        .expect_ok()
        .expect_text("The name was misspelt.");
    member
        .get(&format!("/learn/{id}/certificate.pdf"))
        .await
        .expect_status(404);
    // What was told late does not bring it back.
    portal.force("UPDATE event_deliveries SET state = 'pending', finished_at = NULL WHERE subscriber = 'journeys.issue_certificates'");
    portal.settle().await;
    assert_eq!(count(&portal), "1");

    portal.force("UPDATE members SET display_name = 'Thomas Reyes' WHERE handle = 'member'");
    let page = coach.get(&list).await.expect_ok();
    page.form("main form[action$='/reissue']")
        .submit(&coach)
        .await
        .expect_see_other(&list);
    assert_eq!(count(&portal), "2");
    let again = public(&member, &id).await;
    assert_ne!(again, address);
    anyone
        .get(&again)
        .await
        .expect_ok()
        .expect_text("This certificate is valid")
        .expect_text("Thomas Reyes");
    let badge = json(&anyone, &format!("{again}/credential.json")).await;
    assert!(!is_revoked(&anyone, &badge).await);
    portal.force(
        "DO $$ BEGIN UPDATE journey_certificates SET name = 'Forged' WHERE revoked_at IS NULL; RAISE 'changed'; \
         EXCEPTION WHEN restrict_violation THEN NULL; END $$",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_person_their_certificate_goes_and_its_address_was_never_given_out() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, other) = (portal.person("coach").await, portal.person("other").await);
    turn_on(&coach, &steps, "").await;
    let id = enrol(&portal, &coach, &steps, &["other"]).await;
    finish(&other, &id, &steps).await;
    portal.settle().await;
    let address = public(&other, &id).await;
    let anyone = portal.anyone();
    let before = anyone.get(&address).await.expect_ok();
    before.expect_text("This certificate is valid");
    let privacy = portal.person("privacy").await;
    let name = portal.look("SELECT display_name FROM members WHERE handle = 'other'");
    privacy
        .get(&format!("/privacy/people/{}/erasure", portal.member("other")))
        .await
        .expect_ok()
        .form("main form")
        .set("name", &name)
        .submit(&privacy)
        .await
        .expect_status(303);
    portal.settle().await;
    assert_eq!(count(&portal), "0");
    anyone
        .get(&address)
        .await
        .expect_status(404)
        .expect_text("No such certificate")
        .expect_no_text(&name);
}

/// One who finished and was given a certificate: their enrolment, and its public address.
async fn given(portal: &Portal, steps: &Written, coach: &Actor) -> (String, String) {
    let member = portal.person("member").await;
    turn_on(coach, steps, "").await;
    let id = enrol(portal, coach, steps, &["member"]).await;
    finish(&member, &id, steps).await;
    portal.settle().await;
    let address = public(&member, &id).await;
    (id, address)
}

#[tokio::test]
async fn the_learner_is_told_in_their_language_unless_they_saw_it_or_want_no_mail() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, member, other, steward) = (
        portal.person("coach").await,
        portal.person("member").await,
        portal.person("other").await,
        portal.person("steward").await,
    );
    portal.force("UPDATE members SET locale = 'fr' WHERE handle = 'other'");
    turn_on(&coach, &steps, "").await;
    let mut ids = Vec::new();
    for (person, handle) in [(&member, "member"), (&other, "other"), (&steward, "steward")] {
        let id = enrol(&portal, &coach, &steps, &[handle]).await;
        finish(person, &id, &steps).await;
        ids.push(id);
    }
    portal.settle().await;
    let page = member.get("/inbox/notifications").await.expect_ok();
    page.expect_text("Your certificate: Certificate of listening")
        .expect_element(&format!("a[href='/learn/{}/certificate']", ids[0]));
    assert_eq!(
        portal.look("SELECT count(*) FROM notifications WHERE kind = 'certificate'"),
        "3"
    );
    // Whoever sees it in time gets no mail.
    steward
        .get(&format!("/learn/{}/certificate", ids[2]))
        .await
        .expect_ok();
    portal.pass(TimeDelta::minutes(12));
    portal.settle().await;
    assert_eq!(
        portal.look("SELECT string_agg(m.handle || ' ' || n.reason, ',' ORDER BY m.handle) FROM notifications n JOIN members m ON m.id = n.member_id WHERE n.kind = 'certificate' AND n.member_id = (SELECT id FROM members WHERE handle = 'steward' AND org_id = n.org_id)"),
        "steward read"
    );
    let state = |handle: &str| {
        portal.look(&format!(
            "SELECT n.state || ' ' || n.reason FROM notifications n JOIN members m ON m.id = n.member_id WHERE n.kind = 'certificate' AND m.handle = '{handle}'"
        ))
    };
    assert_eq!(state("member"), "told ");
    assert_eq!(state("other"), "told ");
    let letter = portal.look(
        "SELECT string_agg(encode(mime, 'hex'), '') FROM outbox_mails WHERE recipient = 'other@local.example'",
    );
    let letter = mime::open(&hex::decode(letter).unwrap());
    assert!(
        letter.parts[0]
            .text
            .contains("vous a remis l’attestation « Attestation de réussite »"),
        "{}",
        letter.parts[0].text
    );
    // What was taken back before it was told is not told.
    let certificate = portal.look("SELECT id FROM journey_certificates WHERE name = 'Tom Reyes'");
    post(
        &coach,
        &format!("/journeys/{}/certificates/{certificate}/revocation", steps.id),
        &[("reason", "Misspelt.")],
    )
    .await
    .expect_status(303);
    let page = member.get("/inbox/notifications").await.expect_ok();
    page.expect_no_element(&format!("a[href='/learn/{}/certificate']", ids[0]));
}

#[tokio::test]
async fn who_reads_french_is_certified_in_french_and_the_page_speaks_as_it_is_asked() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let coach = portal.person("coach").await;
    let member = portal.person("member").await;
    portal.force("UPDATE members SET locale = 'fr' WHERE handle = 'member'");
    let settings = format!("/journeys/{}/award", steps.id);
    let page = coach.get(&settings).await.expect_ok();
    let form = page.form("main form[method=post]");
    assert_eq!(form.value("title_fr"), Some("Attestation de réussite"));
    form.set("criteria_fr", "A écouté trois personnes.")
        .submit(&coach)
        .await
        .expect_status(303);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    finish(&member, &id, &steps).await;
    portal.settle().await;
    let address = public(&member, &id).await;
    member
        .get(&format!("/learn/{id}/certificate"))
        .await
        .expect_ok()
        .expect_element(".certificate[lang=fr]")
        .expect_text("a suivi et terminé");
    let pdf = member.download(&format!("/learn/{id}/certificate.pdf")).await;
    assert!(
        String::from_utf8_lossy(&pdf).contains("/Lang (fr)")
            || String::from_utf8_lossy(&pdf).contains("/Lang(fr)")
    );
    let anyone = portal.anyone();
    let badge = json(&anyone, &format!("{address}/credential.json")).await;
    assert_eq!(badge["name"], "Attestation de réussite");
    let achievement = &badge["credentialSubject"]["achievement"];
    assert_eq!(achievement["inLanguage"], "fr");
    assert_eq!(achievement["description"], "A écouté trois personnes.");

    // By the certificate, by the browser, by choice.
    let asked = async |headers: &[(&str, &str)], query: &str| {
        let path = format!("{address}{query}");
        anyone.raw(reqwest::Method::GET, &path, headers, "").await
    };
    let page = asked(&[], "").await.expect_ok();
    page.expect_text("Cette attestation est valable")
        .expect_element("html[lang=fr]")
        .expect_text("Aller au contenu")
        .expect_element("a[hreflang=en]");
    let english = [("Accept-Language", "de-CH,de;q=0.9,en;q=0.8")];
    let page = asked(&english, "").await.expect_ok();
    page.expect_text("This certificate is valid");
    asked(&english, "?lang=fr")
        .await
        .expect_ok()
        .expect_text("Cette attestation est valable")
        .expect_text("Attestation de réussite");
}

#[test]
fn every_english_word_of_certificates_has_a_french_one() {
    let ids = |text: &str| -> Vec<String> {
        let defined = text.lines().filter(|line| !line.starts_with(['#', ' ']));
        defined
            .filter_map(|line| line.split_once(" = "))
            .map(|(id, _)| id.to_owned())
            .collect()
    };
    let english = ids(include_str!("../../../locales/en/certificates.ftl"));
    assert_eq!(english, ids(include_str!("../../../locales/fr/certificates.ftl")));
    assert!(english.len() > 20);
}

#[tokio::test]
async fn a_new_key_signs_from_then_on_and_what_was_signed_before_is_still_checked() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, admin, other) = (
        portal.person("coach").await,
        portal.person("admin").await,
        portal.person("other").await,
    );
    let (_, address) = given(&portal, &steps, &coach).await;
    let anyone = portal.anyone();
    let token = document(&anyone, &format!("{address}/credential.jwt")).await.1;
    let (first, badge) = verified(&anyone, &token).await;

    let page = admin.get("/admin/signing-keys").await.expect_ok();
    page.expect_text("1 certificate");
    page.form("form[action='/admin/signing-keys']")
        .submit(&admin)
        .await
        .expect_see_other("/admin/signing-keys");
    let theirs = enrol(&portal, &coach, &steps, &["other"]).await;
    finish(&other, &theirs, &steps).await;
    portal.settle().await;
    let next = public(&other, &theirs).await;
    let (second, later) = verified(
        &anyone,
        &document(&anyone, &format!("{next}/credential.jwt")).await.1,
    )
    .await;
    assert_ne!(first["kid"], second["kid"]);
    // The same token as before, checked by the key it names, which is still published.
    assert_eq!(
        document(&anyone, &format!("{address}/credential.jwt")).await.1,
        token
    );
    verified(&anyone, &token).await;
    let keys = format!("{}/keys", badge["issuer"]["id"].as_str().unwrap());
    let published = json(&anyone, &keys).await;
    let kids: Vec<&Value> = published["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["kid"])
        .collect();
    assert_eq!(kids, [&second["kid"], &first["kid"]]);
    // One list for both, signed with the new one, in which no place is given twice.
    assert_ne!(
        badge["credentialStatus"]["statusListIndex"],
        later["credentialStatus"]["statusListIndex"]
    );
    let list = badge["credentialStatus"]["statusListCredential"]
        .as_str()
        .unwrap();
    let (header, _) = verified(&anyone, &document(&anyone, list).await.1).await;
    assert_eq!(header["kid"], second["kid"]);
    let certificate = portal.look("SELECT id FROM journey_certificates ORDER BY id LIMIT 1");
    post(
        &coach,
        &format!("/journeys/{}/certificates/{certificate}/revocation", steps.id),
        &[("reason", "A mistake.")],
    )
    .await
    .expect_status(303);
    assert!(is_revoked(&anyone, &badge).await && !is_revoked(&anyone, &later).await);
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'journeys.certificate_key.made'"),
        "1"
    );
}

#[tokio::test]
async fn a_key_that_others_may_have_is_withdrawn_and_what_it_signed_is_signed_anew() {
    let portal = Portal::start().await;
    let steps = one_lesson(&portal);
    let (coach, admin) = (portal.person("coach").await, portal.person("admin").await);
    let (_, address) = given(&portal, &steps, &coach).await;
    let anyone = portal.anyone();
    let token = document(&anyone, &format!("{address}/credential.jwt")).await.1;
    let (header, badge) = verified(&anyone, &token).await;
    let key = portal.look("SELECT id FROM certificate_keys");
    let door = format!("/admin/signing-keys/{key}/withdrawal");
    post(&admin, &door, &[("reason", " ")])
        .await
        .expect_status(422)
        .expect_field_error("reason");
    let page = admin.get(&door).await.expect_ok();
    page.expect_text("One certificate is signed with it");
    page.form("main form[method=post]")
        .set("reason", "A copy of the secret was lost.")
        .submit(&admin)
        .await
        .expect_see_other("/admin/signing-keys");
    admin
        .get("/admin/signing-keys")
        .await
        .expect_ok()
        .expect_text("A copy of the secret was lost.");
    // What a thief signs with it is checked by nobody.
    let kid = header["kid"].as_str().unwrap();
    anyone
        .get(&kid[kid.find("/certificates/").unwrap()..])
        .await
        .expect_status(410);
    let keys = json(
        &anyone,
        &format!("{}/keys", badge["issuer"]["id"].as_str().unwrap()),
    )
    .await;
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    let (again, anew) = verified(
        &anyone,
        &document(&anyone, &format!("{address}/credential.jwt")).await.1,
    )
    .await;
    assert_ne!(again["kid"], header["kid"]);
    assert_eq!(anew, badge);
    assert!(!is_revoked(&anyone, &badge).await);
    anyone
        .get(&address)
        .await
        .expect_ok()
        .expect_text("This certificate is valid");
    post(&admin, &door, &[("reason", "Again")])
        .await
        .expect_status(409);
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action LIKE 'journeys.certificate_key.%'"),
        "2"
    );
    // Nobody but admins, and nobody of another organization.
    for who in ["coach", "member", "privacy"] {
        let person = portal.person(who).await;
        person.get("/admin/signing-keys").await.expect_status(403);
        post(&person, "/admin/signing-keys", &[]).await.expect_status(403);
        post(&person, &door, &[("reason", "x")]).await.expect_status(403);
    }
    // And what was issued changes no more than that.
    portal.force(
        "DO $$ BEGIN UPDATE journey_certificates SET key_id = (SELECT id FROM certificate_keys WHERE withdrawn_at IS NOT NULL); RAISE 'changed'; \
         EXCEPTION WHEN restrict_violation THEN NULL; END $$",
    );
}

fn certificate(name: &str) -> Certificate {
    Certificate {
        id: CertificateId::from_uuid(Uuid::now_v7()),
        public_id: Uuid::new_v4(),
        journey_id: JourneyId::from_uuid(Uuid::now_v7()),
        enrolment_id: EnrolmentId::from_uuid(Uuid::now_v7()),
        key_id: CertificateKeyId::from_uuid(Uuid::now_v7()),
        locale: "en".to_owned(),
        slot: 0,
        number: "2026-ABCDEFGH".to_owned(),
        name: name.to_owned(),
        organization: "Local 802".to_owned(),
        journey: "First steps".to_owned(),
        title: "Certificate of completion".to_owned(),
        criteria: "Finished every required lesson.".to_owned(),
        signatory: String::new(),
        zone: "Europe/Athens".to_owned(),
        issued_at: Utc::now(),
        expires_at: None,
        revoked_at: None,
        reason: String::new(),
    }
}

fn on_paper(name: &str) -> (Vec<u8>, Vec<&'static str>) {
    let one = certificate(name);
    let public = one.address("https://portal.example.org", OrgId::from_uuid(Uuid::now_v7()));
    (paper::written(&one, &public).unwrap(), paper::unwritten(&one))
}

#[test]
fn names_of_many_scripts_are_written_and_those_without_letters_are_said() {
    for name in [
        "Zoë Ångström-Łukasiewicz",
        "Nguyễn Thị Ánh",
        "Αλέξανδρος Παπαδόπουλος",
        "Наталія Їжакевич",
        "محمد بن عبد الله",
        "שרה לוי (Sarah)",
        "Գայանե",
        "Maximiliane-Theodora von Hohenlohe-Waldenburg-Schillingsfürst zu Donaudampfschifffahrtselektrizität",
        &"W".repeat(200),
    ] {
        let (pdf, unwritten) = on_paper(name);
        assert!(pdf.starts_with(b"%PDF-") && unwritten.is_empty(), "{name}");
    }
    for name in ["山田太郎", "김민수", "Ana 🎉"] {
        let (pdf, unwritten) = on_paper(name);
        assert!(pdf.starts_with(b"%PDF-"), "{name}");
        assert_eq!(unwritten, ["your name"], "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_somebody_is_called_there_is_a_page(name in "\\PC{1,120}") {
        let (pdf, _) = on_paper(&name);
        prop_assert!(pdf.starts_with(b"%PDF-"));
    }

    #[test]
    fn an_address_is_read_as_it_was_written(org in any::<u128>(), certificate in any::<u128>()) {
        let token = Token { org: OrgId::from_uuid(Uuid::from_u128(org)), certificate: Uuid::from_u128(certificate) };
        prop_assert_eq!(Token::read(&token.to_string()), Some(token));
    }
}
