//! Mail through SendGrid.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use waymark::providers::mail::{Mail, MailProvider as _, SendGrid};
use waymark::providers::{Check, Outcome, RateLimit, Refusal, Scope};

use super::{http, impatient, mail, now};
use crate::support::fakes::sendgrid::{FakeSendGrid, KEY, error};
use crate::support::fakes::server::{Fault, Reply};

async fn fake() -> FakeSendGrid {
    FakeSendGrid::start(now() + TimeDelta::seconds(42)).await
}

fn sender(sendgrid: &FakeSendGrid) -> SendGrid {
    SendGrid::new(http(), sendgrid.base(), KEY.into())
}

#[tokio::test]
async fn a_mail_is_taken_over_with_everything_in_it() {
    let sendgrid = fake().await;
    let sent = sender(&sendgrid).send(&mail(), now()).await;
    let accepted = sendgrid.accepted();
    let provider_id = Some(accepted[0].message_id.clone());
    assert_eq!(sent.outcome, Outcome::Accepted { provider_id });
    let expected = json!({
        "personalizations": [{
            "to": [{ "email": "ana@example.net", "name": "Ana \"A\" Ruiz" }],
            "custom_args": { "waymark_message_id": mail().id.to_string() },
        }],
        "from": { "email": "news@example.org", "name": "Local 12, “Steel”" },
        "reply_to": { "email": "office@example.org" },
        "subject": "Vote on Friday",
        "content": [
            { "type": "text/plain", "value": "Bring a friend." },
            { "type": "text/html", "value": "<p>Bring a friend.</p>" },
        ],
        "headers": {
            "List-Unsubscribe": "<https://example.org/u/1>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    });
    assert_eq!(accepted[0].mail, expected);
    let rate = RateLimit {
        limit: 600,
        remaining: 599,
        reset: Duration::from_secs(42),
    };
    assert_eq!(sent.rate, Some(rate));
}

#[tokio::test]
async fn silence_and_cuts_leave_a_mail_in_doubt() {
    for fault in [
        Fault::SilenceAfterActing,
        Fault::CutAfterActing,
        Fault::CutBeforeActing,
    ] {
        let sendgrid = fake().await;
        sendgrid.next(fault);
        let hasty = SendGrid::new(impatient(), sendgrid.base(), KEY.into());
        let sent = hasty.send(&mail(), now()).await;
        assert!(matches!(sent.outcome, Outcome::InDoubt { .. }), "{sent:?}");
    }
}

#[tokio::test]
async fn over_the_limit_the_provider_waits_until_the_window_ends() {
    let sendgrid = fake().await;
    sendgrid.take_only(0);
    let sent = sender(&sendgrid).send(&mail(), now()).await;
    let waits = Outcome::Deferred {
        why: "SendGrid answered 429: too many requests".to_owned(),
        retry_after: Some(Duration::from_secs(42)),
        scope: Scope::Provider,
    };
    assert_eq!(sent.outcome, waits);
}

#[tokio::test]
async fn every_error_of_the_contract_has_its_meaning() {
    let sendgrid = fake().await;
    let provider = sender(&sendgrid);
    let send = async |reply: Reply| {
        sendgrid.next(Fault::Answer(reply));
        provider.send(&mail(), now()).await.outcome
    };
    for (field, kind) in [
        (Some("personalizations.0.to.0.email"), Refusal::BadAddress),
        (Some("from.email"), Refusal::Other),
        (Some("reply_to.email"), Refusal::Other),
        (Some("content.0.value"), Refusal::Content),
        (None, Refusal::Other),
    ] {
        let outcome = send(error(400, "No", field)).await;
        let code = field.unwrap_or("400").to_owned();
        let why = "SendGrid answered 400: No".to_owned();
        assert_eq!(outcome, Outcome::Refused { code, why, kind });
    }
    for status in [401, 403, 404, 405] {
        let outcome = send(error(status, "No", None)).await;
        assert!(
            matches!(outcome, Outcome::Credentials { .. }),
            "{status} {outcome:?}"
        );
    }
    for (status, kind) in [
        (406, Refusal::Other),
        (413, Refusal::Content),
        (451, Refusal::Other),
    ] {
        let outcome = send(error(status, "No", None)).await;
        assert!(
            matches!(outcome, Outcome::Refused { kind: known, .. } if known == kind),
            "{status}"
        );
    }
    for (reply, expected) in [
        (error(401, "Maximum credits exceeded", None), Scope::Provider),
        (error(429, "too many requests", None), Scope::Provider),
        (error(503, "unavailable", None), Scope::Provider),
        (Reply::new(500), Scope::Message),
        (Reply::new(502), Scope::Message),
    ] {
        let outcome = send(reply).await;
        assert!(
            matches!(outcome, Outcome::Deferred { scope, .. } if scope == expected),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn the_service_itself_refuses_what_it_documents() {
    let sendgrid = fake().await;
    let nowhere = Mail {
        to_address: "ana@nowhere".to_owned(),
        ..mail()
    };
    let sent = sender(&sendgrid).send(&nowhere, now()).await;
    let refused = matches!(
        &sent.outcome,
        Outcome::Refused { kind: Refusal::BadAddress, code, .. } if code == "personalizations.0.to.0.email"
    );
    assert!(refused, "{sent:?}");
}

#[tokio::test]
async fn checking_wants_a_key_that_may_send() {
    let sendgrid = fake().await;
    assert_eq!(sender(&sendgrid).check(now()).await, Check::Good { note: None });
    let wrong = SendGrid::new(http(), sendgrid.base(), "SG.wrong".into());
    assert!(matches!(wrong.check(now()).await, Check::Wrong { .. }));
    assert!(!format!("{wrong:?}").contains("SG.wrong"));
    sendgrid.forbid_sending();
    assert!(matches!(
        sender(&sendgrid).check(now()).await,
        Check::Wrong { .. }
    ));
    let sent = sender(&sendgrid).send(&mail(), now()).await;
    assert!(matches!(sent.outcome, Outcome::Credentials { .. }), "{sent:?}");
    assert!(sendgrid.accepted().is_empty());
}
