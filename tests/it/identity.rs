//! Identity: what people notice when they sign in, are invited, and look after their account.

mod callers;
mod invitations;
mod mail;
mod passwords;
mod profile;
mod second_factor;
mod sessions;
mod set_up;
mod sign_in;
mod tokens;
mod twice;

use crate::support::client::Client;
use crate::support::page::Page;
use crate::support::portal::Portal;

/// The newest mail to `recipient`: its page in the outbox.
async fn newest_mail(portal: &Portal, recipient: &str) -> Page {
    let id = portal.look(&format!(
        "SELECT id FROM outbox_mails WHERE recipient = '{recipient}' ORDER BY id DESC LIMIT 1"
    ));
    assert!(!id.is_empty(), "no mail to {recipient}");
    portal.anyone().get(&format!("/outbox/{id}")).await.expect_ok()
}

/// The path of the link in the newest mail to `recipient`.
async fn mailed_path(portal: &Portal, recipient: &str) -> String {
    let mail = newest_mail(portal, recipient).await;
    let link = mail.one("main ul a[href]");
    url::Url::parse(link.attr("href").unwrap())
        .unwrap()
        .path()
        .to_owned()
}

/// Signs in through the form, wherever that leads.
async fn sign_in(client: &Client, email: &str, password: &str) -> Page {
    let page = client.get("/sign-in").await.expect_ok();
    let form = page
        .form("main form")
        .set("email", email)
        .set("password", password);
    form.submit(client).await
}

/// Posts fields with a right token to wherever a forger likes.
async fn post(client: &Client, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = client.get("/forgot-password").await.expect_ok();
    let token = page.one("meta[name=csrf]").attr("content").unwrap().to_owned();
    let mut all = vec![("_csrf", token.as_str())];
    all.extend_from_slice(fields);
    client.post(path, &all).await
}
