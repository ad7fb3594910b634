-- Private notes of who is no longer a member are reached by an opening for 90 days, and then they go: nobody is left who may read
-- them, and nobody would ever take them away.

ALTER TABLE members ADD COLUMN left_at timestamptz;
CREATE FUNCTION app.note_leaving() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  NEW.left_at := CASE WHEN NEW.state = 'left' THEN coalesce(OLD.left_at, app.moment()) END;
  RETURN NEW;
END $$;
CREATE TRIGGER note_leaving BEFORE UPDATE OF state ON members FOR EACH ROW EXECUTE FUNCTION app.note_leaving();

CREATE FUNCTION app.is_abandoned(author uuid, person uuid, level note_visibility) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN level = 'private'
    AND EXISTS (SELECT 1 FROM members a WHERE a.org_id = app.current_org() AND a.id = author AND a.state = 'left' AND a.left_at < app.moment() - interval '90 days')
    AND NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.org_id = app.current_org() AND h.member_id = person AND h.lifted_at IS NULL);
GRANT EXECUTE ON FUNCTION app.is_abandoned(uuid, uuid, note_visibility) TO waymark_app;

-- Only the portal itself, and only while it shreds.
DROP POLICY sight ON field_notes;
CREATE POLICY sight ON field_notes AS RESTRICTIVE FOR SELECT
  USING (app.sees_note(app.current_member(), id, member_id, author_id, visibility, case_id) OR app.is_erasing(member_id)
    OR ((SELECT app.current_member()) IS NULL AND (SELECT current_setting('app.shredding', true)) = 'on' AND app.is_abandoned(author_id, member_id, visibility)));
