//! Letters of the portal leave through providers, or the mail server of the installation.

use std::time::Duration;

use uuid::Uuid;
use waymark::server::Duty;

use super::sending::support::mail_server;
use crate::smtp::support::smtp_sink::{Answer, Keep, Rule, SinkEncryption, SinkOptions, SmtpSink};
use crate::support::eventually::eventually;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

async fn invite(admin: &Actor, email: &str) {
    let page = admin.get("/admin/invitations").await.expect_ok();
    page.form("form[action='/admin/invitations']")
        .set("email", email)
        .set("display_name", "Ben Hall")
        .check_value("roles", "member")
        .submit(admin)
        .await
        .expect_see_other("/admin/invitations");
}

async fn forget(portal: &Portal, email: &str) -> Page {
    let anyone = portal.anyone();
    let page = anyone.get("/forgot-password").await.expect_ok();
    page.form("form[action='/forgot-password']")
        .set("email", email)
        .submit(&anyone)
        .await
}

/// What became of the newest letter to an address: left, waits, or stays.
fn fate(portal: &Portal, to: &str) -> String {
    portal.look(&format!(
        "SELECT coalesce((SELECT CASE WHEN left_at IS NOT NULL THEN 'left through ' || left_through WHEN leaves_at IS NOT NULL THEN 'waits: ' || trouble ELSE 'stays: ' || trouble END \
         FROM outbox_mails WHERE recipient = '{to}' ORDER BY id DESC LIMIT 1), 'none')"
    ))
}

async fn becomes(portal: &Portal, to: &str, wanted: &str) {
    eventually(&format!("the letter to {to}: {wanted}"), async || {
        fate(portal, to).starts_with(wanted).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_invitation_leaves_through_the_provider_of_its_organization_and_its_secret_is_forgotten() {
    let portal = Portal::live().await;
    let sink = mail_server(&portal, |_| {}).await;
    let admin = portal.person("admin").await;
    invite(&admin, "ben@example.net").await;
    sink.wait_for(1).await;
    let got = sink.received().remove(0);
    assert_eq!(
        (got.sender.as_str(), got.recipients.as_slice()),
        ("news@local.example", &["ben@example.net".to_owned()][..])
    );
    let text = String::from_utf8(got.bytes.unwrap()).unwrap();
    assert!(
        text.contains("news@local.example") && !text.contains("localhost.localdomain>"),
        "{text}"
    );
    assert!(text.contains("/invitation"), "{text}");
    becomes(&portal, "ben@example.net", "left through Relay").await;
    assert_eq!(
        portal.look("SELECT octet_length(mime)::text FROM outbox_mails WHERE recipient = 'ben@example.net'"),
        "0",
        "the link is nowhere any more"
    );
    portal
        .anyone()
        .get("/outbox")
        .await
        .expect_ok()
        .expect_text("left through Relay");

    // A new password belongs to no organization; one that knows the person carries it. Whoever is not known gets nothing.
    forget(&portal, "member@local.example").await;
    forget(&portal, "nobody@example.net").await;
    becomes(&portal, "member@local.example", "left through Relay").await;
    sink.wait_for(2).await;
    assert_eq!(fate(&portal, "nobody@example.net"), "none");
}

#[tokio::test]
async fn the_next_carries_what_the_first_cannot_and_the_first_is_stopped_when_it_does_not_let_us_in() {
    let own = SmtpSink::start(SinkOptions {
        encryption: SinkEncryption::None,
        keep: Keep::Bytes,
        round_trip: Duration::ZERO,
        ..SinkOptions::default()
    })
    .await;
    let line = format!("smtp://{}?tls=none", own.address());
    let portal = Portal::with(Duty::Both, move |config| config.mail.server = line).await;
    let admin = portal.person("admin").await;
    // Without a provider the mail server of the installation has it.
    invite(&admin, "ada@example.net").await;
    becomes(
        &portal,
        "ada@example.net",
        "left through the mail server of this installation",
    )
    .await;

    let (org, member) = (portal.organization("local"), portal.member("admin"));
    portal.force(&format!(
        "INSERT INTO message_providers (org_id, id, kind, name, settings, from_address, connections, created_by, created_at, changed_at) VALUES \
         ('{org}', '{}', 'smtp', 'Closed', '{{\"host\": \"127.0.0.1\", \"port\": 1, \"security\": \"plain\"}}', 'news@local.example', 4, '{member}', now(), now())",
        Uuid::now_v7()
    ));
    invite(&admin, "ben@example.net").await;
    becomes(
        &portal,
        "ben@example.net",
        "left through the mail server of this installation",
    )
    .await;
    assert_eq!(own.received().len(), 2);

    // What is put off waits, what is refused stays with what was said.
    own.change(|options| {
        options.rules.insert(
            0,
            Rule::for_mailbox("cy", Answer::Path("450 4.2.1 Try later".to_owned())),
        );
        options.rules.insert(
            0,
            Rule::for_mailbox("di", Answer::Path("550 5.1.1 Nobody here".to_owned())),
        );
    });
    invite(&admin, "cy@example.net").await;
    becomes(&portal, "cy@example.net", "waits: 450 4.2.1").await;
    invite(&admin, "di@example.net").await;
    becomes(&portal, "di@example.net", "stays: 550 5.1.1").await;
    portal
        .anyone()
        .get("/outbox")
        .await
        .expect_text("will be tried again: 450 4.2.1 Try later")
        .expect_text("was not sent: 550 5.1.1 Nobody here");
    own.change(|options| options.rules.clear());
    portal.pass(chrono::TimeDelta::minutes(2));
    becomes(&portal, "cy@example.net", "left").await;
}
