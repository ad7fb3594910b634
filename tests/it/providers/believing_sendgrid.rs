//! Whether to believe a report signed as SendGrid does.

use serde_json::json;
use waymark::providers::webhooks::{Unverified, verify_sendgrid};

use super::now;
use crate::support::fakes::sendgrid::{Accepted, FakeSendGrid};

/// From the tests of SendGrid's own libraries. Its signature has a high S.
const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpi\
                   glSI8eNEc6wEA3F+g==";
const SIGNATURE: &str =
    "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
const TIMESTAMP: &str = "1600112502";
const BODY: &str = concat!(
    r#"[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","#,
    r#""sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","#,
    r#""sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","#,
    r#""smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]"#,
    "\r\n"
);

fn verify(key: &str, timestamp: Option<&str>, signature: Option<&str>, body: &str) -> Result<(), Unverified> {
    let find = |name: &str| match name {
        "x-twilio-email-event-webhook-timestamp" => timestamp,
        "x-twilio-email-event-webhook-signature" => signature,
        _ => None,
    };
    verify_sendgrid(key, find, body.as_bytes())
}

#[test]
fn the_published_example_is_believed() {
    assert_eq!(verify(KEY, Some(TIMESTAMP), Some(SIGNATURE), BODY), Ok(()));
    let armoured = format!("-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----\n");
    assert_eq!(verify(&armoured, Some(TIMESTAMP), Some(SIGNATURE), BODY), Ok(()));
}

#[test]
fn every_change_is_noticed() {
    let trimmed = BODY.trim_end();
    for (timestamp, body) in [
        (TIMESTAMP, trimmed),
        ("1600112503", BODY),
        (TIMESTAMP, ""),
        ("", BODY),
    ] {
        let verified = verify(KEY, Some(timestamp), Some(SIGNATURE), body);
        assert_eq!(verified, Err(Unverified::Signature));
    }
    let other = FakeSendGrid::verification_key();
    assert_eq!(
        verify(&other, Some(TIMESTAMP), Some(SIGNATURE), BODY),
        Err(Unverified::Signature)
    );
}

#[test]
fn missing_and_broken_parts_are_named() {
    let (signature, timestamp) = (
        "x-twilio-email-event-webhook-signature",
        "x-twilio-email-event-webhook-timestamp",
    );
    assert_eq!(
        verify(KEY, None, Some(SIGNATURE), BODY),
        Err(Unverified::Header(timestamp))
    );
    assert_eq!(
        verify(KEY, Some(TIMESTAMP), None, BODY),
        Err(Unverified::Header(signature))
    );
    for broken in ["", "***", "AAAA"] {
        let verified = verify(KEY, Some(TIMESTAMP), Some(broken), BODY);
        assert_eq!(verified, Err(Unverified::Header(signature)));
    }
    for broken in ["", "***", "AAAA"] {
        let verified = verify(broken, Some(TIMESTAMP), Some(SIGNATURE), BODY);
        assert!(matches!(verified, Err(Unverified::Key(_))), "{verified:?}");
    }
}

#[tokio::test]
async fn a_report_of_several_events_is_believed_as_it_was_written() {
    let sendgrid = FakeSendGrid::start(now()).await;
    let mail = Accepted {
        message_id: "abc".to_owned(),
        mail: json!({ "personalizations": [{ "to": [{ "email": "ana@example.net" }] }] }),
    };
    let events = ["processed", "delivered"].map(|kind| sendgrid.event(kind, &mail, now(), json!({})));
    let report = sendgrid.report(&events, now());
    assert!(String::from_utf8_lossy(&report.body).contains("},\r\n{"));
    let key = FakeSendGrid::verification_key();
    assert_eq!(
        verify_sendgrid(&key, |name| report.header(name), &report.body),
        Ok(())
    );
}
