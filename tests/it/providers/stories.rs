//! Whole ways: sent to a provider, reported back over HTTP, believed, read, and acted on once.

use std::collections::HashMap;

use serde_json::json;
use uuid::Uuid;
use waymark::providers::Outcome;
use waymark::providers::mail::{Mail, MailProvider as _, Resend, SendGrid};
use waymark::providers::sms::{Sms, Twilio, TwilioAccount, TwilioLogin, TwilioSender};
use waymark::providers::webhooks::{
    ProviderEvent, SmsStatus, TwilioContent, TwilioSecrets, What, inbound_sms, resend_event, sendgrid_events,
    sms_status, verify_sendgrid, verify_standard, verify_twilio,
};

use super::{http, impatient, mail, now};
use crate::support::fakes::resend::{self, FakeResend};
use crate::support::fakes::sendgrid::{self, FakeSendGrid};
use crate::support::fakes::server::{Fault, Reply, Server};
use crate::support::fakes::twilio::{self, ACCOUNT, AUTH_TOKEN, FakeTwilio, NUMBER};
use crate::support::fakes::webhook::disordered;

/// Where reports arrive; it only keeps them.
async fn mailbox() -> Server {
    Server::start(|_| Reply::new(204)).await
}

/// What remains when repetitions are dropped.
fn once(events: impl IntoIterator<Item = ProviderEvent>) -> HashMap<String, ProviderEvent> {
    events
        .into_iter()
        .map(|event| (event.provider_event_id.clone(), event))
        .collect()
}

#[tokio::test]
async fn resend_reports_a_bounce_twice_and_backwards_and_it_counts_once() {
    let (resend, mailbox) = (FakeResend::start().await, mailbox().await);
    let lost = Mail {
        to_name: String::new(),
        to_address: "bounced@resend.dev".to_owned(),
        ..mail()
    };
    Resend::new(http(), resend.base(), resend::KEY.into())
        .send(&lost, now())
        .await;
    mailbox.next(Fault::Answer(Reply::new(500)));
    for report in disordered(&resend.story_of(&resend.accepted()[0], now())) {
        assert_eq!(report.deliver(&mailbox.base(), 3).await, 204);
    }
    let events = mailbox.requests().into_iter().filter_map(|request| {
        let secret = [resend::WEBHOOK_SECRET.into()];
        let delivery = verify_standard(&secret, |name| request.header(name), &request.body, now()).unwrap();
        resend_event(&delivery.id, &request.body).unwrap()
    });
    let events = once(events);
    assert_eq!(mailbox.requests().len(), 5);
    assert_eq!(events.len(), 1);
    let event = events.values().next().unwrap();
    assert_eq!(event.our_message_id, Some(lost.id));
    assert!(matches!(event.what, What::Bounced { permanent: true, .. }));
}

#[tokio::test]
async fn sendgrid_reports_find_their_mail_even_when_sending_was_in_doubt() {
    let (sendgrid, mailbox) = (FakeSendGrid::start(now()).await, mailbox().await);
    sendgrid.next(Fault::SilenceAfterActing);
    let provider = SendGrid::new(impatient(), sendgrid.base(), sendgrid::KEY.into());
    let sent = provider.send(&mail(), now()).await;
    assert!(matches!(sent.outcome, Outcome::InDoubt { .. }));
    let accepted = &sendgrid.accepted()[0];
    let events = ["processed", "delivered", "open"]
        .map(|kind| sendgrid.event(kind, accepted, now(), json!({ "ip": "192.0.2.7" })));
    for report in disordered(&[
        sendgrid.report(&events[..2], now()),
        sendgrid.report(&events[2..], now()),
    ]) {
        assert_eq!(report.deliver(&mailbox.base(), 1).await, 204);
    }
    let key = FakeSendGrid::verification_key();
    let events = mailbox.requests().into_iter().flat_map(|request| {
        verify_sendgrid(&key, |name| request.header(name), &request.body).unwrap();
        sendgrid_events(&request.body).unwrap()
    });
    let events = once(events.map(Result::unwrap));
    assert_eq!(events.len(), 2);
    for event in events.values() {
        assert_eq!(event.our_message_id, Some(mail().id));
        assert_eq!(
            event.provider_message_id.as_deref(),
            Some(accepted.message_id.as_str())
        );
    }
}

#[tokio::test]
async fn twilio_callbacks_settle_a_message_in_doubt_whatever_their_order() {
    let (twilio, mailbox) = (FakeTwilio::start().await, mailbox().await);
    let callback = mailbox.base().join("/hooks/twilio").unwrap();
    let account = TwilioAccount {
        base: twilio.base(),
        account_sid: ACCOUNT.to_owned(),
        login: TwilioLogin::AuthToken(AUTH_TOKEN.into()),
        sender: TwilioSender::From(NUMBER.to_owned()),
        status_callback: Some(callback),
    };
    let sms = Sms {
        id: Uuid::from_u128(9),
        to: "+14165550123".to_owned(),
        body: "Vote".to_owned(),
    };
    twilio.next(Fault::CutAfterActing);
    let sent = Twilio::new(http(), account).unwrap().send(&sms, now()).await;
    assert!(matches!(sent.outcome, Outcome::InDoubt { .. }), "{sent:?}");
    let accepted = &twilio.accepted()[0];
    let url = accepted.status_callback.clone().unwrap();
    for report in disordered(&twilio.story_of(accepted, &["queued", "sent", "delivered"], None)) {
        assert_eq!(report.deliver(&url.parse().unwrap(), 2).await, 204);
    }
    let secrets = TwilioSecrets {
        auth_token: AUTH_TOKEN.into(),
        shared_key: None,
    };
    let events = mailbox.requests().into_iter().filter_map(|request| {
        let content = TwilioContent::Form(&request.body);
        verify_twilio(&secrets, &url, |name| request.header(name), content).unwrap();
        let delivery = request.header("i-twilio-idempotency-token");
        sms_status(&request.body, &request.query, delivery, now()).unwrap()
    });
    let events = once(events);
    assert_eq!(events.len(), 3);
    assert!(events.values().all(|event| event.our_message_id == Some(sms.id)));
    let furthest = events.values().filter_map(|event| match event.what {
        What::Sms { status, .. } => Some(status),
        _ => None,
    });
    assert_eq!(
        furthest.max_by_key(|status| status.rank()),
        Some(SmsStatus::Delivered)
    );
}

#[tokio::test]
async fn a_stop_from_a_phone_is_believed_and_read() {
    let (twilio, mailbox) = (FakeTwilio::start().await, mailbox().await);
    let url = mailbox.base().join("/hooks/in?org=12").unwrap();
    let report = twilio.inbound(url.as_str(), "+14165550123", "STOP");
    assert_eq!(report.deliver(&url, 1).await, 204);
    let request = &mailbox.requests()[0];
    let secrets = TwilioSecrets {
        auth_token: twilio::AUTH_TOKEN.into(),
        shared_key: None,
    };
    let content = TwilioContent::Form(&request.body);
    verify_twilio(&secrets, url.as_str(), |name| request.header(name), content).unwrap();
    let message = inbound_sms(&request.body).unwrap();
    assert_eq!(message.from, "+14165550123");
    assert_eq!(
        message.opt_out_type,
        Some(waymark::providers::webhooks::OptOut::Stop)
    );
}
