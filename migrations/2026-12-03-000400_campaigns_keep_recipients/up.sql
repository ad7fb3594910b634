-- Who was written to stays. A foreign key looked for each recipient and locked their row, once for each message, although whoever
-- writes deliveries has just read the people they go to. It is turned round: writers of deliveries hold a shared lock of their organization
-- (`app.hold_recipients`), removals of people, which are rare, wait for them, and then look whether anything went to whoever is removed.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_of_member;

-- Taken before the people are read, in a statement of its own: what that statement sees then stays until the transaction ends.
CREATE FUNCTION app.hold_recipients() RETURNS void LANGUAGE sql VOLATILE
  RETURN pg_advisory_xact_lock_shared(hashtextextended('recipients of ' || app.current_org()::text, 0));
REVOKE EXECUTE ON FUNCTION app.hold_recipients() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.hold_recipients() TO waymark_app;

CREATE FUNCTION app.wait_for_recipients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('recipients of ' || app.current_org()::text, 0));
  RETURN NULL;
END $$;
CREATE TRIGGER wait_for_recipients BEFORE DELETE ON members FOR EACH STATEMENT EXECUTE FUNCTION app.wait_for_recipients();

-- Looked at anew for each, so that what was committed while this waited counts.
CREATE FUNCTION app.keep_recipient() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM deliveries d WHERE d.org_id = OLD.org_id AND d.member_id = OLD.id) THEN
    RAISE EXCEPTION 'something was sent to member %', OLD.id USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER keep_recipient BEFORE DELETE ON members FOR EACH ROW EXECUTE FUNCTION app.keep_recipient();
