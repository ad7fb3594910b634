//! Somebody who changes a lot: with their token at hand, so that a change costs one request and no page.

use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{ApiRequest, Client};
use super::page::Page;
use super::portal::{Actor, Portal};

/// Somebody signed in, and the token of their browser.
pub struct Writer {
    pub actor: Actor,
    csrf: String,
}

impl Writer {
    /// A person of the fixture's first organization.
    pub async fn of(portal: &Portal, key: &str) -> Self {
        Self::at(portal.base(), key).await
    }

    /// The same at whatever portal answers there.
    pub async fn at(base: &str, key: &str) -> Self {
        let actor = Actor::sign_in(base, key, &format!("{key}@local.example")).await;
        let page = actor.get("/help").await.expect_ok();
        let csrf = page.one("meta[name=csrf]").attr("content").unwrap().to_owned();
        Self { actor, csrf }
    }

    /// Their browser.
    pub fn client(&self) -> &Client {
        &self.actor
    }

    /// The token that forms of their browser carry.
    pub fn token(&self) -> &str {
        &self.csrf
    }

    /// Sends a form.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.actor.post(path, &self.signed(fields)).await
    }

    /// Sends a form to a portal that may be away.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn try_send(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Result<Page> {
        self.actor.try_post(path, &self.signed(fields)).await
    }

    /// Posts a message to `/channels/…` as a program of our own pages would.
    pub async fn say(&self, channel: &str, body: &str, id: Uuid) -> Value {
        let wanted = json!({ "body": body, "client_id": id });
        self.call(&format!("/api{channel}/messages"), &wanted).await
    }

    /// Sends JSON as a program of our own pages would, and has it accepted.
    pub async fn call(&self, path: &str, body: &Value) -> Value {
        self.api(path).json(body).send().await.expect_ok().json
    }

    /// Begins a JSON call that our own pages would make.
    pub fn api(&self, path: &str) -> ApiRequest {
        let call = self.actor.api(reqwest::Method::POST, path);
        call.header("X-CSRF-Token", &self.csrf)
            .header("Sec-Fetch-Site", "same-origin")
    }

    fn signed<'f>(&'f self, fields: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
        let mut all = vec![("_csrf", self.csrf.as_str())];
        all.extend_from_slice(fields);
        all
    }
}
