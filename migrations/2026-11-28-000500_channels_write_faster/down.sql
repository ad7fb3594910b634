CREATE OR REPLACE FUNCTION app.current_org() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.org_id', true), '')::uuid $$;

CREATE OR REPLACE FUNCTION app.search_fold(body text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT regexp_replace(
    translate(lower(body), 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿœæ’', 'aaaaaaceeeeiiiinooooouuuuyyoa'''),
    '([\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])', ' \1 ', 'g') $$;

CREATE OR REPLACE FUNCTION app.search_vector(body text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT to_tsvector('simple', app.search_fold(body)) $$;

CREATE INDEX events_newest ON events (org_id, id DESC);
CREATE INDEX messages_calls ON messages (org_id, channel_id, seq) WHERE mentions_all AND deleted_at IS NULL;
CREATE INDEX channels_changed ON channels (changed_at);
