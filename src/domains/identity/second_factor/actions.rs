//! Checking codes.

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp};

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::UserId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::SystemTask;

use super::super::queries::{self as logins, Credentials};
use super::super::sign_in::attempts::{self, Subject};
use super::queries;

/// Wrong codes a login may have in fifteen minutes. Six digits and three valid steps: one in 66,666 guesses a year.
const ATTEMPTS: i64 = 5;

/// Whether `code` is the login's code of this moment or one of its recovery codes, neither used before. Counts the attempt.
///
/// # Errors
/// [`AppError::RateLimited`] after five wrong ones in fifteen minutes.
pub async fn check(app: &App, user: UserId, code: &str) -> Result<bool, AppError> {
    let subject = Subject::new(&app.keys, "code", &user.to_string(), ATTEMPTS);
    let (keys, code) = (app.keys.clone(), code.to_owned());
    let counted = subject.clone();
    app.db.system(SystemTask::SignIn, move |tx| attempts::note(tx, &[counted]).map(|_| ())).await?;
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
pub(super) fn step_of(keys: &KeyRing, login: &Credentials, code: &str, now: DateTime<Utc>) -> Result<Option<i64>, AppError> {
    let Some(sealed) = &login.totp_secret else { return Ok(None) };
    let totp = generator(keys.open("totp", sealed)?, &login.email)?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Ok(totp.check(&digits, seconds).and_then(|step| i64::try_from(step).ok()))
}

/// The generator of a secret.
pub(super) fn generator(secret: Vec<u8>, email: &str) -> Result<Totp, AppError> {
    let account = email.replace(':', " ");
    let built = Builder::new().with_secret(secret).with_account_name(account).with_issuer(Some("Waymark")).build();
    built.map_err(|cause| AppError::Unexpected(anyhow!("a one-time password generator: {cause}")))
}

/// What is stored of a recovery code: an HMAC bound to the login, as fifty bits alone could be searched.
pub(super) fn recovery_hash(keys: &KeyRing, user: UserId, code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    keys.sign("recovery-code", format!("{user}/{plain}").as_bytes()).to_vec()
}
