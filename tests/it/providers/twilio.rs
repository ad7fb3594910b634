//! Text messages through Twilio.

use std::time::Duration;

use uuid::Uuid;
use waymark::providers::sms::{Sms, Twilio, TwilioAccount, TwilioLogin, TwilioSender};
use waymark::providers::{Check, Outcome, Refusal, Scope};

use super::{http, impatient, now};
use crate::support::fakes::server::{Fault, Reply};
use crate::support::fakes::twilio::{
    ACCOUNT, API_KEY, API_SECRET, AUTH_TOKEN, FakeTwilio, NUMBER, SERVICE, error,
};

fn account(twilio: &FakeTwilio) -> TwilioAccount {
    TwilioAccount {
        base: twilio.base(),
        account_sid: ACCOUNT.to_owned(),
        login: TwilioLogin::AuthToken(AUTH_TOKEN.into()),
        sender: TwilioSender::From(NUMBER.to_owned()),
        status_callback: Some("https://example.org/hooks/twilio?org=12".parse().unwrap()),
    }
}

fn sender(twilio: &FakeTwilio) -> Twilio {
    Twilio::new(http(), account(twilio)).unwrap()
}

fn sms(to: &str) -> Sms {
    Sms {
        id: Uuid::from_u128(7),
        to: to.to_owned(),
        body: "Vote & bring a friend 👋".to_owned(),
    }
}

#[tokio::test]
async fn a_message_is_taken_over_and_its_reports_carry_our_id() {
    let twilio = FakeTwilio::start().await;
    let sent = sender(&twilio).send(&sms("+14165550123"), now()).await;
    let accepted = &twilio.accepted()[0];
    let provider_id = Some(accepted.sid.clone());
    assert_eq!(sent.outcome, Outcome::Accepted { provider_id });
    assert_eq!(accepted.body, "Vote & bring a friend 👋");
    assert_eq!(accepted.from.as_deref(), Some(NUMBER));
    let callback = format!(
        "https://example.org/hooks/twilio?org=12&message={}",
        Uuid::from_u128(7)
    );
    assert_eq!(accepted.status_callback, Some(callback));
}

#[tokio::test]
async fn a_messaging_service_and_an_api_key_do_as_well() {
    let twilio = FakeTwilio::start().await;
    let account = TwilioAccount {
        login: TwilioLogin::ApiKey {
            sid: API_KEY.to_owned(),
            secret: API_SECRET.into(),
        },
        sender: TwilioSender::MessagingService(SERVICE.to_owned()),
        status_callback: None,
        ..account(&twilio)
    };
    let provider = Twilio::new(http(), account).unwrap();
    let sent = provider.send(&sms("+14165550123"), now()).await;
    assert!(matches!(sent.outcome, Outcome::Accepted { .. }), "{sent:?}");
    assert_eq!(twilio.accepted()[0].from, None);
    assert!(!format!("{provider:?}").contains(API_SECRET));
}

#[tokio::test]
async fn what_may_have_gone_out_is_in_doubt() {
    for fault in [
        Fault::SilenceAfterActing,
        Fault::CutAfterActing,
        Fault::CutBeforeActing,
        Fault::Answer(Reply::new(500)),
        Fault::Answer(Reply::new(503)),
    ] {
        let twilio = FakeTwilio::start().await;
        twilio.next(fault);
        let hasty = Twilio::new(impatient(), account(&twilio)).unwrap();
        let sent = hasty.send(&sms("+14165550123"), now()).await;
        assert!(matches!(sent.outcome, Outcome::InDoubt { .. }), "{sent:?}");
        assert_eq!(twilio.requests().len(), 1);
    }
}

#[tokio::test]
async fn magic_numbers_are_refused_as_bad_addresses() {
    let twilio = FakeTwilio::start().await;
    for to in ["+15005550001", "+15005550009", "12", ""] {
        let sent = sender(&twilio).send(&sms(to), now()).await;
        let bad = matches!(
            sent.outcome,
            Outcome::Refused {
                kind: Refusal::BadAddress,
                ..
            }
        );
        assert!(bad, "{to} {sent:?}");
    }
}

