//! Someone with a browser, as far as the server can tell.

use std::sync::Arc;

use reqwest::{RequestBuilder, StatusCode};
use uuid::Uuid;

use crate::Outcome;

/// What people look for: words of the sample texts, frequent and rare.
pub const WORDS: [&str; 8] = [
    "meeting",
    "overtime",
    "thanks",
    "schedule",
    "vote",
    "grievance",
    "parking",
    "in:everybody+shift",
];

const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// Without it even plain HTTP cannot be spoken.
pub fn install_crypto() {
    // Another part of the process may have been first, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A person who is signed in.
#[derive(Clone)]
pub struct Visitor(Arc<Browser>);

struct Browser {
    base: String,
    client: reqwest::Client,
    csrf: String,
    channels: Vec<String>,
}

impl Visitor {
    /// Signs in as `bench-NUMBER@example.org` and looks which channels there are.
    pub async fn sign_in(base: &str, number: usize) -> Outcome<Self> {
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let form = text(client.get(format!("{base}/sign-in"))).await?;
        let email = format!("bench-{number}@example.org");
        let fields = [
            ("_csrf", hidden(&form, "_csrf")),
            ("_key", hidden(&form, "_key")),
            ("next", ""),
            ("email", &email),
            ("password", "waymark-sample"),
        ];
        let answer = client
            .post(format!("{base}/sign-in"))
            .header("Origin", base)
            .header("Sec-Fetch-Site", "same-origin")
            .header("Content-Type", URL_ENCODED)
            .body(serde_html_form::to_string(fields)?)
            .send()
            .await?;
        if answer.status() != StatusCode::SEE_OTHER {
            return Err(format!("{email} cannot sign in: {}", answer.status()).into());
        }
        let page = text(client.get(format!("{base}/channels"))).await?;
        let mut channels = Vec::new();
        for part in page.split("href=\"/channels/").skip(1) {
            let id = part.split(['"', '?', '#', '/']).next().unwrap_or_default();
            if id.parse::<Uuid>().is_ok() && !channels.iter().any(|known| known == id) {
                channels.push(id.to_owned());
            }
        }
        if channels.is_empty() {
            return Err(format!("{email} is in no channel").into());
        }
        let csrf = between(&page, "name=\"csrf\" content=\"").to_owned();
        Ok(Self(Arc::new(Browser {
            base: base.to_owned(),
            client,
            csrf,
            channels,
        })))
    }

    /// The path of one of their channels.
    pub fn channel(&self, turn: usize) -> String {
        format!("/channels/{}", self.0.channels[turn % self.0.channels.len()])
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Outcome<String> {
        text(self.0.client.get(format!("{}{path}", self.0.base))).await
    }

    /// The address at which one of their channels answers that nothing is new.
    pub async fn poll(&self, turn: usize) -> Outcome<String> {
        let path = self.channel(turn);
        let page = self.open(&path).await?;
        let rev = between(&page, "data-rev=\"");
        let path = format!("{path}/since?rev={rev}");
        self.expect_nothing(&path).await?;
        Ok(path)
    }

    /// # Errors
    /// When there is anything else than nothing new.
    pub async fn expect_nothing(&self, path: &str) -> Outcome<()> {
        let asked = self.0.client.get(format!("{}{path}", self.0.base));
        let status = asked.header("HX-Request-Type", "partial").send().await?.status();
        if status == StatusCode::NO_CONTENT {
            Ok(())
        } else {
            Err(format!("{path} answers {status}").into())
        }
    }

    /// How many polls the server has answered within a millisecond by its own clock, and how many in all.
    pub async fn quick_polls(&self) -> Outcome<(f64, f64)> {
        let metrics = self.open("/metrics").await?;
        let counted = |name: &str, bound: &str| -> f64 {
            let line = metrics.lines().find(|line| {
                let parts = [name, "/since\"", "status=\"2xx\"", bound];
                parts.iter().all(|part| line.contains(part))
            });
            let count = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
            count.unwrap_or_default()
        };
        let name = "waymark_http_request_seconds";
        Ok((
            counted(&format!("{name}_bucket"), "le=\"0.001\""),
            counted(&format!("{name}_count"), ""),
        ))
    }

    /// Writes a message as the page's own script does.
    pub async fn post(&self, channel: &str, body: &str) -> Outcome<()> {
        let (base, id) = (&self.0.base, Uuid::now_v7().to_string());
        let answer = self
            .0
            .client
            .post(format!("{base}/channels/{channel}/messages"))
            .header("Origin", base)
            .header("Sec-Fetch-Site", "same-origin")
            .header("HX-Request-Type", "partial")
            .header("X-CSRF-Token", &self.0.csrf)
            .header("Idempotency-Key", &id)
            .header("Content-Type", URL_ENCODED)
            .body(serde_html_form::to_string([
                ("client_id", id.as_str()),
                ("body", body),
            ])?)
            .send()
            .await?;
        let status = answer.status();
        // The row comes back and is read, as a browser would.
        let row = answer.text().await?;
        if status.is_success() {
            Ok(())
        } else {
            Err(format!("a message is answered {status}: {row}").into())
        }
    }

    /// Sends a form as a page without scripts does; answers where it leads.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Outcome<String> {
        self.send(path, URL_ENCODED, serde_html_form::to_string(fields)?)
            .await
    }

    /// A token for programs with this scope.
    pub async fn token(&self, scope: &str) -> Outcome<String> {
        let fields = [("name", "Measured"), ("days", "30"), ("scopes", scope)];
        let shown = self.submit("/me/tokens", &fields).await?;
        let page = self.open(&shown).await?;
        Ok(between(&page, "<code class=\"prose\">")
            .split('<')
            .next()
            .unwrap_or_default()
            .to_owned())
    }

    /// Has one person written to, as a program does.
    pub async fn write_to(&self, token: &str, message: &serde_json::Value) -> Outcome<()> {
        let answer = self
            .0
            .client
            .post(format!("{}/api/messaging/messages", self.0.base))
            .bearer_auth(token)
            .header("Idempotency-Key", Uuid::now_v7().to_string())
            .json(message)
            .send()
            .await?;
        match answer.status() {
            StatusCode::ACCEPTED => Ok(()),
            status => Err(format!("a message is answered {status}: {}", answer.text().await?).into()),
        }
    }

    /// Sends a form with a file in it; answers where it leads.
    pub async fn upload(&self, path: &str, name: &str, file: &str) -> Outcome<String> {
        const BOUNDARY: &str = "a-line-that-no-file-has";
        let body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n{file}\r\n--{BOUNDARY}--\r\n"
        );
        self.send(path, &format!("multipart/form-data; boundary={BOUNDARY}"), body)
            .await
    }

    async fn send(&self, path: &str, content_type: &str, body: String) -> Outcome<String> {
        let base = &self.0.base;
        let answer = self
            .0
            .client
            .post(format!("{base}{path}"))
            .header("Origin", base)
            .header("Sec-Fetch-Site", "same-origin")
            .header("X-CSRF-Token", &self.0.csrf)
            .header("Idempotency-Key", Uuid::now_v7().to_string())
            .header("Content-Type", content_type)
            .body(body)
            .send()
            .await?;
        let status = answer.status();
        let led = answer
            .headers()
            .get("location")
            .and_then(|place| place.to_str().ok())
            .map(str::to_owned);
        match led {
            Some(place) if status == StatusCode::SEE_OTHER => Ok(place),
            _ => {
                let page = answer.text().await?;
                let told = page.find("error-summary").unwrap_or_default();
                let told: String = page.chars().skip(told).take(600).collect();
                Err(format!("{path} answers {status}: {told}").into())
            }
        }
    }

    /// Bytes and requests of a channel page whose parts are not cached, compressed as a browser asks for them.
    pub async fn weigh(&self) -> Outcome<(usize, usize)> {
        let path = self.channel(0);
        let page = self.open(&path).await?;
        let mut parts = vec![path];
        for part in page.split("\"/a/").skip(1) {
            let name = part.split(['"', '#']).next().unwrap_or_default();
            let part = format!("/a/{name}");
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        let mut bytes = 0;
        for part in &parts {
            let asked = self.0.client.get(format!("{}{part}", self.0.base));
            let answer = asked
                .header("Accept-Encoding", "gzip, deflate, br, zstd")
                .send()
                .await?;
            bytes += answer.bytes().await?.len();
        }
        Ok((bytes, parts.len()))
    }
}

/// A channel that all of these are in.
pub fn shared_channel(visitors: &[Visitor]) -> Option<String> {
    let (first, others) = visitors.split_first()?;
    let shared = |id: &&String| others.iter().all(|other| other.0.channels.contains(id));
    first.0.channels.iter().find(shared).cloned()
}

async fn text(request: RequestBuilder) -> Outcome<String> {
    let answer = request.header("Accept", "text/html").send().await?;
    let (status, path) = (answer.status(), answer.url().path().to_owned());
    if status != StatusCode::OK {
        return Err(format!("{path} answers {status}").into());
    }
    Ok(answer.text().await?)
}

fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    between(page, &format!("name=\"{name}\" value=\""))
}

fn between<'a>(page: &'a str, before: &str) -> &'a str {
    let after = page.split_once(before).map_or("", |(_, after)| after);
    after.split('"').next().unwrap_or_default()
}
