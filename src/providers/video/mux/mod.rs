//! Mux (<https://docs.mux.com>): videos made fit for every connection, played by signed addresses.
//!
//! Mux knows no idempotency keys. An upload carries our id of the film (`passthrough`); where an attempt to begin one was not answered, it
//! is looked for by that id before another is begun. The file goes up in pieces, each where Mux says that the last one ended, so an attempt
//! that broke off is simply made again.

mod answers;
mod pace;
mod reports;
mod sending;
mod token;

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::{Content, Film, Handed, Reference, Source, VideoProvider, Viewer};
use crate::providers::http::{self, Unanswered};
use crate::providers::{Check, Http, Misconfigured};

use answers::{Trouble, Upload, errors_of, judged, signed_playback, unreadable};

pub use reports::{MuxReport, News, read_report, verify_mux};
pub use token::SigningKey;

/// How long an upload may take before Mux gives it up, in seconds; it takes from 60 to 604,800.
const UPLOAD_TIMEOUT: u32 = 86_400;
/// Uploads looked through for one of ours that we were not told of.
const LOOKED_THROUGH: u32 = 100;

/// An account at Mux.
pub struct MuxAccount {
    /// `https://api.mux.com`.
    pub api: Url,
    /// `https://stream.mux.com`.
    pub stream: Url,
    pub token_id: String,
    pub token_secret: SecretString,
    pub key: SigningKey,
    /// Where the portal is, as uploads name it.
    pub origin: String,
}

/// Mux, by one account.
pub struct Mux {
    http: Http,
    account: MuxAccount,
}

impl fmt::Debug for Mux {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Mux({})", self.account.api)
    }
}

impl Mux {
    /// By this account.
    pub fn new(http: Http, account: MuxAccount) -> Self {
        Self { http, account }
    }

    /// The host from which films are played, which a page that plays them has to allow.
    pub fn stream(&self) -> &Url {
        &self.account.stream
    }

    fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        let url = http::below(&self.account.api, path);
        let request = match *method {
            Method::POST => self.http.post(url),
            Method::PUT => self.http.put(url),
            Method::DELETE => self.http.delete(url),
            _ => self.http.get(url),
        };
        self.allowed(request)
    }

    /// What the pace is kept for.
    fn line(&self) -> String {
        format!("{} {}", self.account.api, self.account.token_id)
    }

    fn allowed(&self, request: RequestBuilder) -> RequestBuilder {
        let secret = self.account.token_secret.expose_secret().trim();
        request.basic_auth(self.account.token_id.trim(), Some(secret))
    }

    /// Asks Mux, at its pace; answers `data`.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        now: DateTime<Utc>,
    ) -> Result<Value, Trouble> {
        if let Err(wait) = pace::take(&self.line(), &method, now) {
            return Err(Trouble::Later(
                "Mux is asked no faster than it allows".to_owned(),
                Some(wait),
            ));
        }
        let mut request = self.request(&method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        match http::send(request, &self.account.token_secret).await {
            Ok(answer) => judged(&answer, now),
            Err(Unanswered::NeverSent(why)) => Err(Trouble::Later(why, None)),
            Err(Unanswered::Unknown(why)) => Err(Trouble::Doubt(why)),
        }
    }

    async fn begun(&self, film: &Film, known: &mut Reference, now: DateTime<Utc>) -> Result<Upload, Trouble> {
        if let Some(id) = known.upload.clone() {
            match self.upload(&id, now).await {
                Ok(upload) if !matches!(upload.status.as_str(), "cancelled" | "timed_out" | "errored") => {
                    return Ok(upload);
                }
                Ok(_) | Err(Trouble::Gone) => known.upload = None,
                Err(trouble) => return Err(trouble),
            }
        }
        if known.is_doubtful
            && let Some(upload) = self.find(film, now).await?
        {
            (known.upload, known.is_doubtful) = (Some(upload.id.clone()), false);
            return Ok(upload);
        }
        // Noted before it is asked: whatever breaks off from here on leaves a doubt.
        known.is_doubtful = true;
        let body = json!({
            "cors_origin": self.account.origin,
            "timeout": UPLOAD_TIMEOUT,
            "new_asset_settings": {
                "playback_policies": ["signed"],
                "passthrough": film.id.to_string(),
                "video_quality": "basic",
            },
        });
        let asked = self.ask(Method::POST, "/video/v1/uploads", Some(body), now).await;
        if !matches!(asked, Err(Trouble::Doubt(_))) {
            known.is_doubtful = false;
        }
        let upload = Upload::of(&asked?).ok_or_else(|| unreadable("an upload"))?;
        known.upload = Some(upload.id.clone());
        Ok(upload)
    }

    async fn upload(&self, id: &str, now: DateTime<Utc>) -> Result<Upload, Trouble> {
        let data = self
            .ask(Method::GET, &format!("/video/v1/uploads/{id}"), None, now)
            .await?;
        Upload::of(&data).ok_or_else(|| unreadable("an upload"))
    }

    /// An upload of this film that was begun and of which we were not told.
    async fn find(&self, film: &Film, now: DateTime<Utc>) -> Result<Option<Upload>, Trouble> {
        let path = "/video/v1/uploads";
        if let Err(wait) = pace::take(&self.line(), &Method::GET, now) {
            return Err(Trouble::Later(
                "Mux is asked no faster than it allows".to_owned(),
                Some(wait),
            ));
        }
        let mut url = http::below(&self.account.api, path);
        url.set_query(Some(&format!("limit={LOOKED_THROUGH}")));
        let request = self.allowed(self.http.get(url));
        let data = match http::send(request, &self.account.token_secret).await {
            Ok(answer) => judged(&answer, now)?,
            Err(Unanswered::NeverSent(why) | Unanswered::Unknown(why)) => {
                return Err(Trouble::Later(why, None));
            }
        };
        let ours = film.id.to_string();
        let of_film = |upload: &&Value| {
            let settings = upload.get("new_asset_settings");
            let named = settings.and_then(|settings| settings.get("passthrough")?.as_str());
            named == Some(ours.as_str())
        };
        let uploads = data.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(uploads
            .iter()
            .filter(of_film)
            .filter_map(Upload::of)
            .find(|upload| matches!(upload.status.as_str(), "waiting" | "asset_created")))
    }

    async fn taken(
        &self,
        film: &Film,
        known: &mut Reference,
        content: &dyn Content,
        now: DateTime<Utc>,
    ) -> Result<Handed, Trouble> {
        if known.asset.is_some() {
            return self.seen(known, now).await;
        }
        let upload = self.begun(film, known, now).await?;
        if let Some(asset) = upload.asset {
            known.asset = Some(asset);
            return match self.seen(known, now).await {
                // The upload of a copy that was taken away: this one begins anew.
                Err(Trouble::Gone) => {
                    *known = Reference::default();
                    Err(Trouble::Later(
                        "The copy before was deleted at Mux".to_owned(),
                        None,
                    ))
                }
                seen => seen,
            };
        }
        if let (Some(url), "waiting") = (&upload.url, upload.status.as_str()) {
            let url = Url::parse(url).map_err(|_| unreadable("the address of an upload"))?;
            sending::send(&self.http, &url, film.size, content).await?;
        }
        Ok(Handed::UnderWay(known.clone()))
    }

    async fn seen(&self, known: &mut Reference, now: DateTime<Utc>) -> Result<Handed, Trouble> {
        if known.asset.is_none()
            && let Some(upload) = known.upload.clone()
        {
            let upload = self.upload(&upload, now).await?;
            known.asset = upload.asset;
        }
        let Some(asset) = known.asset.clone() else {
            return Ok(Handed::UnderWay(known.clone()));
        };
        let path = format!("/video/v1/assets/{asset}");
        let data = self.ask(Method::GET, &path, None, now).await?;
        match data.get("status").and_then(Value::as_str) {
            Some("ready") => {
                known.playback = signed_playback(&data);
                if known.playback.is_none() {
                    let path = format!("{path}/playback-ids");
                    let made = self
                        .ask(Method::POST, &path, Some(json!({ "policy": "signed" })), now)
                        .await?;
                    known.playback = made.get("id").and_then(Value::as_str).map(str::to_owned);
                }
                Ok(Handed::Ready(known.clone()))
            }
            Some("errored") => Ok(Handed::Refused {
                why: errors_of(&data),
            }),
            _ => Ok(Handed::UnderWay(known.clone())),
        }
    }
}

