//! The client that all senders share.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use waymark::providers::mail::{MailProvider as _, Resend};
use waymark::providers::{Check, Outcome, Scope};

use super::{http, mail, now};
use crate::support::fakes::resend::{FakeResend, KEY};
use crate::support::fakes::server::{Fault, Reply, Server};

#[tokio::test]
async fn nobody_there_makes_the_provider_wait() {
    let gone = FakeResend::start().await.base();
    let sent = Resend::new(http(), gone, KEY.into()).send(&mail(), now()).await;
    let Outcome::Deferred { why, scope, .. } = sent.outcome else {
        panic!("{sent:?}");
    };
    assert_eq!(scope, Scope::Provider);
    assert!(why.starts_with("Could not be reached"), "{why}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(|_| Reply::json(200, &json!({ "id": "stolen" }))).await;
    let resend = FakeResend::start().await;
    let redirect = Reply::new(307).with("location", elsewhere.base().join("/emails").unwrap());
    resend.next(Fault::Answer(redirect));
    let sent = Resend::new(http(), resend.base(), KEY.into())
        .send(&mail(), now())
        .await;
    assert!(matches!(sent.outcome, Outcome::Credentials { .. }), "{sent:?}");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn an_endless_answer_is_cut_short() {
    let mut endless = Reply::new(400);
    endless.body = vec![b'x'; 3 * 1024 * 1024];
    let resend = FakeResend::start().await;
    resend.next(Fault::Answer(endless));
    let sent = Resend::new(http(), resend.base(), KEY.into())
        .send(&mail(), now())
        .await;
    let Outcome::Refused { why, .. } = sent.outcome else {
        panic!("{sent:?}");
    };
    assert!(why.len() < 1_000, "{}", why.len());
}

#[tokio::test]
async fn a_pause_is_read_as_seconds_and_as_a_moment() {
    for (header, seconds) in [
        ("17".to_owned(), 17),
        ((now() + TimeDelta::seconds(90)).to_rfc2822(), 90),
        ((now() - TimeDelta::seconds(90)).to_rfc2822(), 0),
        ("999999999".to_owned(), 86_400),
    ] {
        let resend = FakeResend::start().await;
        resend.next(Fault::Answer(Reply::new(503).with("retry-after", &header)));
        let sent = Resend::new(http(), resend.base(), KEY.into())
            .send(&mail(), now())
            .await;
        let Outcome::Deferred { retry_after, .. } = sent.outcome else {
            panic!("{sent:?}");
        };
        assert_eq!(retry_after, Some(Duration::from_secs(seconds)), "{header}");
    }
}

#[tokio::test]
async fn a_key_that_the_other_side_repeats_is_taken_out() {
    let resend = FakeResend::start().await;
    let provider = Resend::new(http(), resend.base(), "re_wrong_and_secret".into());
    let Check::Wrong { why } = provider.check(now()).await else {
        panic!("a wrong key was taken");
    };
    assert!(why.contains("[secret]") && !why.contains("re_wrong"), "{why}");
    assert!(!format!("{provider:?}").contains("re_wrong"));
}

#[tokio::test]
async fn a_base_address_may_have_a_path() {
    let server = Server::start(|_| Reply::json(200, &json!({ "id": "1" }))).await;
    let base = server.base().join("/gateway/resend/").unwrap();
    Resend::new(http(), base, KEY.into()).send(&mail(), now()).await;
    assert_eq!(server.requests()[0].path, "/gateway/resend/emails");
}
