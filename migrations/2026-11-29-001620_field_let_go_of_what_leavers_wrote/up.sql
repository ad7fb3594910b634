-- Notes that need a person are seen by who wrote them alone. Of who stopped being a member they go after the same 90 days as private
-- notes, and of who is erased with everything else.
CREATE FUNCTION app.left_long_ago(who uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM members m WHERE m.org_id = app.current_org() AND m.id = who AND m.state = 'left' AND m.left_at < app.moment() - interval '90 days');
GRANT EXECUTE ON FUNCTION app.left_long_ago(uuid) TO waymark_app;

DROP POLICY sight ON unplaced_notes;
CREATE POLICY sight ON unplaced_notes AS RESTRICTIVE FOR SELECT
  USING (author_id = (SELECT app.current_member()) OR app.is_erasing(author_id)
    OR ((SELECT app.current_member()) IS NULL AND (SELECT current_setting('app.shredding', true)) = 'on' AND app.left_long_ago(author_id)));
