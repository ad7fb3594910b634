//! Mail through Resend.

use std::time::Duration;

use serde_json::json;
use waymark::providers::mail::{Mail, MailProvider as _, Resend};
use waymark::providers::{Check, Outcome, RateLimit, Refusal, Scope};

use super::{http, impatient, mail, now};
use crate::support::fakes::resend::{FakeResend, KEY, SENDING_KEY, error};
use crate::support::fakes::server::Fault;

fn sender(resend: &FakeResend) -> Resend {
    Resend::new(http(), resend.base(), KEY.into())
}

#[tokio::test]
async fn a_mail_is_taken_over_with_everything_in_it() {
    let resend = FakeResend::start().await;
    let sent = sender(&resend).send(&mail(), now()).await;
    let accepted = resend.accepted();
    let provider_id = Some(accepted[0].id.clone());
    assert_eq!(sent.outcome, Outcome::Accepted { provider_id });
    let expected = json!({
        "from": "\"Local 12, “Steel”\" <news@example.org>",
        "to": ["\"Ana \\\"A\\\" Ruiz\" <ana@example.net>"],
        "reply_to": "office@example.org",
        "subject": "Vote on Friday",
        "html": "<p>Bring a friend.</p>",
        "text": "Bring a friend.",
        "headers": {
            "List-Unsubscribe": "<https://example.org/u/1>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        "tags": [{ "name": "waymark_message_id", "value": mail().id.to_string() }],
    });
    assert_eq!(accepted[0].mail, expected);
    let request = &resend.requests()[0];
    assert_eq!(
        request.header("idempotency-key"),
        Some(mail().id.to_string().as_str())
    );
    assert!(request.header("user-agent").unwrap().starts_with("Waymark/"));
}

#[tokio::test]
async fn a_mail_of_text_only_has_no_html() {
    let resend = FakeResend::start().await;
    let plain = Mail {
        html: String::new(),
        reply_to: None,
        headers: Vec::new(),
        from_name: String::new(),
        ..mail()
    };
    sender(&resend).send(&plain, now()).await;
    let sent = &resend.accepted()[0].mail;
    assert_eq!(sent["from"], "news@example.org");
    for absent in ["html", "reply_to", "headers"] {
        assert!(sent.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn the_pace_is_read_from_the_answer() {
    let resend = FakeResend::start().await;
    let sent = sender(&resend).send(&mail(), now()).await;
    let rate = RateLimit {
        limit: 5,
        remaining: 4,
        reset: Duration::from_secs(1),
    };
    assert_eq!(sent.rate, Some(rate));
}

#[tokio::test]
async fn after_silence_and_cuts_another_attempt_does_not_send_twice() {
    for fault in [
        Fault::SilenceAfterActing,
        Fault::CutAfterActing,
        Fault::CutBeforeActing,
    ] {
        let resend = FakeResend::start().await;
        resend.next(fault);
        let hasty = Resend::new(impatient(), resend.base(), KEY.into());
        let first = hasty.send(&mail(), now()).await;
        let waits = matches!(
            first.outcome,
            Outcome::Deferred {
                scope: Scope::Message,
                ..
            }
        );
        assert!(waits, "{first:?}");
        let second = sender(&resend).send(&mail(), now()).await;
        assert!(matches!(second.outcome, Outcome::Accepted { .. }), "{second:?}");
        assert_eq!(resend.accepted().len(), 1);
    }
}

#[tokio::test]
async fn the_same_id_with_other_words_is_refused() {
    let resend = FakeResend::start().await;
    let provider = sender(&resend);
    provider.send(&mail(), now()).await;
    let changed = Mail {
        text: "Something else".to_owned(),
        ..mail()
    };
    let sent = provider.send(&changed, now()).await;
    let refused =
        matches!(&sent.outcome, Outcome::Refused { code, .. } if code == "invalid_idempotent_request");
    assert!(refused, "{sent:?}");
}

#[tokio::test]
async fn over_the_limit_the_provider_waits_as_long_as_asked() {
    let resend = FakeResend::start().await;
    resend.take_only(0);
    let sent = sender(&resend).send(&mail(), now()).await;
    let waits = Outcome::Deferred {
        why: "Resend answered 429: Too many requests".to_owned(),
        retry_after: Some(Duration::from_secs(2)),
        scope: Scope::Provider,
    };
    assert_eq!(sent.outcome, waits);
    assert_eq!(sent.rate.unwrap().remaining, 0);
}

#[derive(Debug, PartialEq)]
enum Meaning {
    Pause,
    ProviderWaits(Option<u64>),
    MessageWaits,
    Refused(Refusal),
}

fn meaning(outcome: Outcome) -> Meaning {
    match outcome {
        Outcome::Credentials { .. } => Meaning::Pause,
        Outcome::Refused { kind, .. } => Meaning::Refused(kind),
        Outcome::Deferred {
            scope: Scope::Message,
            ..
        } => Meaning::MessageWaits,
        Outcome::Deferred {
            scope: Scope::Provider,
            retry_after,
            ..
        } => Meaning::ProviderWaits(retry_after.map(|pause| pause.as_secs())),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_error_of_the_contract_has_its_meaning() {
    use Meaning::{MessageWaits, Pause, ProviderWaits, Refused};
    let resend = FakeResend::start().await;
    let provider = sender(&resend);
    for (status, name, message, expected) in [
        (400, "invalid_idempotency_key", "", Refused(Refusal::Other)),
        (400, "validation_error", "Something", Refused(Refusal::Content)),
        (401, "missing_api_key", "", Pause),
        (401, "restricted_api_key", "", Pause),
        (403, "invalid_api_key", "", Pause),
        (403, "validation_error", "The domain is not verified", Pause),
        (403, "suspended_api_key", "", Pause),
        (403, "invalid_permission", "", Pause),
        (404, "not_found", "", Pause),
        (405, "method_not_allowed", "", Pause),
        (409, "concurrent_idempotent_requests", "", MessageWaits),
        (409, "invalid_idempotent_request", "", Refused(Refusal::Other)),
        (409, "resource_locked", "", MessageWaits),
        (
            422,
            "missing_required_field",
            "Missing `subject`",
            Refused(Refusal::Content),
        ),
        (422, "invalid_parameter", "", Refused(Refusal::Content)),
        (422, "invalid_attachment", "", Refused(Refusal::Content)),
        (422, "missing_required_parameter", "", Refused(Refusal::Content)),
        (
            422,
            "validation_error",
            "Invalid `to` field",
            Refused(Refusal::BadAddress),
        ),
        (
            422,
            "validation_error",
            "Invalid `from` field",
            Refused(Refusal::Other),
        ),
        (422, "something_new", "", Refused(Refusal::Other)),
        (429, "rate_limit_exceeded", "", ProviderWaits(None)),
        (429, "daily_quota_exceeded", "", ProviderWaits(Some(3_600))),
        (429, "monthly_quota_exceeded", "", ProviderWaits(Some(21_600))),
        (500, "application_error", "", MessageWaits),
        (500, "service_unavailable", "", ProviderWaits(None)),
        (502, "", "", MessageWaits),
        (503, "", "", ProviderWaits(None)),
        (504, "", "", MessageWaits),
        (408, "", "", MessageWaits),
        (418, "", "", Refused(Refusal::Other)),
    ] {
        resend.next(Fault::Answer(error(status, name, message)));
        let sent = provider.send(&mail(), now()).await;
        assert_eq!(meaning(sent.outcome), expected, "{status} {name} {message}");
    }
}

#[tokio::test]
async fn a_mail_that_could_smuggle_in_headers_never_leaves() {
    let resend = FakeResend::start().await;
    let provider = sender(&resend);
    let with_header = |name: &str, value: &str| Mail {
        headers: vec![(name.to_owned(), value.to_owned())],
        ..mail()
    };
    for bad in [
        Mail {
            subject: "Hi\r\nBcc: all@example.org".to_owned(),
            ..mail()
        },
        Mail {
            from_name: "A\nB".to_owned(),
            ..mail()
        },
        Mail {
            to_name: "A\rB".to_owned(),
            ..mail()
        },
        Mail {
            to_address: "a@example.org, b@example.org".to_owned(),
            ..mail()
        },
        Mail {
            to_address: "nobody".to_owned(),
            ..mail()
        },
        Mail {
            from_address: "x@y>\r\n".to_owned(),
            ..mail()
        },
        Mail {
            reply_to: Some("".to_owned()),
            ..mail()
        },
        Mail {
            subject: " ".to_owned(),
            ..mail()
        },
        Mail {
            html: String::new(),
            text: String::new(),
            ..mail()
        },
        with_header("X-A", "b\r\nBcc: c@example.org"),
        with_header("X: A", "b"),
        with_header("bCC", "c@example.org"),
        with_header("", "b"),
    ] {
        let sent = provider.send(&bad, now()).await;
        assert!(matches!(sent.outcome, Outcome::Refused { .. }), "{sent:?}");
    }
    assert!(resend.requests().is_empty());
}

#[tokio::test]
async fn checking_tells_good_keys_from_wrong_ones_and_sends_nothing() {
    let resend = FakeResend::start().await;
    let check = async |key: &str| Resend::new(http(), resend.base(), key.into()).check(now()).await;
    assert_eq!(check(KEY).await, Check::Good { note: None });
    assert!(matches!(check(SENDING_KEY).await, Check::Good { note: Some(_) }));
    assert!(matches!(check("re_wrong").await, Check::Wrong { .. }));
    resend.next(Fault::CutBeforeActing);
    assert!(matches!(check(KEY).await, Check::Unknown { .. }));
    resend.suspend();
    assert!(matches!(check(KEY).await, Check::Wrong { .. }));
    assert!(resend.accepted().is_empty());
}
