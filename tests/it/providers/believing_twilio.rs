//! Whether to believe a request signed as Twilio does.

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded::Serializer;
use waymark::providers::webhooks::TwilioContent::{Form, Nothing, Other};
use waymark::providers::webhooks::{TwilioContent, TwilioSecrets, Unverified, verify_twilio};

use crate::support::fakes::twilio::{AUTH_TOKEN, call};

const URL: &str = "https://example.org/hooks/twilio/sms";

fn verify(token: &str, url: &str, signature: &str, content: TwilioContent<'_>) -> Result<(), Unverified> {
    let secrets = TwilioSecrets {
        auth_token: token.into(),
        shared_key: None,
    };
    let find = |name: &str| (name == "x-twilio-signature").then_some(signature);
    verify_twilio(&secrets, url, find, content)
}

/// From Twilio's documentation and the tests of its libraries.
#[test]
fn the_published_example_is_believed_with_and_without_the_port() {
    let body =
        b"CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
    for url in [
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        "https://mycompany.com:443/myapp.php?foo=1&bar=2",
        "https://mycompany.com:1234/myapp.php?foo=1&bar=2",
        "https://mycompany.com/myapp.php?foo=1&bar=2#rc=3&rp=all",
    ] {
        assert_eq!(
            verify("12345", url, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", Form(body)),
            Ok(()),
            "{url}"
        );
    }
    for url in [
        "http://mycompany.com/myapp.php?foo=1&bar=2",
        "https://mycompany.com/myapp.php?bar=2&foo=1",
        "https://mycompany.com.example.org/myapp.php?foo=1&bar=2",
    ] {
        let verified = verify("12345", url, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", Form(body));
        assert_eq!(verified, Err(Unverified::Signature), "{url}");
    }
}

/// The signatures were computed with Twilio's Python library 9.13.0.
#[test]
fn emoji_empty_values_and_repeated_names_are_signed_as_twilio_signs_them() {
    let sms = "MessageSid=SM11111111111111111111111111111111&From=%2B14165550123&To=%2B14165550100\
               &Body=Hi+%F0%9F%91%8B+%26+h%C3%A9llo+%2B+100%25&FromCity=&NumMedia=0";
    assert_eq!(
        verify(
            AUTH_TOKEN,
            URL,
            "jrQLyIrBFmJ7J+TSMVqm7fJMcRo=",
            Form(sms.as_bytes())
        ),
        Ok(())
    );
    let repeated = b"MediaUrl=b&MediaUrl=a&Zeta=1&MediaUrl=b&alpha=";
    assert_eq!(
        verify(AUTH_TOKEN, URL, "wqLEhCesw0O6djiExGWgCvJy3aU=", Form(repeated)),
        Ok(())
    );
    let without_port = "https://example.org/hooks/twilio/sms";
    assert_eq!(
        verify(
            AUTH_TOKEN,
            without_port,
            "rr19jw6XVqdPdoalnhx+xzpzp8g=",
            Form(b"A=b")
        ),
        Ok(())
    );
    let with_port = "https://example.org:443/x?y=1";
    assert_eq!(
        verify(
            AUTH_TOKEN,
            with_port,
            "K8jOYnm5mCUS7ZJFhOordQTX4RE=",
            Form(b"A=b")
        ),
        Ok(())
    );
}

#[test]
fn a_body_that_is_no_form_must_have_the_checksum_in_the_address() {
    let body = br#"{"ok":true}"#;
    let url = format!("{URL}?bodySHA256={}", hex::encode(Sha256::digest(body)));
    let signature = "LJElMoToQukKlYy8MrijNZXnY2M=";
    assert_eq!(verify(AUTH_TOKEN, &url, signature, Other(body)), Ok(()));
    assert_eq!(verify(AUTH_TOKEN, &url, signature, Nothing), Ok(()));
    let changed = verify(AUTH_TOKEN, &url, signature, Other(br#"{"ok":false}"#));
    assert_eq!(changed, Err(Unverified::Checksum));
    assert_eq!(
        verify(AUTH_TOKEN, URL, signature, Other(body)),
        Err(Unverified::Checksum)
    );
}

#[test]
fn a_shared_key_is_used_only_where_one_is_set() {
    let settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256";
    let verify = |shared: Option<&str>, settings: &'static str| {
        let secrets = TwilioSecrets {
            auth_token: "another".into(),
            shared_key: shared.map(Into::into),
        };
        let find = |name: &str| match name {
            "x-twilio-signature" => Some("TJl6PXXow0D0vbWzRk7Ffw94CBIThhZn2hwFiDLcUOQ="),
            "x-twilio-webhooks-signature-settings" => Some(settings),
            _ => None,
        };
        verify_twilio(&secrets, URL, find, Form(b"A=b"))
    };
    assert_eq!(verify(Some(AUTH_TOKEN), settings), Ok(()));
    assert_eq!(verify(Some("another"), settings), Err(Unverified::Signature));
    assert!(matches!(verify(None, settings), Err(Unverified::Key(_))));
    assert!(matches!(
        verify(Some(AUTH_TOKEN), "algorithm=HMAC_MD5"),
        Err(Unverified::Key(_))
    ));
}

#[test]
fn missing_and_broken_parts_are_named() {
    let secrets = TwilioSecrets {
        auth_token: AUTH_TOKEN.into(),
        shared_key: None,
    };
    let missing = verify_twilio(&secrets, URL, |_| None, Nothing);
    assert_eq!(missing, Err(Unverified::Header("x-twilio-signature")));
    assert_eq!(
        verify(AUTH_TOKEN, URL, "***", Nothing),
        Err(Unverified::Header("x-twilio-signature"))
    );
    assert_eq!(verify(AUTH_TOKEN, URL, "", Nothing), Err(Unverified::Signature));
    assert!(matches!(
        verify(" ", URL, "AAAA", Nothing),
        Err(Unverified::Key(_))
    ));
    assert!(!format!("{secrets:?}").contains(AUTH_TOKEN));
}

proptest! {
    #[test]
    fn no_address_whatever_makes_checking_fall_over(url in "(https?://)?\\PC{0,40}", body in "\\PC{0,20}") {
        let verified = verify(AUTH_TOKEN, &url, "AAAA", Form(body.as_bytes()));
        prop_assert_eq!(verified, Err(Unverified::Signature));
        let _ = verify(AUTH_TOKEN, &url, "AAAA", Other(body.as_bytes()));
    }

    #[test]
    fn the_port_may_be_left_out_or_written_out_in_every_kind_of_address(
        user in prop::sample::select(vec!["", "user:pass@", "user@"]),
        host in prop::sample::select(vec!["example.org", "[2001:db8::1]", "192.0.2.1"]),
        path in prop::sample::select(vec!["", "/", "/a:b@c", "?x=http://y:80/"]),
        scheme in prop::sample::select(vec![("https", 443), ("http", 80)]),
    ) {
        let (scheme, port) = scheme;
        let short = format!("{scheme}://{user}{host}{path}");
        let long = format!("{scheme}://{user}{host}:{port}{path}");
        for (signed, called) in [(&short, &long), (&long, &short)] {
            let signed = call(signed, &[("A", "b".to_owned())], "");
            let signature = signed.header("x-twilio-signature").unwrap();
            prop_assert_eq!(verify(AUTH_TOKEN, called, signature, Form(b"A=b")), Ok(()));
        }
    }

    #[test]
    fn forms_are_believed_in_any_order_and_not_when_changed(
        fields in prop::collection::btree_map("[A-Za-z]{1,8}", "\\PC{0,12}", 1..8),
        added in "[a-z]{1,5}",
    ) {
        let fields: Vec<(&str, String)> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let signed = call(URL, &fields, "");
        let signature = signed.header("x-twilio-signature").unwrap();
        let mut backwards = Serializer::new(String::new());
        backwards.extend_pairs(fields.iter().rev());
        let body = backwards.finish();
        prop_assert_eq!(verify(AUTH_TOKEN, URL, signature, Form(body.as_bytes())), Ok(()));
        let more = format!("{body}&0={added}");
        prop_assert_eq!(verify(AUTH_TOKEN, URL, signature, Form(more.as_bytes())), Err(Unverified::Signature));
        prop_assert_eq!(verify("other", URL, signature, Form(body.as_bytes())), Err(Unverified::Signature));
    }
}
