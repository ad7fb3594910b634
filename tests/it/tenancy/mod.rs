//! People and groups: who sees whom, who changes what.

mod groups;
mod people;
mod standing;

use crate::support::client::Client;
use crate::support::page::Page;

/// Posts a form that no page offered this person, with the token a forger could take from any page of their own.
pub async fn forge(actor: &Client, path: &str, fields: &[(&str, &str)]) -> Page {
    let token = actor
        .get("/help")
        .await
        .expect_ok()
        .one("meta[name=csrf]")
        .attr("content")
        .unwrap()
        .to_owned();
    let mut all = vec![("_csrf", token.as_str())];
    all.extend_from_slice(fields);
    actor.post(path, &all).await
}
