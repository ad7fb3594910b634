//! Providers of an organization: through which services and mail servers its messages leave, and as whom. Without any, messages go into
//! the outbox of this portal, where they can be looked at.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use url::Url;

use crate::app::App;
use crate::domains::campaigns::events::ProviderChanged;
use crate::domains::campaigns::sending::pacing::Limits;
use crate::domains::campaigns::sending::{Carrier, Repeatable, SentAs};
use crate::domains::campaigns::templates::model::Channel;
use crate::kernel::error::AppError;
use crate::kernel::ids::ProviderId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::providers::mail::smtp::{self, Trust};
use crate::providers::mail::{Resend, SendGrid};
use crate::providers::sms::{Twilio, TwilioAccount, TwilioLogin, TwilioSender};
use crate::providers::{Http, Patience};

use model::{Kind, Provider, Settings};

/// A provider that is ready to carry.
#[derive(Clone)]
pub struct Chosen {
    /// Which; none for the outbox.
    pub id: Option<ProviderId>,
    /// What its organization calls it.
    pub name: String,
    /// What carries.
    pub carrier: Carrier,
    /// As whom.
    pub from: Option<SentAs>,
    /// How many messages are on their way at the same time.
    pub connections: usize,
    /// How fast.
    pub limits: Limits,
}

/// Senders into the outbox at the same time: it is only the database.
const OUTBOX: usize = 2;

/// The providers of a channel, from the first to the last to be asked; those that cannot be used say why. Without any, the outbox.
///
/// # Errors
/// When the database fails.
pub fn in_use(
    tx: &mut TenantTx<'_>,
    app: &App,
    channel: Channel,
) -> Result<Vec<Result<Chosen, String>>, AppError> {
    let known = queries::of_channel(tx, channel)?;
    if known.is_empty() {
        return Ok(vec![Ok(Chosen {
            id: None,
            name: "the outbox".to_owned(),
            carrier: Carrier::Outbox,
            from: None,
            connections: OUTBOX,
            limits: Limits::default(),
        })]);
    }
    Ok(known.iter().map(|one| ready(app, one)).collect())
}

/// A provider ready to carry, or why it is not.
pub fn ready(app: &App, provider: &Provider) -> Result<Chosen, String> {
    if provider.stopped_at.is_some() {
        return Err(match provider.stopped_because.is_empty() {
            true => format!("{} is stopped.", provider.name),
            false => format!("{} is stopped: {}", provider.name, provider.stopped_because),
        });
    }
    let carrier = carrier(app, provider)?;
    let settings = provider.settings().map_err(|error| error.to_string())?;
    Ok(Chosen {
        id: Some(provider.id),
        name: provider.name.clone(),
        carrier,
        from: Some(SentAs {
            name: provider.from_name.clone(),
            address: provider.from_address.clone(),
            reply_to: String::new(),
            return_path: settings.return_path,
        }),
        connections: usize::try_from(provider.connections).unwrap_or(1),
        limits: Limits {
            per_second: provider.per_second.and_then(|pace| u32::try_from(pace).ok()),
            domains: settings.domains,
        },
    })
}

/// What carries for a provider, or why its settings cannot be right.
pub fn carrier(app: &App, provider: &Provider) -> Result<Carrier, String> {
    let settings = provider.settings().map_err(|error| error.to_string())?;
    let secret = || provider.secret(&app.keys).map_err(|error| error.to_string());
    Ok(match provider.kind {
        Kind::Smtp => Carrier::Smtp(Arc::new(mail_server(&settings, secret()?)?)),
        Kind::Resend => {
            let base = base(&settings, "https://api.resend.com")?;
            Carrier::Mail(Arc::new(Resend::new(http()?, base, secret()?)), Repeatable::Yes)
        }
        Kind::SendGrid => {
            let base = base(&settings, "https://api.sendgrid.com")?;
            Carrier::Mail(Arc::new(SendGrid::new(http()?, base, secret()?)), Repeatable::No)
        }
        Kind::Twilio => {
            let account = TwilioAccount {
                base: base(&settings, "https://api.twilio.com")?,
                account_sid: settings.user.clone(),
                login: TwilioLogin::AuthToken(secret()?),
                sender: match provider.from_address.starts_with("MG") {
                    true => TwilioSender::MessagingService(provider.from_address.clone()),
                    false => TwilioSender::From(provider.from_address.clone()),
                },
                status_callback: hook(app, provider),
            };
            let twilio = Twilio::new(http()?, account).map_err(|error| error.to_string())?;
            Carrier::Sms(Arc::new(twilio))
        }
    })
}

