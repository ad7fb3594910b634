//! Playing, reading and saving what the library holds: addresses for one viewer and a while, and a player for pages.

pub mod actions;
pub mod routes;

use std::fmt;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY_HEADER, HeaderValue};
use askama::Template;
use askama::filters::HtmlSafe;

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::web::headers::CONTENT_SECURITY_POLICY;
use crate::providers::video::{Film, Local, POSTER_OF, Part, Reference, Source, VideoProvider as _, Viewer};

use super::model::{AssetKind, Media};
use super::policy::KEEPERS;
use super::queries::media;

/// A text track of a player.
#[derive(Debug, Clone)]
pub struct Track {
    pub href: String,
    pub language: String,
    /// The language's own name, or its code.
    pub label: String,
}

/// A player, or what stands in its place while there is nothing to play. Prints itself.
#[derive(Template, Debug, Clone)]
#[template(path = "journeys/library/_player.html")]
pub struct Player {
    pub title: String,
    pub is_video: bool,
    /// In the order in which a browser tries them; none while it cannot be played.
    pub sources: Vec<Source>,
    /// Empty when there is none.
    pub poster: String,
    pub tracks: Vec<Track>,
    pub transcript: String,
    /// In seconds; 0 when it is not known.
    pub seconds: i64,
    /// What is said instead of a player; empty when there is one.
    pub notice: String,
    /// Whether what is said is a problem, and no matter of waiting.
    pub is_problem: bool,
    /// Other hosts from which it is played, which the page has to allow: see [`allow`].
    pub hosts: Vec<String>,
    /// Where a script posts a picture and the length of a video that has none; empty where that is not wanted.
    pub measure: String,
}

impl HtmlSafe for Player {}

impl Player {
    /// Whether there is something to play now.
    pub fn is_ready(&self) -> bool {
        !self.sources.is_empty()
    }
}

/// As what a member watches.
pub fn viewer(member: &Member) -> Viewer {
    Viewer {
        member: member.member.0,
        part: match member.roles.any(KEEPERS) {
            true => Part::Staff,
            false => Part::Learner,
        },
    }
}

/// The player of a file, for this member.
///
/// # Errors
/// When the database fails.
pub fn player(
    tx: &mut TenantTx<'_>,
    app: &App,
    (kind, title): (AssetKind, &str),
    file: &Media,
    member: &Member,
) -> Result<Player, AppError> {
    let (local, viewer, now) = (Local::new(app.keys.clone()), viewer(member), tx.now());
    let is_ready = file.storage_key.is_some();
    let own = match is_ready {
        true => sources(&local, file, viewer, now)?,
        false => Vec::new(),
    };
    let mux = match is_ready && kind.is_played() {
        true => super::mux::source(tx, app, file, member, now)?,
        false => None,
    };
    let (streamed, hosts): (Vec<Source>, Vec<String>) = mux.into_iter().unzip();
    // A browser takes the first that it can play; what Mux sends is not played by all.
    let sources: Vec<Source> = streamed.into_iter().chain(own).collect();
    let tracks = media::captions(tx, file.id)?;
    let track = |captions: super::model::Captions| Track {
        href: local.address(file.id.0, &format!("captions/{}", captions.language), viewer, now),
        label: language_name(&captions.language),
        language: captions.language,
    };
    let notice = match (is_ready, file.state.is_under_way()) {
        (true, _) => String::new(),
        (false, true) => {
            "This is still being prepared. It will be here soon; go on with the rest meanwhile.".to_owned()
        }
        (false, false) => "This cannot be played at the moment. Your coach can put it right.".to_owned(),
    };
    Ok(Player {
        title: title.to_owned(),
        is_video: kind == AssetKind::Video,
        poster: match (&file.thumb_key, is_ready) {
            (Some(_), true) => local.address(file.id.0, POSTER_OF, viewer, now),
            _ => String::new(),
        },
        sources,
        tracks: tracks.into_iter().map(track).collect(),
        transcript: file.transcript.clone(),
        seconds: file.duration_ms.unwrap_or_default() / 1_000,
        is_problem: !is_ready && !file.state.is_under_way(),
        notice,
        hosts,
        measure: String::new(),
    })
}

fn sources(
    local: &Local,
    file: &Media,
    viewer: Viewer,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<Source>, AppError> {
    let film = film(file);
    let source = local.source(&film, &Reference::default(), viewer, now);
    Ok(vec![source.map_err(|cause| AppError::Unexpected(cause.into()))?])
}

/// Lets a page play what a player on it is played from.
pub fn allow(response: &mut HttpResponse, player: Option<&Player>) {
    let hosts = player.map(|player| player.hosts.join(" ")).unwrap_or_default();
    if hosts.is_empty() {
        return;
    }
    let policy = CONTENT_SECURITY_POLICY.replace("media-src 'self'", &format!("media-src 'self' {hosts}"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY_HEADER, policy);
    }
}

/// A file as providers know it.
pub fn film(file: &Media) -> Film {
    Film {
        id: file.id.0,
        name: file.name.clone(),
        mime: file.mime.clone(),
        size: u64::try_from(file.size_bytes).unwrap_or_default(),
    }
}

/// The address at which this member opens or saves a file.
pub fn address(app: &App, file: &Media, member: &Member, now: chrono::DateTime<chrono::Utc>) -> String {
    Local::new(app.keys.clone()).address(file.id.0, "file", viewer(member), now)
}

/// The name of a language in itself, where it is one that is often met.
pub fn language_name(code: &str) -> String {
    let known = [
        ("en", "English"),
        ("fr", "Français"),
        ("es", "Español"),
        ("de", "Deutsch"),
        ("pt", "Português"),
        ("it", "Italiano"),
        ("tl", "Tagalog"),
        ("pa", "ਪੰਜਾਬੀ"),
        ("zh", "中文"),
        ("ar", "العربية"),
    ];
    let (base, region) = code.split_once('-').unwrap_or((code, ""));
    let name = known
        .iter()
        .find(|(known, _)| *known == base)
        .map(|(_, name)| *name);
    match (name, region) {
        (Some(name), "") => name.to_owned(),
        (Some(name), region) => format!("{name} ({region})"),
        (None, _) => code.to_owned(),
    }
}

/// HTML of a page, made by [`crate::kernel::markup::document`] and nothing else.
#[derive(Debug, Clone, Default)]
pub struct PageHtml(String);

impl PageHtml {
    /// The page that a Markdown source makes.
    pub fn of(source: &str) -> Self {
        Self(crate::kernel::markup::document(source).html)
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for PageHtml {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl HtmlSafe for PageHtml {}
