//! The page of tokens.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::identity::me::Me;
use crate::domains::identity::model::SCOPES;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::{LIFETIMES, TokenForm};
use super::queries::{self, TokenRow};

/// `/me/tokens`
#[derive(Template)]
#[template(path = "identity/tokens.html")]
pub struct TokensPage {
    pub shell: Shell,
    pub form: TokenForm,
    pub errors: FieldErrors,
    /// A secret to show this once; empty when there is none.
    pub fresh: String,
    pub tokens: Vec<TokenLine>,
    pub scopes: Vec<ScopeChoice>,
    pub lifetimes: &'static [(&'static str, &'static str)],
}

/// A scope to tick.
pub struct ScopeChoice {
    pub scope: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub chosen: bool,
}

/// A token in the list.
pub struct TokenLine {
    pub id: String,
    pub name: String,
    pub scopes: Vec<String>,
    pub created: String,
    pub expires: String,
    pub used: String,
}

impl TokenLine {
    fn new(row: TokenRow, now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            scopes: row.scopes,
            created: time::local_date_time(row.created_at, zone),
            expires: row
                .expires_at
                .map_or_else(|| "when revoked".to_owned(), |at| time::local_date_time(at, zone)),
            used: row
                .last_used_at
                .map_or_else(|| "never".to_owned(), |at| time::ago(at, now)),
        }
    }
}

impl TokensPage {
    pub fn new(
        tx: &mut TenantTx<'_>,
        me: &Me,
        form: TokenForm,
        errors: FieldErrors,
        fresh: String,
    ) -> Result<Self, AppError> {
        let now = tx.now();
        let tokens = queries::mine(tx)?
            .into_iter()
            .map(|row| TokenLine::new(row, now, me.zone))
            .collect();
        let chosen = |scope: &str| form.scopes.iter().any(|chosen| chosen == scope);
        let scopes = SCOPES
            .iter()
            .map(|(scope, label, hint)| ScopeChoice {
                scope,
                label,
                hint,
                chosen: chosen(scope),
            })
            .collect();
        Ok(Self {
            shell: me.shell(tx)?,
            form,
            errors,
            fresh,
            tokens,
            scopes,
            lifetimes: LIFETIMES,
        })
    }
}
