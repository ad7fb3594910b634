-- Finding people among a hundred thousand. Under row-level security an index serves a condition only when its operator
-- is leakproof: comparisons of text and uuid are, lower(), LIKE, @@ and enum equality are not. So people are ordered by a
-- stored column, found by a table of words with plain ranges, and filtered by state and role through partial indexes.

ALTER TABLE members ADD COLUMN sort_name text COLLATE "C" NOT NULL GENERATED ALWAYS AS (app.search_fold(display_name)) STORED;
DROP INDEX members_by_name;
CREATE INDEX members_by_name ON members (org_id, sort_name, id);
CREATE INDEX members_not_active ON members (org_id, sort_name, id) WHERE state <> 'active';
CREATE INDEX member_roles_beyond_member ON member_roles (org_id, member_id, role) WHERE role <> 'member';

-- Words of a member's name, handle and headline; a search is a prefix of each. The name to sort by stands beside the word,
-- so that a page of hits is read from one index.
CREATE TABLE member_words (
  org_id uuid NOT NULL DEFAULT app.current_org(),
  member_id uuid NOT NULL,
  word text COLLATE "C" NOT NULL,
  sort_name text COLLATE "C" NOT NULL,
  PRIMARY KEY (org_id, member_id, word),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX member_words_by_word ON member_words (org_id, word, sort_name, member_id);
SELECT app.protect('member_words');
SELECT app.open_to_system('member_words', 'SELECT, INSERT, DELETE');

CREATE FUNCTION app.words(body text) RETURNS SETOF text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT DISTINCT left(word, 64) FROM regexp_split_to_table(app.search_fold(body), '[\s[:punct:]]+') AS word WHERE word <> '' $$;
GRANT EXECUTE ON FUNCTION app.words(text) TO waymark_app, waymark_system;

CREATE FUNCTION app.note_member_words() RETURNS trigger
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
CREATE TRIGGER members_note_words AFTER INSERT ON members REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.note_member_words();
CREATE TRIGGER members_renote_words AFTER UPDATE OF display_name, handle, headline ON members FOR EACH ROW
  WHEN ((OLD.display_name, OLD.handle, OLD.headline) IS DISTINCT FROM (NEW.display_name, NEW.handle, NEW.headline))
  EXECUTE FUNCTION app.note_member_words();
INSERT INTO member_words (org_id, member_id, word, sort_name)
  SELECT members.org_id, members.id, word, members.sort_name FROM members, app.words(concat_ws(' ', display_name, handle, headline)) AS word;

-- Who shares a context or a channel with whom: all that a sponsor may see of the organization's people.
CREATE VIEW acquaintances WITH (security_invoker = true) AS
  SELECT mine.member_id AS viewer_id, theirs.member_id
    FROM context_members mine JOIN context_members theirs ON theirs.org_id = mine.org_id AND theirs.context_id = mine.context_id
  UNION ALL
  SELECT mine.member_id AS viewer_id, theirs.member_id
    FROM channel_memberships mine JOIN channel_memberships theirs ON theirs.org_id = mine.org_id AND theirs.channel_id = mine.channel_id;
GRANT SELECT ON acquaintances TO waymark_app;

-- Forms carry the version they were made from, so that a stale one changes nothing.
ALTER TABLE contexts ADD COLUMN version integer NOT NULL DEFAULT 1;
