//! Checking codes, and turning the factor on and off.

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::UserId;
use crate::platform::audit::Entry;
use crate::platform::crypto::{self, KeyRing};
use crate::platform::db::{SystemTask, SystemTx};
use crate::platform::mail::{self, Letter, Locale, Mailbox};

use super::super::events::SecondFactorChanged;
use super::super::passwords::Cause;
use super::super::queries::{self as logins, Credentials};
use super::super::sign_in::attempts::{self, Subject};
use super::super::sign_in::tell_organizations;
use super::queries;

/// Wrong codes a login may have in fifteen minutes. Of six digits three steps are valid at a time, so one guess in 333,333
/// is right: 480 guesses a day by someone who knows the password are noticed in the log long before.
const ATTEMPTS: i64 = 5;

/// Whether `code` is the login's code of this moment or one of its recovery codes, neither used before. Counts the attempt.
///
/// # Errors
/// [`AppError::RateLimited`] after five wrong ones in fifteen minutes.
pub async fn check(app: &App, user: UserId, code: &str) -> Result<bool, AppError> {
    let subject = Subject::new(&app.keys, "code", &user.to_string(), ATTEMPTS);
    let (keys, code) = (app.keys.clone(), code.to_owned());
    let counted = subject.clone();
    app.db
        .system(SystemTask::SignIn, move |tx| {
            attempts::note(tx, &[counted]).map(|_| ())
        })
        .await?;
    app.db
        .system(SystemTask::SignIn, move |tx| {
            let login = logins::credentials(tx, user)?.ok_or(AppError::SignInRequired)?;
            let right = match step_of(&keys, &login, &code, tx.now())? {
                Some(step) => queries::use_step(tx, user, step)?,
                None => queries::use_recovery_code(tx, user, &recovery_hash(&keys, user, &code))?,
            };
            if right {
                attempts::clear(tx, &subject)?;
            }
            Ok(right)
        })
        .await
}

/// The time step that `code` belongs to, when it is right.
pub(super) fn step_of(
    keys: &KeyRing,
    login: &Credentials,
    code: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>, AppError> {
    let Some(sealed) = &login.totp_secret else {
        return Ok(None);
    };
    let totp = generator(keys.open("totp", sealed)?, &login.email)?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Ok(totp
        .check(&digits, seconds)
        .and_then(|step| i64::try_from(step).ok()))
}

/// The generator of a secret.
pub(super) fn generator(secret: Vec<u8>, email: &str) -> Result<Totp, AppError> {
    let account = email.replace(':', " ");
    let built = Builder::new()
        .with_secret(secret)
        .with_account_name(account)
        .with_issuer(Some("Waymark"))
        .build();
    built.map_err(|cause| AppError::Unexpected(anyhow!("a one-time password generator: {cause}")))
}

/// What is stored of a recovery code: an HMAC bound to the login, as fifty bits alone could be searched.
pub(super) fn recovery_hash(keys: &KeyRing, user: UserId, code: &str) -> Vec<u8> {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    keys.sign("recovery-code", format!("{user}/{plain}").as_bytes())
        .to_vec()
}

/// Where a login stands with its second factor.
pub enum Standing {
    /// It has none.
    Off,
    /// A secret waits to be confirmed with a code.
    SettingUp(Box<Totp>),
    /// It is on.
    On {
        /// Unused recovery codes.
        codes_left: i64,
    },
}

/// Where `user` stands.
///
/// # Errors
/// When the stored secret does not open with this installation's key.
pub async fn standing(app: &App, user: UserId) -> Result<Standing, AppError> {
    let keys = app.keys.clone();
    app.db
        .system(SystemTask::SignIn, move |tx| {
            let login = logins::credentials(tx, user)?.ok_or(AppError::SignInRequired)?;
            match (login.totp_confirmed_at, &login.totp_secret) {
                (Some(_), _) => Ok(Standing::On {
                    codes_left: queries::recovery_codes_left(tx, user)?,
                }),
                (None, Some(sealed)) => Ok(Standing::SettingUp(Box::new(generator(
                    keys.open("totp", sealed)?,
                    &login.email,
                )?))),
                (None, None) => Ok(Standing::Off),
            }
        })
        .await
}

/// Makes a secret that waits to be confirmed. Does nothing when the factor is on.
///
/// # Errors
/// When there is no randomness.
pub async fn begin(app: &App, user: UserId) -> Result<(), AppError> {
    let sealed = app.keys.seal("totp", &crypto::random::<20>()?)?;
    app.db
        .system(SystemTask::SignIn, move |tx| {
            Ok(queries::store_secret(tx, user, &sealed).map(|_| ())?)
        })
        .await
}

/// Turns the factor on when `code` is right, and answers the recovery codes; `None` when it is not.
///
/// # Errors
/// [`AppError::RateLimited`] after five wrong ones in fifteen minutes.
pub async fn confirm(
    app: &App,
    user: UserId,
    code: &str,
    cause: Cause,
) -> Result<Option<Vec<String>>, AppError> {
    let subject = Subject::new(&app.keys, "code", &user.to_string(), ATTEMPTS);
    let (portal, code) = (app.clone(), code.to_owned());
    let counted = subject.clone();
    app.db
        .system(SystemTask::SignIn, move |tx| {
            attempts::note(tx, &[counted]).map(|_| ())
        })
        .await?;
    let codes = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            let login = logins::credentials(tx, user)?.ok_or(AppError::SignInRequired)?;
            let Some(step) = step_of(&portal.keys, &login, &code, tx.now())? else {
                return Ok(None);
            };
            if !queries::turn_on(tx, user, step)? {
                return Ok(None);
            }
            attempts::clear(tx, &subject)?;
            post_notice(tx, &portal, &login, "factor-on", &cause.base)?;
            tell(tx, user, cause.request, Turned::On)?;
            new_recovery_codes(tx, &portal.keys, user).map(Some)
        })
        .await?;
    forget(app);
    Ok(codes)
}

