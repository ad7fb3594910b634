//! The steps of signing in.

use uuid::Uuid;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, OrgId, UserId};
use crate::platform::audit::Entry;
use crate::platform::crypto::Verdict;
use crate::platform::db::{SystemTask, SystemTx, TenantScope};
use crate::platform::web::client::Client;

use super::super::queries::{self, Credentials};
use super::attempts::{self, Subject};

/// What a password led to.
pub enum Checked {
    /// It was not the password, or there is no such account.
    Wrong,
    /// It was; `failures` wrong ones came before.
    Right {
        /// The login.
        login: Box<Credentials>,
        /// Wrong passwords in the window before.
        failures: i64,
    },
}

/// Compares a password with an account's, counting the attempt. Takes as long when there is no such account.
///
/// # Errors
/// [`AppError::RateLimited`] when account or address has had its attempts.
pub async fn check_password(
    app: &App,
    email: &str,
    password: String,
    client: &Client,
) -> Result<Checked, AppError> {
    let subjects = subjects(app, email, client);
    let (counted, wanted) = (subjects.clone(), email.to_owned());
    let (failures, login) = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            let failures = attempts::note(tx, &counted)?;
            Ok((failures, queries::credentials_by_email(tx, &wanted)?))
        })
        .await?;
    let stored = login.as_ref().and_then(|login| login.password_hash.clone());
    let verdict = app.passwords.verify(password, stored).await?;
    let (Some(login), true) = (login, verdict != Verdict::Wrong) else {
        return Ok(Checked::Wrong);
    };
    let user = login.id;
    app.db
        .system(SystemTask::SignIn, move |tx| {
            let [account, address] = &subjects;
            attempts::clear(tx, account)?;
            attempts::take_back(tx, address)?;
            if let Verdict::RightRehashed(hash) = &verdict {
                queries::store_password(tx, user, hash)?;
            }
            Ok(())
        })
        .await?;
    Ok(Checked::Right {
        login: Box::new(login),
        failures,
    })
}

fn subjects(app: &App, email: &str, client: &Client) -> [Subject; 2] {
    let per_address = app.config.sessions.attempts_per_address;
    [
        account_subject(app, email),
        Subject::new(&app.keys, "address", &client.address.to_string(), per_address),
    ]
}

/// What wrong passwords of an account are counted on.
pub fn account_subject(app: &App, email: &str) -> Subject {
    Subject::new(
        &app.keys,
        "account",
        email,
        app.config.sessions.attempts_per_account,
    )
}

/// Asks a signed-in person for their password again, counting like a sign-in; true when it is right.
///
/// # Errors
/// [`AppError::RateLimited`] after too many wrong ones.
pub async fn confirm_password(app: &App, user: UserId, password: String) -> Result<bool, AppError> {
    let subject = Subject::new(
        &app.keys,
        "confirm",
        &user.to_string(),
        app.config.sessions.attempts_per_account,
    );
    let counted = subject.clone();
    let stored = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            attempts::note(tx, &[counted])?;
            Ok(queries::credentials(tx, user)?.and_then(|login| login.password_hash))
        })
        .await?;
    if app.passwords.verify(password, stored).await? == Verdict::Wrong {
        return Ok(false);
    }
    app.db
        .system(SystemTask::SignIn, move |tx| attempts::clear(tx, &subject))
        .await?;
    Ok(true)
}

/// Where someone who has just signed in finds themselves.
pub struct Arrival {
    /// The login's epoch.
    pub epoch: i32,
    /// The organization; none when there is no choice to make by itself.
    pub org: Option<OrgId>,
}

/// Chooses the organization: the only one, else the one last used, else the person is asked. Tells each organization of the
/// login in its audit log that it signed in, from what, and after how many failures.
///
/// # Errors
/// When the login has vanished or the database is away.
pub async fn arrive(
    app: &App,
    user: UserId,
    failures: i64,
    client: &Client,
    request: Uuid,
) -> Result<Arrival, AppError> {
    let device = client.device.clone();
    app.db
        .system(SystemTask::SignIn, move |tx| {
            let login = queries::credentials(tx, user)?.ok_or(AppError::SignInRequired)?;
            let org = place_to_go(queries::organizations_of(tx, user)?);
            if let Some(org) = org {
                queries::went_to(tx, user, org)?;
            }
            tell_organizations(tx, user, request, |tx, scope, member| {
                let after = serde_json::json!({ "device": device, "failed_attempts_before": failures });
                tx.audit(
                    scope,
                    Entry::of("identity.session.opened", "member", member).after(after),
                )
            })?;
            Ok(Arrival {
                epoch: login.auth_epoch,
                org,
            })
        })
        .await
}

fn place_to_go(places: Vec<queries::Place>) -> Option<OrgId> {
    match places.as_slice() {
        [only] => Some(only.org),
        several => several
            .iter()
            .filter(|place| place.last_active_at.is_some())
            .max_by_key(|place| place.last_active_at)
            .map(|place| place.org),
    }
}

/// Tells every organization of a login what happened to it, in the transaction in which it happens: a login is nobody's
/// alone.
///
/// # Errors
/// When the database is away.
pub fn tell_organizations(
    tx: &mut SystemTx<'_>,
    user: UserId,
    request: Uuid,
    tell: impl Fn(&mut SystemTx<'_>, &TenantScope, MemberId) -> Result<(), AppError>,
) -> Result<(), AppError> {
    for known in queries::known_everywhere(tx, user)? {
        let member = known.member.member;
        tell(tx, &TenantScope::of_member(known.member, request), member)?;
    }
    Ok(())
}
