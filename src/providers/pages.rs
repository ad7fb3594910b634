//! Pages out there, fetched once for somebody who gave their address. Whatever comes back is text to be read and nothing to be followed:
//! bounded in time, size and kind, and never from inside the portal's own network, wherever a redirect leads.

use std::sync::Arc;
use std::time::Duration;

use encoding_rs::{Encoding, UTF_8};
use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use url::Url;

use super::http::{self, Http, Unanswered};
use super::reach::{Guard, Names, Reach, System, Unreachable};
use super::{NoClient, Patience};

/// Bytes of a page.
const LONGEST: usize = 5 * 1024 * 1024;
/// Other addresses that a page may be looked for at.
const REDIRECTS: usize = 5;
/// How long one answer may take.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(20),
};
/// How long a page may take with everything that leads to it: less than a job may be silent.
const ALTOGETHER: Duration = Duration::from_secs(60);
/// How much of a page is searched for what it says about its letters (HTML, "prescan a byte stream").
const PRESCAN: usize = 1024;

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// HTML.
    Html,
    /// Plain text or Markdown.
    Plain,
}

/// A page that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it was in the end.
    pub url: Url,
    pub written: Written,
    pub text: String,
}

/// Why a page was not fetched, in a sentence for who gave the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotFetched(pub String);

impl NotFetched {
    fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl From<Unreachable> for NotFetched {
    fn from(why: Unreachable) -> Self {
        match why {
            Unreachable::Private => {
                Self::because("The address leads into a private network. Only public pages can be read.")
            }
            Unreachable::Login => Self::because("Leave the name and password out of the address."),
            other => Self(other.to_string()),
        }
    }
}

/// Who fetches pages.
#[derive(Debug, Clone)]
pub struct Pages {
    http: Http,
    reach: Reach,
}

impl Pages {
    /// Reaches this far. It goes through no proxy, which would look names up by itself.
    ///
    /// # Errors
    /// As [`Http::new`].
    pub fn new(reach: Reach) -> Result<Self, NoClient> {
        Self::asking(reach, Arc::new(System))
    }

    /// The same, which asks these for where names lead.
    ///
    /// # Errors
    /// As [`Http::new`].
    pub fn asking(reach: Reach, names: Arc<dyn Names>) -> Result<Self, NoClient> {
        // An error says that one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let begun = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(Arc::new(Guard::asking(reach, names)));
        Ok(Self {
            http: Http::new(begun, PATIENCE)?,
            reach,
        })
    }

    /// Fetches a page.
    ///
    /// # Errors
    /// [`NotFetched`].
    pub async fn fetch(&self, address: &str) -> Result<Fetched, NotFetched> {
        match tokio::time::timeout(ALTOGETHER, self.follow(address)).await {
            Ok(fetched) => fetched,
            Err(_) => Err(NotFetched::because("The page did not come in time.")),
        }
    }

    async fn follow(&self, address: &str) -> Result<Fetched, NotFetched> {
        let mut url = self.reach.read(address)?;
        for _ in 0..=REDIRECTS {
            let response = self.ask(url.clone()).await?;
            if !response.status().is_redirection() {
                return read(url, response).await;
            }
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let to = to.and_then(|to| url.join(to).ok());
            let to = to.ok_or_else(|| NotFetched::because("It leads on to nowhere."))?;
            // Numbers are no names, so the guard of names is not asked about them: each step is looked at.
            url = self.reach.read(to.as_str())?;
        }
        Err(NotFetched::because(
            "It leads on from one address to the next without end.",
        ))
    }

    async fn ask(&self, url: Url) -> Result<Response, NotFetched> {
        let request = self.http.get(url).header(
            ACCEPT,
            "text/html, application/xhtml+xml, text/plain;q=0.8, text/markdown;q=0.8",
        );
        request
            .send()
            .await
            .map_err(|error| match http::unanswered(error) {
                Unanswered::NeverSent(why) if why.contains("private network") => Unreachable::Private.into(),
                Unanswered::NeverSent(why) | Unanswered::Unknown(why) => NotFetched(format!("{why}.")),
            })
    }
}

async fn read(url: Url, mut response: Response) -> Result<Fetched, NotFetched> {
    match response.status().as_u16() {
        200 | 203 => {}
        401 | 403 => return Err(NotFetched::because("The page is not open to everybody.")),
        404 | 410 => return Err(NotFetched::because("There is no such page (any more).")),
        status => {
            return Err(NotFetched(format!(
                "The other side answered with error {status}."
            )));
        }
    }
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let kind = header(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let written = written(&kind)?;
    if header(CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(NotFetched::because(
            "It comes compressed, which was not asked for.",
        ));
    }
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => bytes.extend_from_slice(&piece),
            Ok(None) => break,
            Err(_) => {
                return Err(NotFetched::because(
                    "The page did not come whole, or not in time.",
                ));
            }
        }
        if bytes.len() > LONGEST {
            return Err(NotFetched(format!(
                "The page is larger than {} MB.",
                LONGEST / (1024 * 1024)
            )));
        }
    }
    Ok(Fetched {
        url,
        written,
        text: decoded(&kind, &bytes),
    })
}

fn written(kind: &str) -> Result<Written, NotFetched> {
    match kind.split(';').next().unwrap_or_default().trim() {
        "text/html" | "application/xhtml+xml" => Ok(Written::Html),
        "text/plain" | "text/markdown" => Ok(Written::Plain),
        "application/pdf" => Err(NotFetched::because(
            "That is a PDF. Save it on your device and add it here as a PDF.",
        )),
        _ => Err(NotFetched::because("That is no page of text.")),
    }
}

/// By the mark at its beginning, what the server says, what the page says of itself, else UTF-8.
fn decoded(kind: &str, bytes: &[u8]) -> String {
    let said = label_in(kind).or_else(|| {
        let head = bytes.get(..PRESCAN.min(bytes.len())).unwrap_or_default();
        label_in(&String::from_utf8_lossy(head).to_ascii_lowercase())
    });
    let encoding = said.and_then(|label| Encoding::for_label(label.as_bytes()));
    let (text, _, _) = encoding.unwrap_or(UTF_8).decode(bytes);
    text.into_owned()
}

fn label_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("charset=")?;
    let label: String = rest
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ':' | '.'))
        .collect();
    (!label.is_empty()).then_some(label)
}
