-- A file of a hundred thousand people is taken over in less than a minute and taken back in not much more. What took the time was
-- measured: words to find people by, a statement for each person; and the foreign keys of ninety tables, asked twice for everybody.

-- The rows of a file that was just staged are counted at once: until then the planner takes them for one. Only the owner may have that
-- done. Who vacuums at that moment is not waited for long.
CREATE FUNCTION app.measure_import_rows() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '3s' AS $$
BEGIN
  ANALYZE import_rows;
EXCEPTION WHEN lock_not_available THEN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION app.measure_import_rows() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.measure_import_rows() TO waymark_app;

-- Words of names: as app.words has them, but of all new people in one statement instead of a call for each.
CREATE OR REPLACE FUNCTION app.note_member_words() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM public.member_words WHERE org_id = NEW.org_id AND member_id = NEW.id;
    INSERT INTO public.member_words (org_id, member_id, word, sort_name)
      SELECT NEW.org_id, NEW.id, word, NEW.sort_name FROM app.words(concat_ws(' ', NEW.display_name, NEW.handle, NEW.headline)) AS word;
  ELSE
    INSERT INTO public.member_words (org_id, member_id, word, sort_name)
      SELECT DISTINCT f.org_id, f.id, left(w.word, 64), f.sort_name
      FROM fresh f, regexp_split_to_table(app.search_fold(concat_ws(' ', f.display_name, f.handle, f.headline)), '[\s[:punct:]]+') AS w(word)
      WHERE w.word <> '';
  END IF;
  RETURN NULL;
END $$;

-- Without STRICT, under which PostgreSQL can't write a function into the statement that asks. Of nothing there are no words as before.
CREATE OR REPLACE FUNCTION app.contact_words(value text) RETURNS SETOF text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT left(substr(l.v, n), 64) FROM (SELECT lower(ltrim(value, '+')) AS v, value LIKE '+%' AS is_number OFFSET 0) l, generate_series(1, length(l.v) - 2) AS n
        WHERE l.is_number OR n = 1 OR substr(l.v, n - 1, 1) IN ('.', '_', '-', '+', '@') $$;

-- Words of addresses and numbers. One may stand twice with somebody who has it from two addresses: to look for each of a million
-- words before it is written took a quarter of the time, and whoever is found twice is shown once.
ALTER TABLE contact_words DROP CONSTRAINT contact_words_pkey;
CREATE INDEX contact_words_by_word ON contact_words (org_id, word, member_id);
CREATE OR REPLACE FUNCTION app.note_contact_words() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'members' THEN
    INSERT INTO public.contact_words (org_id, member_id, word)
      SELECT f.org_id, f.id, w.word FROM fresh f, app.contact_words(f.email) AS w(word) ORDER BY w.word;
  ELSE
    INSERT INTO public.contact_words (org_id, member_id, word)
      SELECT f.org_id, f.member_id, w.word FROM fresh f, app.contact_words(f.value) AS w(word) ORDER BY w.word;
  END IF;
  RETURN NULL;
END $$;

-- Writes the words of these people's addresses and numbers anew.
DROP FUNCTION app.renote_contact_words(uuid, uuid);
CREATE FUNCTION app.renote_contact_words(of_org uuid, people uuid[]) RETURNS void
  LANGUAGE sql AS $$
  DELETE FROM public.contact_words WHERE org_id = of_org AND member_id = ANY (people);
  INSERT INTO public.contact_words (org_id, member_id, word)
    SELECT of_org, v.id, w.word FROM (
      SELECT m.id, m.email AS value FROM public.members m WHERE m.org_id = of_org AND m.id = ANY (people) AND m.email IS NOT NULL
      UNION SELECT c.member_id, c.value FROM public.contact_points c WHERE c.org_id = of_org AND c.member_id = ANY (people)) v,
      app.contact_words(v.value) AS w(word);
$$;
GRANT EXECUTE ON FUNCTION app.renote_contact_words(uuid, uuid[]) TO waymark_app, waymark_system;
CREATE OR REPLACE FUNCTION app.change_contact_words() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'members' THEN
    PERFORM app.renote_contact_words(NEW.org_id, ARRAY[NEW.id]);
  ELSE
    PERFORM app.renote_contact_words(OLD.org_id, ARRAY[OLD.member_id, NEW.member_id]);
  END IF;
  RETURN NULL;
END $$;

-- What was removed, a statement at a time. Arrays instead of a join: the planner would keep a plan for as many as were first.
CREATE FUNCTION app.forget_contact_words() RETURNS trigger
  LANGUAGE plpgsql AS $$
DECLARE
  of_org uuid;
  people uuid[];