/// Where a provider reports what became of messages; none while nobody outside can reach the portal.
fn hook(app: &App, provider: &Provider) -> Option<Url> {
    let portal = app.config.public_url.trim_end_matches('/');
    match portal.is_empty() {
        true => None,
        false => Url::parse(&format!("{portal}/hooks/{}/{}", provider.org_id, provider.id)).ok(),
    }
}

fn base(settings: &Settings, usual: &str) -> Result<Url, String> {
    let base = if settings.base.is_empty() {
        usual
    } else {
        &settings.base
    };
    Url::parse(base).map_err(|error| error.to_string())
}

/// One client for all HTTP providers of this process, made when the first is needed.
fn http() -> Result<Http, String> {
    static CLIENT: std::sync::OnceLock<Http> = std::sync::OnceLock::new();
    if let Some(known) = CLIENT.get() {
        return Ok(known.clone());
    }
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let made =
        Http::new(reqwest::Client::builder(), Patience::default()).map_err(|error| error.to_string())?;
    Ok(CLIENT.get_or_init(|| made).clone())
}

/// How long a mail server may take to answer a command.
const COMMAND: Duration = Duration::from_secs(60);
/// How long a mail server may take to answer the final dot. RFC 5321, 4.5.3.2.6, asks for ten minutes; a message that waits longer than
/// this is in doubt, and a campaign should not hang on one.
const LAST_ANSWER: Duration = Duration::from_secs(120);

/// Whose certificates everybody believes.
pub fn trust() -> Result<Trust, String> {
    static TRUST: std::sync::OnceLock<Trust> = std::sync::OnceLock::new();
    if let Some(known) = TRUST.get() {
        return Ok(known.clone());
    }
    let made = Trust::public().map_err(|error| error.to_string())?;
    Ok(TRUST.get_or_init(|| made).clone())
}

/// The mail server of the installation (`mail.server`), if it has one.
///
/// # Errors
/// Why its setting cannot be right.
pub fn installations_own(app: &App) -> Result<Option<Arc<smtp::Settings>>, String> {
    match app.config.mail.server.as_str() {
        "" => Ok(None),
        line => Ok(Some(Arc::new(own_server(line)?))),
    }
}

/// The mail server that a line of the configuration names.
///
/// # Errors
/// Why it cannot be right.
pub fn own_server(line: &str) -> Result<smtp::Settings, String> {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let address = smtp::Address::read(line).map_err(|problem| format!("mail.server {problem}"))?;
    Ok(smtp::Settings {
        credentials: address.credentials,
        plaintext_credentials: smtp::PlaintextCredentials::OnPrivateNetwork,
        command_timeout: COMMAND,
        data_timeout: LAST_ANSWER,
        ..smtp::Settings::new(address.host, address.port, address.security, trust()?)
    })
}

fn mail_server(settings: &Settings, secret: SecretString) -> Result<smtp::Settings, String> {
    let trust = match settings.root.trim() {
        "" => trust()?,
        own => Trust::public_and(own).map_err(|error| error.to_string())?,
    };
    let security = match settings.security.as_str() {
        "tls" => smtp::Security::Tls,
        "plain" => smtp::Security::Plain,
        _ => smtp::Security::StartTls,
    };
    Ok(smtp::Settings {
        credentials: (!settings.user.is_empty()).then(|| smtp::Credentials {
            user: settings.user.clone(),
            password: secret,
        }),
        plaintext_credentials: smtp::PlaintextCredentials::OnPrivateNetwork,
        command_timeout: COMMAND,
        data_timeout: LAST_ANSWER,
        ..smtp::Settings::new(settings.host.clone(), settings.port, security, trust)
    })
}

/// Stops a provider that does not let us in, until a person has mended it.
///
/// # Errors
/// When the database fails.
pub fn stop(tx: &mut TenantTx<'_>, provider: ProviderId, why: &str) -> Result<(), AppError> {
    queries::stop(tx, provider, why)?;
    tx.audit(Entry::of("campaigns.provider.stopped", "provider", provider).after(json!({ "why": why })))?;
    tx.emit(&ProviderChanged { provider })?;
    Ok(())
}
