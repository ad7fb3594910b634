//! Every tenant table, by enumeration: forced row-level security, a policy, and foreign keys that stay inside one organization.

use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

use crate::support::portal::Portal;

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

fn names(url: &str, sql: &str) -> Vec<String> {
    let mut conn = PgConnection::establish(url).unwrap();
    let rows: Vec<Name> = diesel::sql_query(sql).load(&mut conn).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

const TENANT_TABLES: &str = "SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c \
     JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped \
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')";

#[tokio::test]
async fn every_tenant_table_has_forced_row_level_security_and_its_policy() {
    let portal = Portal::start().await;
    let url = portal.owner_url();
    let tables = names(
        &url,
        &format!("SELECT relname::text AS name FROM ({TENANT_TABLES}) t ORDER BY 1"),
    );
    assert!(tables.len() >= 25, "the tenant tables are found: {tables:?}");
    let open = names(
        &url,
        &format!(
            "SELECT relname::text AS name FROM ({TENANT_TABLES}) t WHERE NOT (relrowsecurity AND relforcerowsecurity)"
        ),
    );
    assert!(open.is_empty(), "without forced row-level security: {open:?}");
    let without = names(
        &url,
        &format!(
            "SELECT relname::text AS name FROM ({TENANT_TABLES}) t WHERE NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = t.oid \
             AND p.polname = 'tenant_isolation' AND pg_get_expr(p.polqual, p.polrelid) LIKE '%app.current_org()%' \
             AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%app.current_org()%')"
        ),
    );
    assert!(without.is_empty(), "without the tenant policy: {without:?}");
}

#[tokio::test]
async fn no_policy_opens_a_tenant_table_to_the_portals_role_in_another_way() {
    let portal = Portal::start().await;
    let loose = names(
        &portal.owner_url(),
        &format!(
            "SELECT t.relname || '.' || p.polname AS name FROM ({TENANT_TABLES}) t JOIN pg_policy p ON p.polrelid = t.oid \
             WHERE p.polname <> 'tenant_isolation' AND p.polpermissive AND (0 = ANY (p.polroles) OR 'waymark_app'::regrole::oid = ANY (p.polroles))"
        ),
    );
    assert!(
        loose.is_empty(),
        "policies that also apply to waymark_app: {loose:?}"
    );
}

#[tokio::test]
async fn foreign_keys_between_tenant_tables_carry_the_organization() {
    let portal = Portal::start().await;
    let crossing = names(
        &portal.owner_url(),
        &format!(
            "SELECT con.conname::text AS name FROM pg_constraint con JOIN ({TENANT_TABLES}) f ON f.oid = con.conrelid \
             JOIN ({TENANT_TABLES}) t ON t.oid = con.confrelid WHERE con.contype = 'f' AND NOT EXISTS ( \
               SELECT 1 FROM unnest(con.conkey, con.confkey) AS k(here, there) \
               JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.here AND a.attname = 'org_id' \
               JOIN pg_attribute b ON b.attrelid = con.confrelid AND b.attnum = k.there AND b.attname = 'org_id')"
        ),
    );
    assert!(
        crossing.is_empty(),
        "foreign keys that could cross organizations: {crossing:?}"
    );
}

#[tokio::test]
async fn the_portals_roles_own_nothing_and_cannot_step_around_policies() {
    let portal = Portal::start().await;
    let url = portal.owner_url();
    let powerful = names(
        &url,
        "SELECT rolname::text AS name FROM pg_roles WHERE rolname LIKE 'waymark%' AND rolname <> 'waymark_owner' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)",
    );
    assert!(powerful.is_empty(), "{powerful:?}");
    let owned = names(
        &url,
        "SELECT relname::text AS name FROM pg_class WHERE pg_get_userbyid(relowner) IN ('waymark_app', 'waymark_system')",
    );
    assert!(owned.is_empty(), "{owned:?}");
}

#[tokio::test]
async fn an_organization_sees_no_row_of_another_in_any_table() {
    let portal = Portal::start().await;
    let (local, neighbour) = (portal.organization("local"), portal.organization("neighbour"));
    let url = portal.owner_url();
    let app_url = waymark::platform::db::roles::url_for(&url, "waymark_app", "any").unwrap();
    let readable = names(
        &url,
        &format!(
            "SELECT relname::text AS name FROM ({TENANT_TABLES}) t WHERE has_table_privilege('waymark_app', oid, 'SELECT') ORDER BY 1"
        ),
    );
    for table in readable {
        let seen = names(
            &app_url,
            &format!(
                "SELECT count(*)::text AS name FROM {table}, (SELECT set_config('app.org_id', '{local}', false)) s WHERE org_id = '{neighbour}'"
            ),
        );
        assert_eq!(seen, ["0"], "{table} shows rows of another organization");
        let unscoped = names(&app_url, &format!("SELECT count(*)::text AS name FROM {table}"));
        assert_eq!(unscoped, ["0"], "{table} shows rows without a scope");
    }
}

#[tokio::test]
async fn every_migration_can_be_undone_and_run_again() {
    let portal = Portal::start().await;
    portal.force("TRUNCATE organizations, users CASCADE");
    let url = portal.owner_url();
    let undone = tokio::task::spawn_blocking(move || waymark::platform::db::migrations::redo_all(&url))
        .await
        .unwrap();
    assert!(undone.unwrap() >= 6);
}

#[tokio::test]
async fn log_tables_cannot_be_rewritten() {
    let portal = Portal::start().await;
    let rewritable = names(
        &portal.owner_url(),
        "SELECT relname::text AS name FROM pg_class WHERE relname IN ('audit_entries', 'broadcast_log', 'events', 'consent_records', 'consent_texts', 'consent_evidence', 'deliveries', 'delivery_events', 'log_seals', 'lesson_acts', 'enrolment_moves') \
         AND (has_table_privilege('waymark_app', oid, 'UPDATE') OR has_table_privilege('waymark_app', oid, 'DELETE'))",
    );
    assert!(rewritable.is_empty(), "{rewritable:?}");
}
