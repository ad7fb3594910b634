//! Whether to believe a report signed as Svix and Standard Webhooks do, and signing our own.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};
use waymark::providers::webhooks::{Unverified, fresh_secret, sign_standard, verify_standard};

struct Vector {
    secret: &'static str,
    id: &'static str,
    timestamp: &'static str,
    body: &'static str,
    signature: &'static str,
}

/// From the tests of Svix' Rust library.
const SVIX: Vector = Vector {
    secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
    timestamp: "1649367553",
    body: r#"{"email":"test@example.com","username":"test_user"}"#,
    signature: "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
};

/// From the documentation of Svix.
const DOCUMENTED: Vector = Vector {
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: "1614265330",
    body: r#"{"test": 2432232314}"#,
    signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

impl Vector {
    fn at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.timestamp.parse().unwrap(), 0).unwrap()
    }

    fn verify(&self, prefix: &str, now: DateTime<Utc>) -> Result<String, Unverified> {
        let secret = SecretString::from(self.secret);
        let find = |name: &str| match name.strip_prefix(prefix)? {
            "-id" => Some(self.id),
            "-timestamp" => Some(self.timestamp),
            "-signature" => Some(self.signature),
            _ => None,
        };
        verify_standard(&[secret], find, self.body.as_bytes(), now).map(|delivery| delivery.id)
    }
}

#[test]
fn published_examples_are_believed_under_both_names_of_the_headers() {
    for vector in [SVIX, DOCUMENTED] {
        for prefix in ["svix", "webhook"] {
            assert_eq!(vector.verify(prefix, vector.at()).unwrap(), vector.id);
        }
        let signed = sign_standard(
            &[vector.secret.into()],
            vector.id,
            vector.at(),
            vector.body.as_bytes(),
        )
        .unwrap();
        assert_eq!(signed.signature, vector.signature);
        assert_eq!(signed.pairs()[1], ("webhook-timestamp", vector.timestamp));
    }
}

#[test]
fn five_minutes_are_believed_and_a_second_more_is_not() {
    let at = SVIX.at();
    for (seconds, expected) in [
        (300, Ok(())),
        (301, Err(Unverified::TooOld)),
        (-300, Ok(())),
        (-301, Err(Unverified::TooNew)),
    ] {
        let verified = SVIX.verify("svix", at + TimeDelta::seconds(seconds));
        assert_eq!(verified.map(drop), expected, "{seconds}");
    }
}

#[test]
fn one_fitting_signature_among_several_is_enough() {
    let of = |signature: &'static str| Vector { signature, ..SVIX };
    for good in [
        "v1,Zm9v v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw= v1a,Zm9v v2,x",
    ] {
        assert!(of(good).verify("svix", SVIX.at()).is_ok(), "{good}");
    }
    for bad in [
        "",
        "v1,",
        "v1",
        "tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        "v1a,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        "v2,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kk0=",
    ] {
        assert_eq!(
            of(bad).verify("svix", SVIX.at()),
            Err(Unverified::Signature),
            "{bad}"
        );
    }
}

#[test]
fn either_secret_is_good_while_one_replaces_the_other() {
    let (old, new) = (fresh_secret().unwrap(), fresh_secret().unwrap());
    let at = SVIX.at();
    let both = [old.clone(), new.clone()];
    let signed = sign_standard(&both, "evt_1", at, b"{}").unwrap();
    let believed = |secrets: &[SecretString]| {
        let headers = signed.pairs();
        let find = |name: &str| {
            headers
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| *value)
        };
        verify_standard(secrets, find, b"{}", at).is_ok()
    };
    assert!(believed(&[old]) && believed(&[new]) && believed(&both));
    assert!(!believed(&[fresh_secret().unwrap()]) && !believed(&[]));
}

#[test]
fn a_secret_may_lack_its_prefix_and_its_padding() {
    let secret = SVIX.secret.trim_start_matches("whsec_");
    assert!(Vector { secret, ..SVIX }.verify("svix", SVIX.at()).is_ok());
    for (secret, why) in [
        ("whsec_", "the secret is empty"),
        ("whsec_!", "the secret is not base64"),
    ] {
        let verified = Vector { secret, ..SVIX }.verify("svix", SVIX.at());
        assert_eq!(verified, Err(Unverified::Key(why)));
    }
    assert!(fresh_secret().unwrap().expose_secret().starts_with("whsec_"));
}

#[test]
fn missing_and_broken_headers_are_named() {
    let none = verify_standard(&[SVIX.secret.into()], |_| None, b"", SVIX.at());
    assert_eq!(none, Err(Unverified::Header("webhook-id")));
    for timestamp in ["", "now", "1649367553.5", "99999999999999999"] {
        let verified = Vector { timestamp, ..SVIX }.verify("svix", SVIX.at());
        assert_eq!(verified, Err(Unverified::Header("svix-timestamp")), "{timestamp}");
    }
    for id in ["", "a.b", "a b"] {
        let verified = Vector { id, ..SVIX }.verify("svix", SVIX.at());
        assert_eq!(verified, Err(Unverified::Header("svix-id")), "{id}");
        assert!(sign_standard(&[SVIX.secret.into()], id, SVIX.at(), b"").is_err());
    }
    assert!(sign_standard(&[], "evt_1", SVIX.at(), b"").is_err());
}

proptest! {
    #[test]
    fn what_we_sign_is_believed_and_nothing_else(
        body in prop::collection::vec(any::<u8>(), 0..200),
        other in prop::collection::vec(any::<u8>(), 0..200),
        id in "[a-z_0-9]{1,40}",
        seconds in 0_i64..4_000_000_000,
    ) {
        let secret = [SecretString::from(SVIX.secret)];
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let signed = sign_standard(&secret, &id, at, &body).unwrap();
        let headers = signed.pairs();
        let find = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        prop_assert!(verify_standard(&secret, find, &body, at).is_ok());
        prop_assert_eq!(verify_standard(&secret, find, &other, at).is_ok(), body == other);
    }
}
