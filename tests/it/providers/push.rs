//! Push notifications to browsers.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;
use waymark::providers::push::{
    LONGEST_PAYLOAD, PayloadError, PushHosts, PushMessage, PushOutcome, Subscription, Topic, Urgency,
    VapidKeys, VapidSubject, WebPush, encrypt, encrypt_with,
};
use waymark::providers::{Http, Outcome, Refusal, Scope};

use super::{http, impatient, now};
use crate::support::fakes::push::{Browser, FakePushService, Received, decrypt, verified};
use crate::support::fakes::server::{Fault, Reply};

fn bytes<const N: usize>(base64: &str) -> [u8; N] {
    URL_SAFE_NO_PAD.decode(base64).unwrap().try_into().unwrap()
}

fn subject() -> VapidSubject {
    VapidSubject::parse("mailto:office@example.org").unwrap()
}

fn message(payload: &[u8]) -> PushMessage {
    PushMessage {
        payload: payload.to_vec(),
        ttl: Duration::from_secs(3_600),
        urgency: Urgency::High,
        topic: None,
    }
}

struct Stage {
    service: FakePushService,
    sender: WebPush,
    subscription: Subscription,
}

async fn stage() -> Stage {
    stage_with(http()).await
}

async fn stage_with(http: Http) -> Stage {
    let keys = VapidKeys::generate().unwrap();
    let service = FakePushService::start(keys.public(), now()).await;
    let hosts = PushHosts::vendors().and_loopback();
    let subscription = Subscription::parse(&service.subscription(), &hosts).unwrap();
    Stage {
        service,
        sender: WebPush::new(http, keys, subject()),
        subscription,
    }
}

