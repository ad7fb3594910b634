//! Replacing passwords.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::UserId;
use crate::kernel::validate::Check;
use crate::platform::audit::Entry;
use crate::platform::crypto;
use crate::platform::db::{SystemTask, SystemTx};
use crate::platform::mail::{self, Letter, Locale, Mailbox};
use crate::platform::web::client::Client;

use super::super::events::PasswordChanged;
use super::super::queries as logins;
use super::super::sign_in::attempts::{self, Subject};
use super::super::sign_in::{account_subject, tell_organizations};
use super::queries;
use super::rules;

/// Letters an account may be asked for in fifteen minutes.
const LETTERS_PER_ACCOUNT: i64 = 5;
/// Letters an address may ask for in fifteen minutes.
const LETTERS_PER_ADDRESS: i64 = 20;

/// Sends a link to choose a new password, when there is such an account. Says nothing about whether there is, and does the
/// same work either way but for the rows.
///
/// # Errors
/// [`AppError::RateLimited`] when account or address have asked too often.
pub async fn send_reset(app: &App, email: String, base: String, client: &Client) -> Result<(), AppError> {
    let subjects = [
        Subject::new(&app.keys, "letters-to", &email, LETTERS_PER_ACCOUNT),
        Subject::new(
            &app.keys,
            "letters-from",
            &client.address.to_string(),
            LETTERS_PER_ADDRESS,
        ),
    ];
    let config = app.config.clone();
    let minutes = config.sessions.reset_minutes;
    let token = crypto::link_token()?;
    app.db
        .system(SystemTask::SignIn, move |tx| {
            attempts::note(tx, &subjects)?;
            let login = logins::credentials_by_email(tx, &email)?;
            let locale = Locale::of(login.as_ref().map_or("en", |login| &login.locale));
            let letter = reset_letter(email, locale, minutes, format!("{base}/reset/{token}"));
            match login {
                Some(login) => {
                    let expires_at = tx.now() + TimeDelta::minutes(minutes);
                    queries::add_link(tx, login.id, &crypto::digest(&token), expires_at)?;
                    mail::post_as_system(tx, &config, &letter.readable_until(expires_at))
                }
                None => {
                    // An address that cannot be written to is as unknown as any other.
                    let _ = letter.mime(&config.mail.from, tx.now());
                    Ok(())
                }
            }
        })
        .await
}

fn reset_letter(email: String, locale: Locale, minutes: i64, link: String) -> Letter {
    Letter::new(
        Mailbox {
            name: String::new(),
            email,
        },
        locale,
        "reset",
        &[],
    )
    .action("reset-action", link)
    .closing("reset-closing", &[("minutes", minutes.to_string())])
}

/// For the command line: a link to choose a new password for `email`, working for `minutes`. `base` is the portal's address.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such account.
pub fn reset_link(tx: &mut SystemTx<'_>, email: &str, base: &str, minutes: i64) -> Result<String, AppError> {
    let login = logins::credentials_by_email(tx, &email.trim().to_lowercase())?.ok_or(AppError::NotFound)?;
    let token = crypto::link_token()?;
    let expires_at = tx.now() + TimeDelta::minutes(minutes);
    queries::add_link(tx, login.id, &crypto::digest(&token), expires_at)?;
    Ok(format!("{}/reset/{token}", base.trim_end_matches('/')))
}

/// What a reset link is worth now.
pub enum LinkState {
    /// It works, for this login.
    Usable(UserId),
    /// It was used.
    Used,
    /// It is too old.
    Expired,
    /// It never was, or was taken back.
    Unknown,
}

/// Looks at a link without using it.
///
/// # Errors
/// When the database is away.
pub async fn look_at(app: &App, token: &str) -> Result<LinkState, AppError> {
    let hash = crypto::digest(token);
    app.db
        .system(SystemTask::SignIn, move |tx| {
            let now = tx.now();
            Ok(match queries::link(tx, &hash)? {
                None => LinkState::Unknown,
                Some(link) if link.used_at.is_some() => LinkState::Used,
                Some(link) if link.expires_at <= now => LinkState::Expired,
                Some(link) => LinkState::Usable(link.user_id),
            })
        })
        .await
}

/// Checks a new password against the rules and what is known about its owner, and hashes it.
///
/// # Errors
/// [`AppError::Invalid`] under `field`.
pub async fn accepted(
    app: &App,
    user: UserId,
    field: &'static str,
    password: String,
) -> Result<String, AppError> {
    let about = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            let known = logins::known_everywhere(tx, user)?;
            let email = logins::credentials(tx, user)?.map(|login| login.email);
            let names = known
                .into_iter()
                .flat_map(|known| [known.member.name, known.member.org_name]);
            Ok(names.chain(email).collect::<Vec<_>>())
        })
        .await?;
    let mut check = Check::default();
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    rules::check(&mut check, field, &password, &about);
    check.finish(|| ())?;
    Ok(app.passwords.hash(password).await?)
}

/// From where a password is replaced: for the letter's links, and for what follows from the request.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Where people reach the portal.
    pub base: String,
    /// The request's id.
    pub request: Uuid,
}

/// Uses a link to set a password that was [`accepted`]; false when the link stopped working meanwhile.
///
/// # Errors
/// When the database is away.
pub async fn set_by_link(app: &App, token: &str, hash: String, cause: Cause) -> Result<bool, AppError> {
    let (portal, digest) = (app.clone(), crypto::digest(token));
    let is_set = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            let Some(user) = queries::use_link(tx, &digest)? else {
                return Ok(false);
            };
            replace(tx, &portal, user, &hash, &cause)?;
            Ok(true)
        })
        .await?;
    forget(app);
    Ok(is_set)
}

/// Sets a password that was [`accepted`] for someone who is signed in; answers the new epoch.
///
/// # Errors
/// When the database is away.
pub async fn set(app: &App, user: UserId, hash: String, cause: Cause) -> Result<i32, AppError> {
    let portal = app.clone();
    let epoch = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            replace(tx, &portal, user, &hash, &cause)
        })
        .await?;
    forget(app);
    Ok(epoch)
}

/// The new hash; every session, link and counted failure of the old one goes; a letter tells the owner, and the audit logs
/// of the owner's organizations keep it.
fn replace(
    tx: &mut SystemTx<'_>,
    app: &App,
    user: UserId,
    hash: &str,
    cause: &Cause,
) -> Result<i32, AppError> {
    logins::store_password(tx, user, hash)?;
    queries::drop_links(tx, user)?;
    let login = logins::credentials(tx, user)?.ok_or(AppError::NotFound)?;
    attempts::clear(tx, &account_subject(app, &login.email))?;
    let to = Mailbox {
        name: String::new(),
        email: login.email,
    };
    let letter = Letter::new(to, Locale::of(&login.locale), "password-changed", &[])
        .action(
            "password-changed-action",
            format!("{}/forgot-password", cause.base),
        )
        .closing("password-changed-closing", &[]);
    mail::post_as_system(tx, &app.config, &letter)?;
    tell_organizations(tx, user, cause.request, |tx, scope, member| {
        tx.audit(scope, Entry::of("identity.password.changed", "member", member))?;
        tx.emit(scope, &PasswordChanged { member }).map(|_| ())
    })?;
    Ok(logins::move_epoch(tx, user)?)
}

fn forget(app: &App) {
    app.sessions.forget_all();
    app.directory.forget_all();
}
