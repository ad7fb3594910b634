//! The two roles the portal logs in as, and the check that refuses to serve with more power than it needs.

use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{Connection, PgConnection, QueryResult, QueryableByName, RunQueryDsl};
use url::Url;

/// Reads and writes tenants' rows under row-level security; owns nothing.
pub const TENANT_ROLE: &str = "waymark_app";
/// Signs people in, claims jobs, dispatches events; narrow grants.
pub const SYSTEM_ROLE: &str = "waymark_system";

/// Attempts at a role that another process makes or changes at the same moment; they pass within milliseconds.
const ATTEMPTS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// Makes both roles, or gives them these passwords when they exist. Passwords are hex, made by the key ring.
///
/// Roles belong to the whole server and not to one database, so no lock of a database keeps others away: what another
/// process does to them at the same moment is waited for.
///
/// # Errors
/// When the owner may not create roles; the message has the SQL an administrator can run instead. When another
/// installation on this server uses the roles under another secret.
pub fn ensure(
    conn: &mut PgConnection,
    owner_url: &str,
    tenant_password: &str,
    system_password: &str,
) -> anyhow::Result<()> {
    for (role, password) in [(TENANT_ROLE, tenant_password), (SYSTEM_ROLE, system_password)] {
        if can_log_in(owner_url, role, password) {
            continue;
        }
        if !password.chars().all(|c| c.is_ascii_hexdigit()) {
            bail!("role passwords are hexadecimal; this one is not");
        }
        refuse_anothers(conn, role)?;
        make(conn, role, password).map_err(|cause| {
            anyhow!(
                "the database owner cannot make the role {role} or set its password: {cause}. Give the owner CREATEROLE, \
                 or let an administrator run: CREATE ROLE {role} LOGIN; GRANT {role} TO <owner> WITH ADMIN OPTION"
            )
        })?;
    }
    Ok(())
}

/// Creates the role when it is missing and sets its password. Nothing is said about its powers: naming them at all is a
/// superuser's right before PostgreSQL 16, and [`verify_powerless`] looks at what they are.
fn make(conn: &mut PgConnection, role: &str, password: &str) -> QueryResult<()> {
    let statements = format!(
        "DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$; \
         ALTER ROLE {role} LOGIN PASSWORD '{password}'"
    );
    for _ in 1..ATTEMPTS {
        match conn.batch_execute(&statements) {
            Err(error) if passes_by_itself(&error) => thread::sleep(PAUSE),
            outcome => return outcome,
        }
    }
    conn.batch_execute(&statements)
}

/// Somebody else changed the same role: a duplicate key in `pg_authid` (23505), or an internal error without a code of
/// its own, whose text is never translated.
fn passes_by_itself(error: &diesel::result::Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => true,
        Error::DatabaseError(_, info) => info.message().contains("concurrently updated"),
        _ => false,
    }
}

/// A role that does not let us in and holds grants in another database is another installation's, with another secret:
/// a new password would lock that one out.
#[expect(clippy::disallowed_methods, reason = "catalogue queries have no typed form")]
fn refuse_anothers(conn: &mut PgConnection, role: &str) -> anyhow::Result<()> {
    let elsewhere: Vec<Named> = diesel::sql_query(
        "SELECT DISTINCT d.datname::text AS name FROM pg_shdepend s JOIN pg_database d ON d.oid = s.dbid \
         WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = (SELECT oid FROM pg_roles WHERE rolname = $1) \
         AND d.datname <> current_database() ORDER BY 1",
    )
    .bind::<Text, _>(role)
    .load(conn)?;
    match elsewhere.first() {
        Some(database) => bail!(
            "the role {role} belongs to another Waymark on this PostgreSQL server (database {}), whose secret.key is not \
             this one. Copy that secret.key into this data folder, or give each installation a server of its own",
            database.name
        ),
        None => Ok(()),
    }
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
    // libpq lets parameters win over what stands before the host.
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| !matches!(key.as_ref(), "user" | "password"))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    if !others.is_empty() {
        url.query_pairs_mut().extend_pairs(others);
    }
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
struct Named {
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
    let unprotected: Vec<Named> = diesel::sql_query(
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

/// Tables of tenants that lack the policy which keeps tenants apart, and policies that let the portal's role see more.
///
/// # Errors
/// When the database cannot be reached.
#[expect(clippy::disallowed_methods, reason = "catalogue queries have no typed form")]
pub fn gaps_in_policies(url: &str) -> anyhow::Result<Vec<String>> {
    let mut conn =
        PgConnection::establish(url).map_err(|cause| anyhow!("cannot connect to PostgreSQL: {cause}"))?;
    let gaps: Vec<Named> = diesel::sql_query(
        "SELECT 'the table ' || c.relname || ' has no tenant_isolation policy' AS name \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'public' AND c.relkind IN ('r','p') \
         AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped) \
         AND NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname \
           AND p.policyname = 'tenant_isolation' AND 'public' = ANY (p.roles) AND p.cmd = 'ALL' \
           AND p.qual LIKE '%app.current_org()%' AND p.with_check LIKE '%app.current_org()%') \
         UNION ALL \
         SELECT 'the policy ' || policyname || ' opens the table ' || tablename || ' to every tenant' \
         FROM pg_policies WHERE schemaname = 'public' AND permissive = 'PERMISSIVE' \
         AND roles && ARRAY['public', 'waymark_app']::name[] \
         AND coalesce(qual, with_check, '') NOT LIKE '%app.current_org()%' ORDER BY 1",
    )
    .load(&mut conn)?;
    Ok(gaps.into_iter().map(|gap| gap.name).collect())
}