BEGIN
  IF TG_TABLE_NAME = 'members' THEN
    FOR of_org, people IN SELECT g.org_id, array_agg(g.id) FROM gone g GROUP BY g.org_id LOOP
      DELETE FROM public.contact_words WHERE org_id = of_org AND member_id = ANY (people);
    END LOOP;
  ELSE
    FOR of_org, people IN SELECT g.org_id, array_agg(DISTINCT g.member_id) FROM gone g GROUP BY g.org_id LOOP
      PERFORM app.renote_contact_words(of_org, people);
    END LOOP;
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER members_forget_contacts ON members;
CREATE TRIGGER members_forget_contacts AFTER DELETE ON members REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION app.forget_contact_words();
DROP TRIGGER contact_points_renote_words ON contact_points;
CREATE TRIGGER contact_points_renote_words AFTER UPDATE ON contact_points FOR EACH ROW EXECUTE FUNCTION app.change_contact_words();
CREATE TRIGGER contact_points_forget_words AFTER DELETE ON contact_points REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION app.forget_contact_words();

-- Taking back removes whom an import made unless anything refers to them. What would go along with somebody says so beneath row-level
-- security, whoever may see it: no table is asked twice, as it was when people got another id first to find out.
CREATE FUNCTION app.refuse_taking_back() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  RAISE foreign_key_violation USING MESSAGE = format('a row of %s is about somebody who is being taken back', TG_TABLE_NAME);
END $$;
-- For each table whose rows go with people, but for what an import itself writes. A test names the one that lacks it.
CREATE FUNCTION app.stay_when_taken_back(tenant_table regclass) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER refuse_taking_back BEFORE DELETE ON %s FOR EACH ROW WHEN (current_setting(''app.taking_back'', true) = ''on'') '
                 'EXECUTE FUNCTION app.refuse_taking_back()', tenant_table);
END $$;
REVOKE EXECUTE ON FUNCTION app.stay_when_taken_back(regclass) FROM PUBLIC;
SELECT app.stay_when_taken_back(t.conrelid)
  FROM (SELECT DISTINCT c.conrelid::regclass AS conrelid FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid = 'members'::regclass AND c.confdeltype <> 'a') t
  WHERE t.conrelid::text NOT IN ('member_roles', 'member_words', 'contact_points', 'member_tags', 'member_values');
CREATE TRIGGER refuse_taking_back BEFORE DELETE ON member_roles FOR EACH ROW
  WHEN (OLD.role <> 'member' AND current_setting('app.taking_back', true) = 'on') EXECUTE FUNCTION app.refuse_taking_back();

-- The rest of the tables that refer to people: without an index, the database reads the whole of them for everybody who is removed.
CREATE INDEX contexts_refer_created_by ON contexts (org_id, created_by) WHERE created_by IS NOT NULL;
CREATE INDEX invitations_refer_invited_by ON invitations (org_id, invited_by);
CREATE INDEX channels_refer_created_by ON channels (org_id, created_by) WHERE created_by IS NOT NULL;
CREATE INDEX message_reports_refer_handled_by ON message_reports (org_id, handled_by) WHERE handled_by IS NOT NULL;
CREATE INDEX people_filters_refer_created_by ON people_filters (org_id, created_by);
CREATE INDEX steward_leaves_refer_created_by ON steward_leaves (org_id, created_by) WHERE created_by IS NOT NULL;
CREATE INDEX steward_blocks_refer_member_id ON steward_blocks (org_id, member_id);
CREATE INDEX steward_blocks_refer_created_by ON steward_blocks (org_id, created_by) WHERE created_by IS NOT NULL;
CREATE INDEX cases_refer_opened_by ON cases (org_id, opened_by);
CREATE INDEX officers_refer_appointed_by ON officers (org_id, appointed_by);
CREATE INDEX task_bulk_changes_refer_made_by ON task_bulk_changes (org_id, made_by);
CREATE INDEX task_bulk_rows_refer_assignee_id ON task_bulk_rows (org_id, assignee_id);
CREATE INDEX people_imports_refer_made_by ON people_imports (org_id, made_by);
CREATE INDEX bulk_changes_refer_made_by ON bulk_changes (org_id, made_by);
CREATE INDEX member_merges_refer_given_up_id ON member_merges (org_id, given_up_id);
CREATE INDEX member_merges_refer_merged_by ON member_merges (org_id, merged_by);
CREATE INDEX legal_holds_refer_member_id ON legal_holds (org_id, member_id);
CREATE INDEX legal_holds_refer_placed_by ON legal_holds (org_id, placed_by);
CREATE INDEX legal_holds_refer_lifted_by ON legal_holds (org_id, lifted_by) WHERE lifted_by IS NOT NULL;
CREATE INDEX erasures_refer_erased_by ON erasures (org_id, erased_by);
CREATE INDEX subject_requests_refer_member_id ON subject_requests (org_id, member_id);
CREATE INDEX subject_requests_refer_noted_by ON subject_requests (org_id, noted_by);
CREATE INDEX subject_requests_refer_reviewer_id ON subject_requests (org_id, reviewer_id) WHERE reviewer_id IS NOT NULL;
CREATE INDEX subject_requests_refer_released_by ON subject_requests (org_id, released_by) WHERE released_by IS NOT NULL;
CREATE INDEX subject_request_items_refer_member_id ON subject_request_items (org_id, member_id);
CREATE INDEX bulk_changes_refer_from_id ON bulk_changes (org_id, from_id) WHERE from_id IS NOT NULL;
CREATE INDEX bulk_changes_refer_to_id ON bulk_changes (org_id, to_id) WHERE to_id IS NOT NULL;
