//! What Mux reports of its own accord: proving that it was Mux, and reading it.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use sha2::Sha256;

use super::answers::{errors_of, signed_playback};
use crate::platform::crypto;
use crate::providers::webhooks::Unverified;

/// How far the moment of signing may lie from now, in seconds, to either side. Mux' own libraries look only backwards.
const TOLERANCE: i64 = 300;

/// Checks a report: `mux-signature: t=<seconds>,v1=<hex>` over `<seconds>.<body>`.
///
/// # Errors
/// [`Unverified`] with what is wrong.
pub fn verify_mux(
    secret: &SecretString,
    header: Option<&str>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Unverified> {
    let unreadable = || Unverified::Header("mux-signature");
    let header = header.ok_or_else(unreadable)?;
    let fields: Vec<(&str, &str)> = header
        .split(',')
        .filter_map(|part| part.trim().split_once('='))
        .collect();
    let field = |name: &'static str| {
        let named = fields.iter().filter(move |(key, _)| *key == name);
        named.map(|(_, value)| *value)
    };
    let text = field("t").next().ok_or_else(unreadable)?;
    let signed: i64 = text.parse().map_err(|_| unreadable())?;
    match now.timestamp().saturating_sub(signed) {
        age if age > TOLERANCE => return Err(Unverified::TooOld),
        age if age < -TOLERANCE => return Err(Unverified::TooNew),
        _ => {}
    }
    let key = secret.expose_secret().trim();
    if key.is_empty() {
        return Err(Unverified::Key("there is no secret"));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|_| Unverified::Key("the secret has an impossible length"))?;
    mac.update(text.as_bytes());
    mac.update(b".");
    mac.update(body);
    let expected: [u8; 32] = mac.finalize().into_bytes().into();
    let fits = field("v1").fold(false, |fits, offered| {
        hex::decode(offered).is_ok_and(|offered| crypto::same(&offered, &expected)) | fits
    });
    match fits {
        true => Ok(()),
        false => Err(Unverified::Signature),
    }
}

/// What happened to a film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// All of it is at Mux.
    Uploaded,
    /// Mux works on it.
    Processing,
    Ready {
        playback: Option<String>,
    },
    Failed {
        why: String,
    },
    Deleted,
    /// Something else, of which nothing follows.
    Other,
}

/// A report that was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MuxReport {
    /// The same whenever it is repeated.
    pub id: String,
    /// As Mux calls it.
    pub kind: String,
    /// The upload it is about, when it says so.
    pub upload: Option<String>,
    /// The asset it is about, when it says so.
    pub asset: Option<String>,
    /// What we called the film.
    pub passthrough: Option<String>,
    pub news: News,
}

/// Reads a report.
///
/// # Errors
/// A sentence when it is none.
pub fn read_report(body: &[u8]) -> Result<MuxReport, String> {
    let body: Value =
        serde_json::from_slice(body).map_err(|cause| format!("The report is no JSON: {cause}"))?;
    let text = |value: &Value, name: &str| {
        let found = value.get(name).and_then(Value::as_str);
        found
            .filter(|text| !text.is_empty() && text.len() <= 255)
            .map(str::to_owned)
    };
    let (Some(id), Some(kind)) = (text(&body, "id"), text(&body, "type")) else {
        return Err("The report has no id or no type".to_owned());
    };
    let data = body.get("data").cloned().unwrap_or_default();
    let is_upload = kind.starts_with("video.upload.");
    let of_object = body.get("object").and_then(|object| text(object, "id"));
    let own = text(&data, "id").or(of_object);
    let settings = data.get("new_asset_settings").cloned().unwrap_or_default();
    Ok(MuxReport {
        upload: if is_upload {
            own.clone()
        } else {
            text(&data, "upload_id")
        },
        asset: if is_upload { text(&data, "asset_id") } else { own },
        passthrough: text(&data, "passthrough").or_else(|| text(&settings, "passthrough")),
        news: news(&kind, &data),
        id,
        kind,
    })
}

fn news(kind: &str, data: &Value) -> News {
    match kind {
        "video.upload.asset_created" => News::Uploaded,
        "video.asset.created" => News::Processing,
        "video.asset.ready" => News::Ready {
            playback: signed_playback(data),
        },
        "video.asset.errored" => News::Failed { why: errors_of(data) },
        "video.upload.errored" => News::Failed {
            why: "The upload to Mux failed".to_owned(),
        },
        "video.upload.cancelled" => News::Failed {
            why: "The upload to Mux was cancelled".to_owned(),
        },
        "video.asset.deleted" => News::Deleted,
        _ => News::Other,
    }
}
