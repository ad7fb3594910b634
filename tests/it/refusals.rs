//! What is sent wrongly, too late or by the wrong person: a clear message, the right status, and nothing lost.

mod bodies;
mod lateness;
mod names;
mod sweep;

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// What the composer of a channel sends, with this text.
async fn composed(author: &Actor, path: &str, text: &str) -> crate::support::form::Form {
    let page = author.get(path).await.expect_ok();
    page.form("form[data-composer]").set("body", text)
}

/// What was typed stands on the page of the refusal, to be copied.
#[track_caller]
fn expect_given_back(refusal: &Page, text: &str) {
    let given = refusal.select("main textarea[readonly]");
    assert!(
        given.iter().any(|field| field.text == text),
        "{text:?} is not given back, only {given:?}"
    );
}

fn messages(portal: &Portal, body: &str) -> String {
    portal.look(&format!("SELECT count(*) FROM messages WHERE body = '{body}'"))
}
