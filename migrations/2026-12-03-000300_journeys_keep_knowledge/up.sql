-- The knowledge base: pages written here, PDFs and links, read into passages that are found by their words and cited.

CREATE TYPE knowledge_kind AS ENUM ('page', 'pdf', 'link');
CREATE TYPE reading_state AS ENUM ('queued', 'reading', 'ready', 'failed');

CREATE TABLE knowledge_documents (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  kind knowledge_kind NOT NULL,
  title text NOT NULL CONSTRAINT knowledge_documents_title_length CHECK (char_length(title) BETWEEN 1 AND 160),
  -- Whose grammar its words follow.
  language text NOT NULL CONSTRAINT knowledge_documents_language CHECK (language IN ('en', 'fr')),
  tags text[] NOT NULL DEFAULT '{}' CONSTRAINT knowledge_documents_tags CHECK (cardinality(tags) <= 12),
  -- A page's Markdown.
  body text NOT NULL DEFAULT '' CONSTRAINT knowledge_documents_body_length CHECK (char_length(body) <= 100000),
  -- A link's address.
  url text CONSTRAINT knowledge_documents_url CHECK (url ~ '^https?://' AND char_length(url) <= 2000),
  -- A PDF's file.
  file_name text CONSTRAINT knowledge_documents_file_name CHECK (char_length(file_name) BETWEEN 1 AND 255),
  size_bytes bigint CONSTRAINT knowledge_documents_size CHECK (size_bytes > 0),
  storage_key text,
  -- Never there: what the trigger that forgets bytes asks for.
  thumb_key text CONSTRAINT knowledge_documents_no_thumb CHECK (thumb_key IS NULL),
  state reading_state NOT NULL,
  -- Why it could not be read, in a sentence.
  failure text NOT NULL DEFAULT '',
  -- When it was last read; what was read then stays found while it is read again.
  read_at timestamptz,
  -- Pages of a PDF.
  pages integer CONSTRAINT knowledge_documents_pages CHECK (pages > 0),
  -- Title, tags, address and file name, folded: what the list is searched by.
  words text NOT NULL,
  -- Counts up with each change, so that two people do not write over each other.
  revision integer NOT NULL DEFAULT 1,
  added_by uuid NOT NULL,
  added_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT knowledge_documents_page CHECK (kind <> 'page' OR (url IS NULL AND storage_key IS NULL)),
  CONSTRAINT knowledge_documents_link CHECK ((kind = 'link') = (url IS NOT NULL)),
  CONSTRAINT knowledge_documents_pdf CHECK ((kind = 'pdf') = (storage_key IS NOT NULL AND file_name IS NOT NULL AND size_bytes IS NOT NULL)),
  CONSTRAINT knowledge_documents_failed CHECK ((state = 'failed') = (failure <> '')),
  FOREIGN KEY (org_id, added_by) REFERENCES members (org_id, id)
);
CREATE INDEX knowledge_documents_by_change ON knowledge_documents (org_id, changed_at DESC, id DESC);
CREATE INDEX knowledge_documents_refer_added_by ON knowledge_documents (org_id, added_by);
SELECT app.protect('knowledge_documents');
CREATE TRIGGER knowledge_documents_forget_bytes AFTER DELETE ON knowledge_documents REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION app.forget_bytes();

CREATE TABLE knowledge_passages (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  document_id uuid NOT NULL,
  -- From 1, in the order of the document; part of its address.
  number integer NOT NULL CONSTRAINT knowledge_passages_number CHECK (number > 0),
  -- The heading it is under; may be empty.
  heading text NOT NULL DEFAULT '' CONSTRAINT knowledge_passages_heading_length CHECK (char_length(heading) <= 200),
  -- The page of a PDF.
  page integer CONSTRAINT knowledge_passages_page CHECK (page > 0),
  -- Plain text, paragraphs apart by an empty line.
  text text NOT NULL CONSTRAINT knowledge_passages_text_length CHECK (char_length(text) BETWEEN 1 AND 8000),
  -- The Markdown it was made of, where it was written here.
  source text NOT NULL DEFAULT '' CONSTRAINT knowledge_passages_source_length CHECK (char_length(source) <= 20000),
  -- Whose grammar; as the document's.
  language text NOT NULL CONSTRAINT knowledge_passages_language CHECK (language IN ('en', 'fr')),
  search tsvector NOT NULL,
  PRIMARY KEY (org_id, document_id, number),
  FOREIGN KEY (org_id, document_id) REFERENCES knowledge_documents (org_id, id) ON DELETE CASCADE
);
CREATE INDEX knowledge_passages_search ON knowledge_passages USING gin (search) WITH (fastupdate = off);
SELECT app.protect('knowledge_passages');
-- Full-text operators are not leakproof, so under row-level security the planner may not use their index. Search therefore runs in a
-- function of the owner, who may read the table and filters by organization itself.
CREATE POLICY owner_searches ON knowledge_passages FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_searches ON knowledge_documents FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION app.knowledge_grammar(language text) RETURNS regconfig
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT CASE language WHEN 'fr' THEN 'pg_catalog.french'::regconfig ELSE 'pg_catalog.english'::regconfig END $$;

