//! The two roles the portal logs in as, and the check that refuses to serve with more power than it needs.

use anyhow::{Context, anyhow, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use url::Url;

/// Reads and writes tenants' rows under row-level security; owns nothing.
pub const TENANT_ROLE: &str = "waymark_app";
/// Signs people in, claims jobs, dispatches events; narrow grants.
pub const SYSTEM_ROLE: &str = "waymark_system";

/// Makes both roles, or gives them these passwords when they exist. Passwords are hex, made by the key ring.
///
/// # Errors
/// When the owner may not create roles; the message has the SQL an administrator can run instead.
pub fn ensure(owner_url: &str, tenant_password: &str, system_password: &str) -> anyhow::Result<()> {
    let mut conn = PgConnection::establish(owner_url)
        .map_err(|cause| anyhow!("cannot connect to PostgreSQL as the owner: {cause}"))?;
    for (role, password) in [(TENANT_ROLE, tenant_password), (SYSTEM_ROLE, system_password)] {
        if can_log_in(owner_url, role, password) {
            continue;
        }
        if !password.chars().all(|c| c.is_ascii_hexdigit()) {
            bail!("role passwords are hexadecimal; this one is not");
        }
        conn.batch_execute(&format!(
            "DO $$ BEGIN CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; EXCEPTION WHEN duplicate_object THEN NULL; END $$; \
             ALTER ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{password}'"
        ))
        .with_context(|| {
            format!("the database owner may not create the role {role}. Let an administrator run: CREATE ROLE {role} LOGIN; GRANT {role} TO <owner> WITH ADMIN OPTION; or give the owner CREATEROLE")
        })?;
    }
    Ok(())
}

/// The owner's URL with another role and password: the same server, the same database.
///
/// # Errors
/// When the URL cannot carry a user name.
pub fn url_for(owner_url: &str, role: &str, password: &str) -> anyhow::Result<String> {
    let mut url = Url::parse(owner_url).context("the database URL is not a URL")?;
    let unusable = |()| anyhow!("the database URL has no host part to put a role into");
    url.set_username(role).map_err(unusable)?;
    url.set_password(Some(password)).map_err(unusable)?;
    Ok(url.into())
}

fn can_log_in(owner_url: &str, role: &str, password: &str) -> bool {
    url_for(owner_url, role, password).is_ok_and(|url| PgConnection::establish(&url).is_ok())
}

#[derive(QueryableByName)]
struct Powers {
    #[diesel(sql_type = Bool)]
    is_super: bool,
    #[diesel(sql_type = Bool)]
    bypasses: bool,
    #[diesel(sql_type = BigInt)]
    owned: i64,
}

#[derive(QueryableByName)]
struct Unprotected {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Refuses a login that could step around row-level security, and tables that lost it.
///
/// # Errors
/// Names the power or the table that is wrong.
#[expect(clippy::disallowed_methods, reason = "catalogue queries have no typed form")]
pub fn verify_powerless(url: &str) -> anyhow::Result<()> {
    let mut conn =
        PgConnection::establish(url).map_err(|cause| anyhow!("cannot connect to PostgreSQL: {cause}"))?;
    let powers: Powers = diesel::sql_query(
        "SELECT rolsuper AS is_super, rolbypassrls AS bypasses, \
         (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r','p')) AS owned \
         FROM pg_roles WHERE rolname = current_user",
    )
    .get_result(&mut conn)?;
    if powers.is_super || powers.bypasses || powers.owned > 0 {
        bail!(
            "the portal must not serve as a superuser, an owner of tables, or with BYPASSRLS: row-level security would not hold"
        );
    }
    let unprotected: Vec<Unprotected> = diesel::sql_query(
        "SELECT c.relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'public' AND c.relkind IN ('r','p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity) \
         AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped)",
    )
    .load(&mut conn)?;
    match unprotected.first() {
        Some(table) => bail!(
            "the table {} has no forced row-level security; run `waymark migrate` with this version",
            table.name
        ),
        None => Ok(()),
    }
}
