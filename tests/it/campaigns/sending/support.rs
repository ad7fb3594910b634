//! What the tests of sending share.

use std::time::Duration;

use uuid::Uuid;

use crate::smtp::support::smtp_sink::{Keep, SinkEncryption, SinkOptions, SmtpSink};
use crate::support::eventually::eventually;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// A portal that sends, whose organization has what mail needs.
pub async fn sending() -> Portal {
    let portal = Portal::live().await;
    prepare(&portal);
    portal
}

/// What every organization that sends has: a postal address.
pub fn prepare(portal: &Portal) {
    portal.force(POSTAL_ADDRESS);
}

/// The same in words for the database.
pub const POSTAL_ADDRESS: &str = "UPDATE organizations SET postal_address = E'1 Main Street\nOttawa'";

/// More people: `person-1@crowd.example` and so on.
pub fn crowd(portal: &Portal, count: usize) {
    portal.force(&people(count));
}

/// The same in words for the database.
pub fn people(count: usize) -> String {
    format!(
        "INSERT INTO members (org_id, id, display_name, handle, email, time_zone) \
         SELECT o.id, gen_random_uuid(), 'Person ' || n, 'person-' || n, 'person-' || n || '@crowd.example', 'America/Toronto' \
         FROM organizations o, generate_series(1, {count}) n WHERE o.slug = 'local'"
    )
}

/// A saved template; answers its id.
pub async fn template(comms: &Actor, name: &str) -> String {
    let page = comms.get("/templates/new").await.expect_ok();
    let answer = page
        .form("main form[action='/templates']")
        .set("name", name)
        .set("starter", "announcement")
        .set("purpose", "informational")
        .set("category", "newsletters")
        .submit(comms)
        .await
        .expect_see_other("/templates/");
    let path = answer.location().unwrap().path().to_owned();
    path.rsplit('/').next().unwrap().to_owned()
}

/// A draft for everybody, with every step filled in; answers its path.
pub async fn draft(comms: &Actor, name: &str) -> String {
    let template = template(comms, name).await;
    let page = comms.get("/campaigns/new").await.expect_ok();
    let begun = page
        .form("main form")
        .set("name", name)
        .set("channel", "email")
        .submit(comms)
        .await
        .expect_see_other("/campaigns/");
    let content = begun.location().unwrap().path().to_owned();
    let path = content.trim_end_matches("/content").to_owned();
    step(comms, &path, "content", &[("template", &template)], "Save")
        .await
        .expect_status(303);
    let page = comms.get(&content).await.expect_ok();
    let form = page.form(&format!("form[action='{content}']"));
    let mut filled = form;
    for name in ["fill-headline", "fill-message"] {
        filled = filled.set(name, "Come to the meeting");
    }
    filled
        .press("Save and go on")
        .submit(comms)
        .await
        .expect_status(303);
    step(comms, &path, "audience", &[("who", "everyone")], "Save and go on")
        .await
        .expect_status(303);
    path
}

/// Fills in a step and presses one of its buttons.
pub async fn step(comms: &Actor, path: &str, step: &str, fields: &[(&str, &str)], button: &str) -> Page {
    let path = format!("{path}/{step}");
    let page = comms.get(&path).await.expect_ok();
    let mut form = page.form(&format!("form[action='{path}']"));
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.press(button).submit(comms).await
}

/// Sends a draft off.
pub async fn launch(comms: &Actor, path: &str) -> Page {
    let page = comms.get(&format!("{path}/review")).await.expect_ok();
    page.form(&format!("form[action='{path}/launch']"))
        .submit(comms)
        .await
}

/// Presses a button on the page of a campaign.
pub async fn press(actor: &Actor, path: &str, what: &str) -> Page {
    let page = actor.get(path).await.expect_ok();
    page.form(&format!("form[action='{path}/{what}']"))
        .submit(actor)
        .await
}

/// The campaign's id.
pub fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Waits until a campaign is in a state.
pub async fn reaches(portal: &Portal, path: &str, state: &str) {
    let sql = format!("SELECT state::text FROM campaigns WHERE id = '{}'", id(path));
    eventually(&format!("{path} to be {state}"), async || {
        let now = portal.look(&sql);
        (now == state).then_some(()).or_else(|| {
            assert!(
                now != "failed" || state == "failed",
                "it failed: {}",
                portal.look("SELECT trouble FROM campaigns")
            );
            None
        })
    })
    .await;
}

/// What the log counts of a campaign.
pub fn count(portal: &Portal, path: &str, what: &str) -> i64 {
    portal
        .look(&format!(
            "SELECT coalesce(sum(amount), 0)::text FROM campaign_counts WHERE campaign_id = '{}' AND what = '{what}'",
            id(path)
        ))
        .parse()
        .unwrap()
}

/// A mail server, and an organization that sends through it.
pub async fn mail_server(portal: &Portal, change: impl FnOnce(&mut SinkOptions)) -> SmtpSink {
    let mut options = SinkOptions {
        encryption: SinkEncryption::None,
        keep: Keep::Bytes,
        round_trip: Duration::ZERO,
        ..SinkOptions::default()
    };
    change(&mut options);
    let sink = SmtpSink::start(options).await;
    provide(portal, &sink, 4);
    sink
}

/// Has the organization send through a mail server.
pub fn provide(portal: &Portal, sink: &SmtpSink, connections: u8) {
    portal.force(&relay(sink, connections));
}

/// The same in words for the database.
pub fn relay(sink: &SmtpSink, connections: u8) -> String {
    let (provider, address) = (Uuid::now_v7(), sink.address());
    format!(
        "INSERT INTO message_providers (org_id, id, kind, name, settings, from_address, connections, created_by, created_at, changed_at) \
         SELECT o.id, '{provider}', 'smtp', 'Relay', '{{\"host\": \"{}\", \"port\": {}, \"security\": \"plain\"}}', 'news@local.example', {connections}, m.id, now(), now() \
         FROM organizations o JOIN members m ON m.org_id = o.id AND m.handle = 'admin' WHERE o.slug = 'local'",
        address.ip(),
        address.port()
    )
}