#[tokio::test]
async fn after_stop_a_message_is_refused_as_opted_out() {
    let twilio = FakeTwilio::start().await;
    twilio.inbound("https://example.org/hooks/in", "+14165550123", "Stop ");
    let sent = sender(&twilio).send(&sms("+14165550123"), now()).await;
    let refused = Outcome::Refused {
        code: "21610".to_owned(),
        why: "Twilio answered 400: Attempt to send to unsubscribed recipient".to_owned(),
        kind: Refusal::OptedOut,
    };
    assert_eq!(sent.outcome, refused);
    twilio.inbound("https://example.org/hooks/in", "+14165550123", "start");
    let sent = sender(&twilio).send(&sms("+14165550123"), now()).await;
    assert!(matches!(sent.outcome, Outcome::Accepted { .. }), "{sent:?}");
}

#[tokio::test]
async fn every_code_of_the_contract_has_its_meaning() {
    let twilio = FakeTwilio::start().await;
    let provider = sender(&twilio);
    let send = async |status, code| {
        twilio.next(Fault::Answer(error(status, code, "No").with("retry-after", 3)));
        provider.send(&sms("+14165550123"), now()).await.outcome
    };
    for (code, kind) in [
        (21211, Refusal::BadAddress),
        (21612, Refusal::BadAddress),
        (21614, Refusal::BadAddress),
        (21610, Refusal::OptedOut),
        (21602, Refusal::Content),
        (21617, Refusal::Content),
        (21408, Refusal::Other),
        (21608, Refusal::Other),
        (29999, Refusal::Other),
    ] {
        let outcome = send(400, code).await;
        let why = "Twilio answered 400: No".to_owned();
        let code = code.to_string();
        assert_eq!(outcome, Outcome::Refused { code, why, kind });
    }
    for (status, code) in [
        (401, 20003),
        (404, 20404),
        (400, 21212),
        (400, 21603),
        (400, 21606),
        (400, 21659),
    ] {
        let outcome = send(status, code).await;
        assert!(
            matches!(outcome, Outcome::Credentials { .. }),
            "{code} {outcome:?}"
        );
    }
    for (status, code, pause) in [(429, 20429, 3), (429, 21611, 900)] {
        let waits = Outcome::Deferred {
            why: "Twilio answered 429: No".to_owned(),
            retry_after: Some(Duration::from_secs(pause)),
            scope: Scope::Provider,
        };
        assert_eq!(send(status, code).await, waits);
    }
}

#[tokio::test]
async fn an_empty_or_endless_message_never_leaves() {
    let twilio = FakeTwilio::start().await;
    for (body, code) in [(String::new(), "21602"), ("é".repeat(1_601), "21617")] {
        let message = Sms {
            body,
            ..sms("+14165550123")
        };
        let sent = sender(&twilio).send(&message, now()).await;
        assert!(matches!(&sent.outcome, Outcome::Refused { code: known, .. } if known == code));
    }
    assert!(twilio.requests().is_empty());
    let longest = Sms {
        body: "é".repeat(1_600),
        ..sms("+14165550123")
    };
    let sent = sender(&twilio).send(&longest, now()).await;
    assert!(matches!(sent.outcome, Outcome::Accepted { .. }), "{sent:?}");
}

#[tokio::test]
async fn checking_wants_an_active_account() {
    let twilio = FakeTwilio::start().await;
    assert_eq!(sender(&twilio).check(now()).await, Check::Good { note: None });
    let wrong = TwilioAccount {
        login: TwilioLogin::AuthToken("wrong".into()),
        ..account(&twilio)
    };
    let wrong = Twilio::new(http(), wrong).unwrap().check(now()).await;
    assert!(matches!(wrong, Check::Wrong { .. }), "{wrong:?}");
    twilio.suspend();
    let why = "The Twilio account is suspended".to_owned();
    assert_eq!(sender(&twilio).check(now()).await, Check::Wrong { why });
}

#[tokio::test]
async fn an_account_that_would_lead_elsewhere_is_refused() {
    let twilio = FakeTwilio::start().await;
    for sid in [
        "",
        "AC12",
        "../../x",
        "SK0123456789abcdef0123456789abcdef",
        "AC0123456789abcdef0123456789abcde/",
    ] {
        let account = TwilioAccount {
            account_sid: sid.to_owned(),
            ..account(&twilio)
        };
        assert!(Twilio::new(http(), account).is_err(), "{sid}");
    }
}
