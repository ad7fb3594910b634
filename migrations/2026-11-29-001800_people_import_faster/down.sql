DROP INDEX contexts_refer_created_by;
DROP INDEX invitations_refer_invited_by;
DROP INDEX channels_refer_created_by;
DROP INDEX message_reports_refer_handled_by;
DROP INDEX people_filters_refer_created_by;
DROP INDEX steward_leaves_refer_created_by;
DROP INDEX steward_blocks_refer_member_id;
DROP INDEX steward_blocks_refer_created_by;
DROP INDEX cases_refer_opened_by;
DROP INDEX officers_refer_appointed_by;
DROP INDEX task_bulk_changes_refer_made_by;
DROP INDEX task_bulk_rows_refer_assignee_id;
DROP INDEX people_imports_refer_made_by;
DROP INDEX bulk_changes_refer_made_by;
DROP INDEX member_merges_refer_given_up_id;
DROP INDEX member_merges_refer_merged_by;
DROP INDEX legal_holds_refer_member_id;
DROP INDEX legal_holds_refer_placed_by;
DROP INDEX legal_holds_refer_lifted_by;
DROP INDEX erasures_refer_erased_by;
DROP INDEX subject_requests_refer_member_id;
DROP INDEX subject_requests_refer_noted_by;
DROP INDEX subject_requests_refer_reviewer_id;
DROP INDEX subject_requests_refer_released_by;
DROP INDEX subject_request_items_refer_member_id;
DROP INDEX bulk_changes_refer_from_id;
DROP INDEX bulk_changes_refer_to_id;
DO $$ DECLARE held record; BEGIN
  FOR held IN SELECT t.tgrelid::regclass AS tenant_table FROM pg_trigger t WHERE t.tgname = 'refuse_taking_back' LOOP
    EXECUTE format('DROP TRIGGER refuse_taking_back ON %s', held.tenant_table);
  END LOOP;
END $$;
DROP FUNCTION app.stay_when_taken_back(regclass);
DROP FUNCTION app.refuse_taking_back();
DROP TRIGGER contact_points_forget_words ON contact_points;
DROP TRIGGER contact_points_renote_words ON contact_points;
DROP TRIGGER members_forget_contacts ON members;
DROP FUNCTION app.forget_contact_words();
DROP FUNCTION app.renote_contact_words(uuid, uuid[]);
CREATE FUNCTION app.renote_contact_words(of_org uuid, person uuid) RETURNS void
  LANGUAGE sql AS $$
  DELETE FROM public.contact_words WHERE org_id = of_org AND member_id = person;
  INSERT INTO public.contact_words (org_id, member_id, word)
    SELECT of_org, person, word FROM (
      SELECT m.email AS value FROM public.members m WHERE m.org_id = of_org AND m.id = person AND m.email IS NOT NULL
      UNION SELECT c.value FROM public.contact_points c WHERE c.org_id = of_org AND c.member_id = person) v, app.contact_words(v.value) AS word
    ON CONFLICT DO NOTHING;
$$;
GRANT EXECUTE ON FUNCTION app.renote_contact_words(uuid, uuid) TO waymark_app, waymark_system;
CREATE OR REPLACE FUNCTION app.change_contact_words() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'members' THEN
    IF TG_OP = 'DELETE' THEN
      DELETE FROM public.contact_words WHERE org_id = OLD.org_id AND member_id = OLD.id;
    ELSE
      PERFORM app.renote_contact_words(NEW.org_id, NEW.id);
    END IF;
  ELSE
    PERFORM app.renote_contact_words(OLD.org_id, OLD.member_id);
    IF TG_OP = 'UPDATE' AND NEW.member_id <> OLD.member_id THEN
      PERFORM app.renote_contact_words(NEW.org_id, NEW.member_id);
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION app.note_contact_words() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'members' THEN
    INSERT INTO public.contact_words (org_id, member_id, word)
      SELECT fresh.org_id, fresh.id, word FROM fresh, app.contact_words(fresh.email) AS word ON CONFLICT DO NOTHING;
  ELSE
    INSERT INTO public.contact_words (org_id, member_id, word)
      SELECT fresh.org_id, fresh.member_id, word FROM fresh, app.contact_words(fresh.value) AS word ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
DELETE FROM contact_words c USING contact_words o WHERE o.org_id = c.org_id AND o.word = c.word AND o.member_id = c.member_id AND o.ctid < c.ctid;
DROP INDEX contact_words_by_word;
ALTER TABLE contact_words ADD PRIMARY KEY (org_id, word, member_id);
CREATE TRIGGER members_forget_contacts AFTER DELETE ON members FOR EACH ROW EXECUTE FUNCTION app.change_contact_words();
CREATE TRIGGER contact_points_renote_words AFTER UPDATE OR DELETE ON contact_points FOR EACH ROW EXECUTE FUNCTION app.change_contact_words();
CREATE OR REPLACE FUNCTION app.contact_words(value text) RETURNS SETOF text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT left(substr(v, n), 64) FROM (SELECT lower(ltrim(value, '+')) AS v) l, generate_series(1, length(v) - 2) AS n
        WHERE value LIKE '+%' OR n = 1 OR substr(v, n - 1, 1) IN ('.', '_', '-', '+', '@') $$;
CREATE OR REPLACE FUNCTION app.note_member_words() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM public.member_words WHERE org_id = NEW.org_id AND member_id = NEW.id;
    INSERT INTO public.member_words (org_id, member_id, word, sort_name)
      SELECT NEW.org_id, NEW.id, word, NEW.sort_name FROM app.words(concat_ws(' ', NEW.display_name, NEW.handle, NEW.headline)) AS word;
  ELSE
    INSERT INTO public.member_words (org_id, member_id, word, sort_name)
      SELECT fresh.org_id, fresh.id, word, fresh.sort_name FROM fresh, app.words(concat_ws(' ', fresh.display_name, fresh.handle, fresh.headline)) AS word;
  END IF;
  RETURN NULL;
END $$;
DROP FUNCTION app.measure_import_rows();
