//! What Mux answers, read.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::providers::http::Answer;
use crate::providers::outcome::words;
use crate::providers::video::{Handed, Reference};

/// Why a step was not made.
pub(super) enum Trouble {
    Later(String, Option<Duration>),
    /// Not answered: it may have been done.
    Doubt(String),
    Gone,
    Refused(String),
    Credentials(String),
}

impl Trouble {
    pub(super) fn handed(self, reference: Reference) -> Handed {
        match self {
            Self::Later(why, retry_after) => Handed::Later {
                why,
                retry_after,
                reference,
            },
            Self::Doubt(why) => Handed::Later {
                why,
                retry_after: None,
                reference,
            },
            Self::Gone => Handed::Refused {
                why: "Mux does not know it any more".to_owned(),
            },
            Self::Refused(why) => Handed::Refused { why },
            Self::Credentials(why) => Handed::Credentials { why },
        }
    }
}

/// What Mux says of an upload.
pub(super) struct Upload {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) url: Option<String>,
    pub(super) asset: Option<String>,
}

impl Upload {
    pub(super) fn of(data: &Value) -> Option<Self> {
        let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: text("id")?,
            status: text("status").unwrap_or_default(),
            url: text("url"),
            asset: text("asset_id"),
        })
    }
}

/// The playback id that only signed addresses open.
pub(super) fn signed_playback(asset: &Value) -> Option<String> {
    let ids = asset.get("playback_ids")?.as_array()?;
    let signed = |id: &&Value| id.get("policy").and_then(Value::as_str) == Some("signed");
    ids.iter().find(signed)?.get("id")?.as_str().map(str::to_owned)
}

/// What Mux says is wrong with a film.
pub(super) fn errors_of(asset: &Value) -> String {
    let messages = asset
        .get("errors")
        .and_then(|errors| errors.get("messages")?.as_array());
    let said: Vec<&str> = messages
        .map(|all| all.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    match said.is_empty() {
        true => "Mux could not read the file".to_owned(),
        false => words(&format!("Mux could not read the file: {}", said.join("; "))),
    }
}

/// An answer that is not what was asked for.
pub(super) fn unreadable(what: &str) -> Trouble {
    Trouble::Later(
        format!("Mux answered about {what} in a way that is not understood"),
        None,
    )
}

/// `data` of an answer, or what its status means.
pub(super) fn judged(answer: &Answer, now: DateTime<Utc>) -> Result<Value, Trouble> {
    if answer.status.is_success() {
        return Ok(answer.json().get("data").cloned().unwrap_or_default());
    }
    let body = answer.json();
    let said = body
        .get("error")
        .and_then(|error| error.get("messages")?.as_array().cloned());
    let said: Vec<String> = said
        .unwrap_or_default()
        .iter()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect();
    let status = answer.status.as_u16();
    let why = words(&format!("Mux answered {status} {}", said.join("; ")));
    Err(match status {
        401 | 403 => Trouble::Credentials(why),
        404 => Trouble::Gone,
        408 | 409 | 429 | 500..=599 => Trouble::Later(why, answer.retry_after(now)),
        300..=399 => Trouble::Credentials(format!("{why}; is the address of the interface right?")),
        _ => Trouble::Refused(why),
    })
}
