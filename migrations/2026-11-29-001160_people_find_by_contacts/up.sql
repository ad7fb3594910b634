-- Finding people by a part of a phone number or e-mail address. Under row-level security no index serves LIKE, so what people type
-- is looked for as the beginning of a stored word: the ends of numbers, and of addresses from each of their parts on.

CREATE TABLE contact_words (
  org_id uuid NOT NULL DEFAULT app.current_org(),
  -- No foreign key: a million of these are written with a large import, and triggers remove them with whom they are of.
  member_id uuid NOT NULL,
  word text COLLATE "C" NOT NULL,
  PRIMARY KEY (org_id, word, member_id)
);
CREATE INDEX contact_words_by_member ON contact_words (org_id, member_id);
SELECT app.protect('contact_words');
SELECT app.open_to_system('contact_words', 'SELECT, INSERT, DELETE');
SELECT app.open_to_system('contact_points', 'SELECT');

-- `+16135550142`: every end of it of three digits or more. `ada.lovelace@example.org`: itself, and from `lovelace`, `example`, `org`.
CREATE FUNCTION app.contact_words(value text) RETURNS SETOF text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT left(substr(v, n), 64) FROM (SELECT lower(ltrim(value, '+')) AS v) l, generate_series(1, length(v) - 2) AS n
        WHERE value LIKE '+%' OR n = 1 OR substr(v, n - 1, 1) IN ('.', '_', '-', '+', '@') $$;
GRANT EXECUTE ON FUNCTION app.contact_words(text) TO waymark_app, waymark_system;

CREATE FUNCTION app.note_contact_words() RETURNS trigger
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

CREATE FUNCTION app.change_contact_words() RETURNS trigger
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
CREATE TRIGGER members_note_contacts AFTER INSERT ON members REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.note_contact_words();
CREATE TRIGGER members_renote_contacts AFTER UPDATE OF email ON members FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email)
  EXECUTE FUNCTION app.change_contact_words();
CREATE TRIGGER members_forget_contacts AFTER DELETE ON members FOR EACH ROW EXECUTE FUNCTION app.change_contact_words();
CREATE TRIGGER contact_points_note_words AFTER INSERT ON contact_points REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.note_contact_words();
CREATE TRIGGER contact_points_renote_words AFTER UPDATE OR DELETE ON contact_points FOR EACH ROW EXECUTE FUNCTION app.change_contact_words();
INSERT INTO contact_words (org_id, member_id, word)
  SELECT m.org_id, m.id, word FROM members m, app.contact_words(m.email) AS word WHERE m.email IS NOT NULL ON CONFLICT DO NOTHING;
INSERT INTO contact_words (org_id, member_id, word)
  SELECT c.org_id, c.member_id, word FROM contact_points c, app.contact_words(c.value) AS word ON CONFLICT DO NOTHING;