/// RFC 8291, appendix A.
#[test]
fn the_example_of_the_standard_is_encrypted_byte_for_byte() {
    let subscription = Subscription::new(
        "https://fcm.googleapis.com/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        &PushHosts::vendors(),
    )
    .unwrap();
    let own = SecretKey::from_slice(&bytes::<32>("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
    let payload = b"When I grow up, I want to be a watermelon";
    let body = encrypt_with(&subscription, payload, &own, bytes("DGv6ra1nlYgDCS1FRnbzlw")).unwrap();
    assert_eq!(
        URL_SAFE_NO_PAD.encode(&body),
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3\
         jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    );
    let browser = Browser {
        secret: SecretKey::from_slice(&bytes::<32>("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap(),
        auth: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
    };
    assert_eq!(decrypt(&browser, &body).unwrap(), payload);
}

/// RFC 8292, 2.4: its signature was made with randomness, ours without; what is signed is the same.
#[test]
fn the_token_of_the_standard_is_written_and_checked() {
    let signed = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3Njgs\
                  InN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0";
    let theirs = "i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
    let key = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";
    assert!(verified(&format!("{signed}.{theirs}"), key).is_some());

    let keys = VapidKeys::generate().unwrap();
    let endpoint = "https://push.example.net/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"
        .parse()
        .unwrap();
    let subject = VapidSubject::parse("mailto:push@example.com").unwrap();
    let before = DateTime::from_timestamp(1_453_523_768, 0).unwrap() - TimeDelta::hours(12);
    let header = keys.authorization(&endpoint, &subject, before).unwrap();
    let token = header
        .strip_prefix("vapid t=")
        .unwrap()
        .split(", k=")
        .next()
        .unwrap();
    assert!(token.starts_with(&format!("{signed}.")), "{token}");
    assert!(header.ends_with(&format!(", k={}", keys.public())));
    assert!(verified(token, &keys.public()).is_some());
    assert!(verified(token, key).is_none());
    assert_eq!(header, keys.authorization(&endpoint, &subject, before).unwrap());
}

#[test]
fn keys_come_back_from_what_was_stored_and_are_never_shown() {
    let keys = VapidKeys::generate().unwrap();
    let secret = keys.secret();
    assert_eq!(VapidKeys::from_secret(&secret).unwrap().public(), keys.public());
    assert!(!format!("{keys:?}").contains(secret.expose_secret()));
    assert_eq!(URL_SAFE_NO_PAD.decode(keys.public()).unwrap().len(), 65);
    for broken in ["", "AAAA", "not base64!", &URL_SAFE_NO_PAD.encode([0; 32])] {
        let error = VapidKeys::from_secret(&broken.into()).unwrap_err();
        assert_eq!(error.to_string(), "The secret key for push is no key of P-256");
    }
}

#[test]
fn contacts_must_lie_outside_this_machine() {
    for good in ["mailto:office@example.org", "https://example.org/contact"] {
        assert!(VapidSubject::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "office@example.org",
        "mailto:root@localhost",
        "https://localhost/",
        "http://example.org",
        "mailto:x",
    ] {
        assert!(VapidSubject::parse(bad).is_err(), "{bad}");
    }
}

#[tokio::test]
async fn a_push_arrives_and_only_the_browser_reads_it() {
    let stage = stage().await;
    let push = PushMessage {
        topic: Topic::parse("vote-2026"),
        ..message("Abstimmung läuft".as_bytes())
    };
    let outcome = stage.sender.send(&stage.subscription, &push, now()).await;
    assert_eq!(
        outcome,
        PushOutcome::Settled(Outcome::Accepted { provider_id: None })
    );
    let received = Received {
        plaintext: "Abstimmung läuft".as_bytes().to_vec(),
        ttl: 3_600,
        urgency: Some("high".to_owned()),
        topic: Some("vote-2026".to_owned()),
        subject: "mailto:office@example.org".to_owned(),
    };
    assert_eq!(stage.service.waiting(), [received]);
    let request = &stage.service.requests()[0];
    assert_eq!(request.header("content-type"), Some("application/octet-stream"));
    assert!(!String::from_utf8_lossy(&request.body).contains("Abstimmung"));
}

#[tokio::test]
async fn a_newer_push_takes_the_place_of_an_older_one_with_its_topic() {
    let stage = stage().await;
    for payload in ["first", "second"] {
        let push = PushMessage {
            topic: Topic::parse("vote"),
            ..message(payload.as_bytes())
        };
        stage.sender.send(&stage.subscription, &push, now()).await;
    }
    let waiting = stage.service.waiting();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].plaintext, b"second");
}

#[tokio::test]
async fn a_browser_that_wants_no_more_is_gone() {
    let stage = stage().await;
    stage.service.next(Fault::Answer(Reply::new(404)));
    let push = message(b"hello");
    assert_eq!(
        stage.sender.send(&stage.subscription, &push, now()).await,
        PushOutcome::Gone
    );
    stage.service.forget();
    assert_eq!(
        stage.sender.send(&stage.subscription, &push, now()).await,
        PushOutcome::Gone
    );
}

#[tokio::test]
async fn other_answers_of_push_services_have_their_meaning() {
    let stage = stage().await;
    for (status, kind) in [
        (413, Refusal::Content),
        (400, Refusal::Other),
        (403, Refusal::Other),
        (307, Refusal::Other),
    ] {
        stage.service.next(Fault::Answer(Reply::new(status)));
        let outcome = stage
            .sender
            .send(&stage.subscription, &message(b"x"), now())
            .await;
        let refused =
            matches!(outcome, PushOutcome::Settled(Outcome::Refused { kind: known, .. }) if known == kind);
        assert!(refused, "{status}");
    }
    for status in [429, 503, 406, 500] {
        stage
            .service
            .next(Fault::Answer(Reply::new(status).with("retry-after", 60)));
        let outcome = stage
            .sender
            .send(&stage.subscription, &message(b"x"), now())
            .await;
        let waits = PushOutcome::Settled(Outcome::Deferred {
            why: format!("The push service answered {status}"),
            retry_after: Some(Duration::from_secs(60)),
            scope: Scope::Message,
        });
        assert_eq!(outcome, waits);
    }
}

#[tokio::test]
async fn a_silent_push_service_makes_the_push_wait() {
    let stage = stage_with(impatient()).await;
    stage.service.next(Fault::SilenceAfterActing);
    let outcome = stage
        .sender
        .send(&stage.subscription, &message(b"x"), now())
        .await;
    let waits = matches!(outcome, PushOutcome::Settled(Outcome::Deferred { .. }));
    assert!(waits, "{outcome:?}");
}

#[tokio::test]
async fn another_pair_of_keys_is_refused_by_the_service() {
    let stage = stage().await;
    let other = WebPush::new(http(), VapidKeys::generate().unwrap(), subject());
    let outcome = other.send(&stage.subscription, &message(b"x"), now()).await;
    let refused = matches!(&outcome, PushOutcome::Settled(Outcome::Refused { code, .. }) if code == "403");
    assert!(refused, "{outcome:?}");
    let later = now() + TimeDelta::hours(13);
    let outcome = stage
        .sender
        .send(&stage.subscription, &message(b"x"), later)
        .await;
    assert!(
        matches!(outcome, PushOutcome::Settled(Outcome::Refused { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn the_longest_payload_fits_and_one_byte_more_does_not() {
    let stage = stage().await;
    let longest = vec![b'x'; LONGEST_PAYLOAD];
    let outcome = stage
        .sender
        .send(&stage.subscription, &message(&longest), now())
        .await;
    assert!(
        matches!(outcome, PushOutcome::Settled(Outcome::Accepted { .. })),
        "{outcome:?}"
    );
    assert_eq!(stage.service.requests()[0].body.len(), 4_096);
    let longer = vec![b'x'; LONGEST_PAYLOAD + 1];
    assert_eq!(
        encrypt(&stage.subscription, &longer),
        Err(PayloadError::TooLong(3_994))
    );
    stage
        .sender
        .send(&stage.subscription, &message(&longer), now())
        .await;
    assert_eq!(stage.service.requests().len(), 1);
}

#[test]
fn only_known_push_services_are_sent_to() {
    let hosts = PushHosts::vendors()
        .and("push.example.org")
        .and("*.push.example.com");
    for good in [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://FCM.googleapis.com:443/wp/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-by3p.notify.windows.com/w/?token=abc",
        "https://push.example.org/1",
        "https://a.push.example.com/1",
    ] {
        assert!(hosts.admit(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "/push",
        "http://fcm.googleapis.com/1",
        "https://fcm.googleapis.com:8443/1",
        "https://fcm.googleapis.com./1",
        "https://user@fcm.googleapis.com/1",
        "https://fcm.googleapis.com@example.net/1",
        "https://fcm.googleapis.com.example.net/1",
        "https://evilfcm.googleapis.com/1",
        "https://push.apple.com/1",
        "https://evilpush.apple.com/1",
        "https://push.example.com/1",
        "https://127.0.0.1/1",
        "http://127.0.0.1:9/1",
        "https://[::1]/1",
        "https://169.254.169.254/latest",
        "https://0x7f000001/",
        "https://localhost/1",
        "file:///etc/passwd",
        "ftp://fcm.googleapis.com/1",
    ] {
        assert!(hosts.admit(bad).is_err(), "{bad}");
    }
    let mistyped = PushHosts::vendors().and("*push.example.org");
    assert!(mistyped.admit("https://evilpush.example.org/1").is_err());
    let tests = PushHosts::vendors().and_loopback();
    for good in ["http://127.0.0.1:9/1", "https://[::1]:9/1"] {
        assert!(tests.admit(good).is_ok(), "{good}");
    }
    for bad in ["http://localhost:9/1", "http://10.0.0.1/1", "ftp://127.0.0.1/"] {
        assert!(tests.admit(bad).is_err(), "{bad}");
    }
}

#[test]
fn broken_subscriptions_are_refused_with_a_sentence() {
    let hosts = PushHosts::vendors();
    let key = URL_SAFE_NO_PAD.encode(
        SecretKey::from_slice(&[9; 32])
            .unwrap()
            .public_key()
            .to_sec1_point(false),
    );
    let auth = URL_SAFE_NO_PAD.encode([1; 16]);
    let endpoint = "https://fcm.googleapis.com/very-secret";
    let read = |p256dh: &str, auth: &str| Subscription::new(endpoint, p256dh, auth, &hosts);
    let good = read(&format!("{key}="), &format!("{auth}==")).unwrap();
    assert_eq!(format!("{good:?}"), "Subscription(https://fcm.googleapis.com/…)");
    for (p256dh, auth, why) in [
        ("%%%", auth.as_str(), "The browser's key is not base64"),
        (
            &URL_SAFE_NO_PAD.encode([4; 65]),
            &auth,
            "The browser's key is no point of P-256",
        ),
        (&key, "***", "The browser's secret is not base64"),
        (&key, "AAAA", "The browser's secret is not 16 bytes long"),
    ] {
        assert_eq!(read(p256dh, auth).unwrap_err().to_string(), why);
    }
    let error = Subscription::parse(r#"{"endpoint": "x"}"#, &hosts).unwrap_err();
    assert_eq!(error.to_string(), "This is no push subscription");
}

#[test]
fn topics_are_short_and_plain() {
    assert!(Topic::parse(&"a".repeat(32)).is_some());
    for bad in ["", &"a".repeat(33), "a b", "a.b", "é"] {
        assert!(Topic::parse(bad).is_none(), "{bad}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_is_encrypted_comes_out_again(payload in prop::collection::vec(any::<u8>(), 0..=LONGEST_PAYLOAD)) {
        let browser = Browser { secret: SecretKey::from_slice(&[9; 32]).unwrap(), auth: [3; 16] };
        let point = URL_SAFE_NO_PAD.encode(browser.secret.public_key().to_sec1_point(false));
        let auth = URL_SAFE_NO_PAD.encode(browser.auth);
        let to = Subscription::new("https://fcm.googleapis.com/1", &point, &auth, &PushHosts::vendors()).unwrap();
        let body = encrypt(&to, &payload).unwrap();
        prop_assert!(body.len() <= 4_096);
        prop_assert_eq!(decrypt(&browser, &body), Some(payload.clone()));
        prop_assert_ne!(encrypt(&to, &payload).unwrap(), body);
    }
}