-- Letters as they are compared: letter for letter, so that a hit is found again in the text as it was written.
CREATE FUNCTION app.knowledge_fold(body text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT translate(lower(body), 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿœæ’', 'aaaaaaceeeeiiiinooooouuuuyyoa''') $$;

-- What a passage is found by: first by the title of its document, then by its heading, then by what it says.
CREATE FUNCTION app.knowledge_vector(language text, title text, heading text, body text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  SET search_path = pg_catalog, public, app
  AS $$ SELECT setweight(to_tsvector(app.knowledge_grammar(language), app.knowledge_fold(title)), 'A')
      || setweight(to_tsvector(app.knowledge_grammar(language), app.knowledge_fold(heading)), 'B')
      || setweight(to_tsvector(app.knowledge_grammar(language), app.knowledge_fold(body)), 'D') $$;

-- What is asked for, in one grammar: every word (phrases in quotation marks, `-` and `or` understood), or any of them.
CREATE FUNCTION app.knowledge_query(language text, wanted text, any_word boolean) RETURNS tsquery
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  SET search_path = pg_catalog, public, app
  AS $$ SELECT CASE WHEN any_word
      THEN replace(plainto_tsquery(app.knowledge_grammar(language), app.knowledge_fold(wanted))::text, ' & ', ' | ')::tsquery
      ELSE websearch_to_tsquery(app.knowledge_grammar(language), app.knowledge_fold(wanted)) END $$;

-- The passages that fit, the best first. `marked` is the folded text with hits between the characters 2 and 3.
CREATE FUNCTION app.search_knowledge(
  wanted text, any_word boolean, only_tag text, only_document uuid,
  after_rank real, after_document uuid, after_number integer, most integer
) RETURNS TABLE (document_id uuid, number integer, rank real, title text, kind knowledge_kind, url text, heading text, page integer, body text, source text, marked text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, app
  SET random_page_cost = 1.1
  SET jit = off
  AS $$
DECLARE
  org uuid := app.current_org();
  english tsquery := app.knowledge_query('en', wanted, any_word);
  french tsquery := app.knowledge_query('fr', wanted, any_word);
BEGIN
  IF org IS NULL OR (numnode(english) = 0 AND numnode(french) = 0) THEN RETURN; END IF;
  RETURN QUERY
    WITH fitting AS (
      SELECT p.document_id, p.number, p.language,
        ts_rank_cd('{0.2, 0.4, 0.7, 1.0}', p.search, CASE p.language WHEN 'fr' THEN french ELSE english END, 32) AS rank
      FROM knowledge_passages p
      WHERE p.org_id = org AND p.search @@ (english || french)
        AND (only_document IS NULL OR p.document_id = only_document)
        AND ((p.language = 'en' AND ts_match_vq(p.search, english)) OR (p.language = 'fr' AND ts_match_vq(p.search, french)))),
    best AS (
      SELECT f.document_id, f.number, f.rank, f.language, d.title, d.kind, d.url
      FROM fitting f JOIN knowledge_documents d ON d.org_id = org AND d.id = f.document_id
      WHERE d.archived_at IS NULL AND (only_tag IS NULL OR d.tags @> ARRAY[only_tag])
        AND (after_rank IS NULL OR f.rank < after_rank
          OR (f.rank = after_rank AND (f.document_id, f.number) > (after_document, after_number)))
      ORDER BY f.rank DESC, f.document_id, f.number LIMIT most)
    SELECT b.document_id, b.number, b.rank, b.title, b.kind, b.url, p.heading, p.page, p.text, p.source,
      ts_headline(app.knowledge_grammar(b.language), app.knowledge_fold(p.text), CASE b.language WHEN 'fr' THEN french ELSE english END,
        'HighlightAll=true, StartSel=' || chr(2) || ', StopSel=' || chr(3))
    FROM best b JOIN knowledge_passages p ON p.org_id = org AND p.document_id = b.document_id AND p.number = b.number
    ORDER BY b.rank DESC, b.document_id, b.number;
END $$;
REVOKE EXECUTE ON FUNCTION app.knowledge_grammar(text), app.knowledge_fold(text), app.knowledge_vector(text, text, text, text), app.knowledge_query(text, text, boolean),
  app.search_knowledge(text, boolean, text, uuid, real, uuid, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.knowledge_grammar(text), app.knowledge_fold(text), app.knowledge_vector(text, text, text, text), app.knowledge_query(text, text, boolean),
  app.search_knowledge(text, boolean, text, uuid, real, uuid, integer, integer) TO waymark_app;
