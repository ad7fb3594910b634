-- The schema `app` holds what every tenant table leans on. Roles are created by the program before migrations run,
-- because roles belong to the cluster and not to one database.

CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO waymark_app, waymark_system;
GRANT USAGE ON SCHEMA public TO waymark_app, waymark_system;

-- The tenant of the running transaction. After a transaction the setting is '' and not NULL, hence nullif.
CREATE FUNCTION app.current_org() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.org_id', true), '')::uuid $$;

-- The one recipe for a tenant table: forced row-level security, one policy, no delete unless granted after.
CREATE FUNCTION app.protect(tenant_table regclass) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('CREATE POLICY tenant_isolation ON %s USING (org_id = (SELECT app.current_org())) WITH CHECK (org_id = (SELECT app.current_org()))', tenant_table);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO waymark_app', tenant_table);
END $$;

-- An append-only tenant table: history nobody can rewrite through the application.
CREATE FUNCTION app.protect_append_only(tenant_table regclass) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM app.protect(tenant_table);
  EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM waymark_app', tenant_table);
END $$;

-- Lets the narrow system role do `privileges` on a tenant table across organizations (sign-in, job claiming, dispatch).
CREATE FUNCTION app.open_to_system(tenant_table regclass, privileges text) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY system_access ON %s TO waymark_system USING (true) WITH CHECK (true)', tenant_table);
  EXECUTE format('GRANT %s ON %s TO waymark_system', privileges, tenant_table);
END $$;

GRANT EXECUTE ON FUNCTION app.current_org() TO waymark_app, waymark_system;
REVOKE EXECUTE ON FUNCTION app.protect(regclass), app.protect_append_only(regclass), app.open_to_system(regclass, text) FROM PUBLIC;
