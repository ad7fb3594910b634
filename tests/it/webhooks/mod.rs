//! Telling other programs what happened, over the wire to a server of their own.

mod guarding;
mod telling;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::support::eventually::eventually;
use crate::support::fakes::server::{Reply, Request, Server};
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// A program that takes everything.
async fn receiver() -> Server {
    Server::start(|_| Reply::new(204)).await
}

/// Adds a webhook through the page; its address here and its secret.
async fn add(admin: &Actor, url: &str, kinds: &[&str]) -> (String, String) {
    let page = admin.get("/webhooks/new").await.expect_ok();
    let form = page
        .form("form[action='/webhooks']")
        .set("name", "Mirror")
        .set("url", url);
    let form = kinds
        .iter()
        .fold(form, |form, kind| form.check_value("kinds", kind));
    let shown = form.submit(admin).await.expect_see_other("/webhooks/");
    let path = shown.location().unwrap().path().to_owned();
    let secret = shown.follow(admin).await.one(".callout code").text;
    (path, secret)
}

/// Presses a button of a webhook.
async fn press(admin: &Actor, path: &str, what: &str) -> Page {
    let page = admin.get(path).await.expect_ok();
    page.form(&format!("form[action='{path}/{what}']"))
        .submit(admin)
        .await
        .expect_see_other(path)
}

/// Waits until so many requests have come, and answers them.
async fn arrived(server: &Server, count: usize) -> Vec<Request> {
    eventually("requests to arrive", async || {
        let requests = server.requests();
        (requests.len() >= count).then_some(requests)
    })
    .await
}

/// Waits until the database says so.
async fn says(portal: &Portal, sql: &str, wanted: &str) {
    eventually(&format!("{sql} to be {wanted}"), async || {
        (portal.look(sql) == wanted).then_some(())
    })
    .await;
}

/// Whether one of a request's signatures was made with this secret, by the book and with nothing of the portal's.
fn fits(request: &Request, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert!(
        (24..=64).contains(&key.len()),
        "as long as the specification asks for"
    );
    let [id, at, offered] = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .map(|name| request.header(name).unwrap().to_owned());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(&request.body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    offered.split(' ').any(|one| one == expected)
}
