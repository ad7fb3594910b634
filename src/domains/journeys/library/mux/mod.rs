//! Mux for an organization that has an account there: copies of videos and recordings, made by a job and played to as many people as it
//! wants.
//!
//! Invariants: the portal keeps every file, so switching Mux off, or its failing, only changes from where it is played; nothing that Mux
//! reports is believed without its signature, heeded twice, or able to undo what is known; secrets are sealed and never shown again.

pub mod actions;
pub mod forms;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

use std::time::Duration;

use chrono::{DateTime, Utc};
use url::Url;

use crate::app::App;
use crate::domains::journeys::library::model::{Media, MediaState};
use crate::domains::journeys::library::playing;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::providers::video::mux::SigningKey;
use crate::providers::video::{Mux, MuxAccount, Source, VideoProvider as _};
use crate::providers::{Http, Patience};

use model::Account;

/// Where everybody's interface is.
const API: &str = "https://api.mux.com";
/// From where everybody's films are played.
const STREAM: &str = "https://stream.mux.com";

/// Mux by this account, or why its settings cannot be right.
pub fn provider(app: &App, account: &Account) -> Result<Mux, String> {
    let told = |error: AppError| error.told();
    let base = |own: &str, usual: &str| {
        Url::parse(if own.is_empty() { usual } else { own }).map_err(|cause| cause.to_string())
    };
    let account = MuxAccount {
        api: base(&account.api, API)?,
        stream: base(&account.stream, STREAM)?,
        token_id: account.token_id.clone(),
        token_secret: account.token_secret(&app.keys).map_err(told)?,
        key: SigningKey::new(
            &account.signing_key_id,
            account.signing_key(&app.keys).map_err(told)?,
        ),
        origin: match app.config.public_url.trim_end_matches('/') {
            "" => "http://localhost".to_owned(),
            known => known.to_owned(),
        },
    };
    Ok(Mux::new(http()?, account))
}

/// One client for all accounts, made when the first is used. A piece of a film may take its time.
fn http() -> Result<Http, String> {
    static CLIENT: std::sync::OnceLock<Http> = std::sync::OnceLock::new();
    if let Some(known) = CLIENT.get() {
        return Ok(known.clone());
    }
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let patience = Patience {
        total: Duration::from_secs(120),
        ..Patience::default()
    };
    let made = Http::new(reqwest::Client::builder(), patience).map_err(|error| error.to_string())?;
    Ok(CLIENT.get_or_init(|| made).clone())
}

/// Where this member is played a file from Mux, and the host that the page has to allow; none where it is played from the portal.
///
/// # Errors
/// When the database fails.
pub fn source(
    tx: &mut TenantTx<'_>,
    app: &App,
    file: &Media,
    member: &Member,
    now: DateTime<Utc>,
) -> Result<Option<(Source, String)>, AppError> {
    let Some(account) = queries::account(tx)?.filter(|account| account.is_in_use()) else {
        return Ok(None);
    };
    if !account.audience.has(member) {
        return Ok(None);
    }
    let film = queries::film(tx, file.id)?.filter(|film| film.state == MediaState::Ready);
    let Some(film) = film else { return Ok(None) };
    // Settings that cannot be right are told on their page. Here there is the portal's own file.
    let Ok(mux) = provider(app, &account) else {
        return Ok(None);
    };
    let made = mux.source(
        &playing::film(file),
        &film.reference(),
        playing::viewer(member),
        now,
    );
    let host = mux.stream().origin().ascii_serialization();
    Ok(made.ok().map(|source| (source, host)))
}