#[async_trait]
impl VideoProvider for Mux {
    async fn take(&self, film: &Film, known: Reference, content: &dyn Content, now: DateTime<Utc>) -> Handed {
        let mut known = known;
        match self.taken(film, &mut known, content, now).await {
            Ok(handed) => handed,
            Err(trouble) => trouble.handed(known),
        }
    }

    async fn look(&self, known: Reference, now: DateTime<Utc>) -> Handed {
        let mut known = known;
        match self.seen(&mut known, now).await {
            Ok(handed) => handed,
            Err(trouble) => trouble.handed(known),
        }
    }

    async fn remove(&self, known: &Reference, now: DateTime<Utc>) -> Handed {
        let asked = match (&known.asset, &known.upload) {
            (Some(asset), _) => {
                self.ask(Method::DELETE, &format!("/video/v1/assets/{asset}"), None, now)
                    .await
            }
            (None, Some(upload)) => {
                let path = format!("/video/v1/uploads/{upload}/cancel");
                self.ask(Method::PUT, &path, None, now).await
            }
            (None, None) => Ok(Value::Null),
        };
        match asked {
            // An upload that is over cannot be cancelled, and need not be.
            Ok(_) | Err(Trouble::Gone | Trouble::Refused(_)) => Handed::Ready(Reference::default()),
            Err(trouble) => trouble.handed(known.clone()),
        }
    }

    fn source(
        &self,
        _: &Film,
        known: &Reference,
        viewer: Viewer,
        now: DateTime<Utc>,
    ) -> Result<Source, Misconfigured> {
        let playback = known.playback.as_deref().unwrap_or_default();
        let token = self.account.key.playback_token(playback, viewer, now)?;
        let mut href = http::below(&self.account.stream, &format!("/{playback}.m3u8"));
        href.set_query(Some(&format!("token={token}")));
        Ok(Source {
            href: href.into(),
            mime: "application/vnd.apple.mpegurl".to_owned(),
        })
    }

    async fn check(&self, now: DateTime<Utc>) -> Check {
        if let Err(Misconfigured(why)) = self.account.key.ready() {
            return Check::Wrong { why };
        }
        let key = format!("/system/v1/signing-keys/{}", self.account.key.id());
        match self.ask(Method::GET, "/video/v1/assets", None, now).await {
            Ok(_) => {}
            Err(Trouble::Credentials(why) | Trouble::Refused(why)) => return Check::Wrong { why },
            Err(Trouble::Gone) => {
                let why = "There is no Mux at this address".to_owned();
                return Check::Wrong { why };
            }
            Err(Trouble::Later(why, _) | Trouble::Doubt(why)) => return Check::Unknown { why },
        }
        match self.ask(Method::GET, &key, None, now).await {
            Ok(_) => Check::Good { note: None },
            Err(Trouble::Gone) => Check::Wrong {
                why: "Mux does not know the signing key".to_owned(),
            },
            // A token for videos alone may not look at keys. It is a good token.
            Err(Trouble::Credentials(_)) => Check::Good {
                note: Some(
                    "The token may not look at signing keys, so the key was only tried here".to_owned(),
                ),
            },
            Err(Trouble::Refused(why)) => Check::Wrong { why },
            Err(Trouble::Later(why, _) | Trouble::Doubt(why)) => Check::Unknown { why },
        }
    }
}
