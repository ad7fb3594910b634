//! Field notes: writing them, and above all who reads them.

mod api;
mod handover;
pub mod levels;
mod sight;
mod writing;

use crate::support::client::Client;
use crate::support::page::Page;
use crate::support::portal::Portal;

/// Writes a note about somebody through the form; answers where the browser is sent.
pub async fn write(portal: &Portal, by: &Client, about: &str, fields: &[(&str, &str)]) -> Page {
    let page = by
        .get(&format!("/people/{}/notes/new", portal.member(about)))
        .await
        .expect_ok();
    let mut form = page.form("main form");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.submit(by).await
}

/// The id of the note written last.
pub fn newest(portal: &Portal) -> String {
    portal.look("SELECT id FROM field_notes ORDER BY received_at DESC LIMIT 1")
}