/// Turns the factor off. The caller has asked for the password.
///
/// # Errors
/// When the database is away.
pub async fn remove(app: &App, user: UserId, cause: Cause) -> Result<(), AppError> {
    let portal = app.clone();
    app.db
        .system(SystemTask::SignIn, move |tx| {
            let login = logins::credentials(tx, user)?.ok_or(AppError::SignInRequired)?;
            if queries::turn_off(tx, user)? {
                post_notice(tx, &portal, &login, "factor-off", &cause.base)?;
                tell(tx, user, cause.request, Turned::Off)?;
            }
            Ok(())
        })
        .await?;
    forget(app);
    Ok(())
}

/// Replaces the recovery codes. The caller has asked for the password.
///
/// # Errors
/// When there is no randomness or the database is away.
pub async fn renew_codes(app: &App, user: UserId, request: Uuid) -> Result<Vec<String>, AppError> {
    let keys = app.keys.clone();
    app.db
        .system(SystemTask::SignIn, move |tx| {
            tell_organizations(tx, user, request, |tx, scope, member| {
                tx.audit(
                    scope,
                    Entry::of("identity.recovery_codes.renewed", "member", member),
                )
            })?;
            new_recovery_codes(tx, &keys, user)
        })
        .await
}

/// Ten codes of fifty bits, without letters that are read as digits (Crockford's base 32).
fn new_recovery_codes(tx: &mut SystemTx<'_>, keys: &KeyRing, user: UserId) -> Result<Vec<String>, AppError> {
    const SIGNS: [char; 32] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k',
        'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
    ];
    let mut codes = Vec::with_capacity(10);
    while codes.len() < 10 {
        let signs =
            crypto::random::<10>()?.map(|byte| SIGNS.get(usize::from(byte % 32)).copied().unwrap_or('0'));
        let (left, right) = signs.split_at(5);
        codes.push(format!(
            "{}-{}",
            left.iter().collect::<String>(),
            right.iter().collect::<String>()
        ));
    }
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| recovery_hash(keys, user, code)).collect();
    queries::replace_recovery_codes(tx, user, &hashes)?;
    Ok(codes)
}

fn post_notice(
    tx: &mut SystemTx<'_>,
    app: &App,
    login: &Credentials,
    id: &str,
    base: &str,
) -> Result<(), AppError> {
    let to = Mailbox {
        name: String::new(),
        email: login.email.clone(),
    };
    let letter = Letter::new(to, Locale::of(&login.locale), id, &[])
        .action("factor-action", format!("{base}/me/security"))
        .closing("factor-closing", &[]);
    mail::post_as_system(tx, &app.config, &letter)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turned {
    On,
    Off,
}

/// Tells the login's organizations, and every process, in the transaction of the change.
fn tell(tx: &mut SystemTx<'_>, user: UserId, request: Uuid, turned: Turned) -> Result<(), AppError> {
    let is_on = turned == Turned::On;
    tell_organizations(tx, user, request, |tx, scope, member| {
        let after = serde_json::json!({ "on": is_on });
        tx.audit(
            scope,
            Entry::of("identity.second_factor.changed", "member", member).after(after),
        )?;
        tx.emit(scope, &SecondFactorChanged { member, is_on }).map(|_| ())
    })?;
    Ok(logins::tell_access_changed(tx, user)?)
}

fn forget(app: &App) {
    app.directory.forget_all();
    app.sessions.forget_all();
}
