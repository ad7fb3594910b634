//! Writing without a signal: what devices send, and what the portal makes of it.

pub mod browsing;
mod page;
mod sealing;
mod taking;
mod tasks;
mod unplaced;

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::ApiAnswer;
use crate::support::portal::{Actor, Portal};

/// A device somebody is signed in on.
pub struct Phone {
    /// Whose browser it is.
    pub actor: Actor,
    /// What the portal told about them.
    pub me: Value,
}

/// Something written on a device.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Whether it is about a note or a task: `notes` or `tasks`.
    pub kind: &'static str,
    /// What is sent.
    pub body: Value,
}

impl Phone {
    /// The phone of a person of the fixture.
    pub async fn of(portal: &Portal, key: &str) -> Self {
        Self::signed_in(portal.person(key).await).await
    }

    /// The phone of whoever this is.
    pub async fn signed_in(actor: Actor) -> Self {
        let me = actor.api(Method::GET, "/field/me").send().await.expect_ok().json;
        Self { actor, me }
    }

    /// Writes something now.
    pub fn write(&self, kind: &'static str, plain: &Value) -> Item {
        self.write_at(Utc::now(), kind, plain)
    }

    /// Writes something at a moment of this phone's clock.
    pub fn write_at(&self, at: DateTime<Utc>, kind: &'static str, plain: &Value) -> Item {
        self.write_in(3, at, kind, plain)
    }

    /// Writes something as a page of some version did.
    pub fn write_in(&self, schema: u32, at: DateTime<Utc>, kind: &'static str, plain: &Value) -> Item {
        let id = uuid::Uuid::now_v7().to_string();
        let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let (org, author) = (self.text("org"), self.text("member"));
        let about = format!("{kind}\n{id}\n{org}\n{author}\n{schema}\n{at}");
        let sealed = sealing::sealed(self.text("key"), about.as_bytes(), plain.to_string().as_bytes());
        Item {
            id,
            kind,
            body: json!({ "schema": schema, "org": org, "author": author, "occurred_at": at, "sealed": sealed }),
        }
    }

    /// Sends it.
    pub async fn send(&self, item: &Item) -> ApiAnswer {
        self.put(&format!("/field/{}/{}", item.kind, item.id), &item.body)
            .await
    }

    /// Sends anything anywhere, as the page's script does.
    pub async fn put(&self, path: &str, body: &Value) -> ApiAnswer {
        let origin = self.actor.base().origin().ascii_serialization();
        let call = self.actor.api(Method::PUT, path);
        call.header("Origin", &origin)
            .header("Sec-Fetch-Site", "same-origin")
            .json(body)
            .send()
            .await
    }

    fn text(&self, name: &str) -> &str {
        self.me[name].as_str().unwrap()
    }
}

/// A note about somebody of the fixture.
pub fn about(portal: &Portal, person: &str, said: &str) -> Value {
    json!({ "member": portal.member(person), "kind": "contact", "said": said })
}

/// A note about a name.
pub fn named(name: &str, said: &str) -> Value {
    json!({ "name": name, "kind": "contact", "said": said })
}

/// How many notes there are.
pub fn notes(portal: &Portal) -> String {
    portal.look("SELECT count(*) FROM field_notes")
}
