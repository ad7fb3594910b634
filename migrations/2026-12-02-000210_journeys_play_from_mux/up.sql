-- Videos of the library played from Mux, for as many people as an organization wants. The portal keeps every file, so nothing is lost when it is
-- switched off.

CREATE TYPE film_audience AS ENUM ('nobody', 'staff', 'leaders', 'everyone');

CREATE TABLE mux_accounts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  token_id text NOT NULL CONSTRAINT mux_accounts_token_id CHECK (char_length(token_id) BETWEEN 1 AND 200),
  -- Sealed, as are the two below.
  token_secret bytea NOT NULL,
  signing_key_id text NOT NULL CONSTRAINT mux_accounts_signing_key_id CHECK (char_length(signing_key_id) BETWEEN 1 AND 200),
  signing_key bytea NOT NULL,
  -- What proves that a report is from Mux; without it none is believed.
  webhook_secret bytea,
  -- Where the interface and the films are, when not where everybody's are.
  api text NOT NULL DEFAULT '',
  stream text NOT NULL DEFAULT '',
  -- Who is played films from Mux.
  audience film_audience NOT NULL DEFAULT 'nobody',
  -- Why nothing is handed over until a person has mended it.
  stopped_because text NOT NULL DEFAULT '',
  checked_at timestamptz,
  check_said text NOT NULL DEFAULT '',
  changed_by uuid NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id),
  FOREIGN KEY (org_id, changed_by) REFERENCES members (org_id, id)
);
CREATE INDEX mux_accounts_refer_changed_by ON mux_accounts (org_id, changed_by);
SELECT app.protect('mux_accounts');

-- The copy of a file at Mux.
CREATE TABLE mux_films (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  media_id uuid NOT NULL,
  state media_state NOT NULL,
  -- What Mux calls its upload, itself, and what it is played by.
  upload_ref text,
  asset_ref text,
  playback_ref text,
  -- Whether an upload may have been begun of which we were not told.
  is_doubtful boolean NOT NULL DEFAULT true,
  failure text NOT NULL DEFAULT '',
  attempts integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, media_id),
  CONSTRAINT mux_films_ready_is_playable CHECK (state <> 'ready' OR playback_ref IS NOT NULL),
  FOREIGN KEY (org_id, media_id) REFERENCES asset_media (org_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX mux_films_by_upload ON mux_films (org_id, upload_ref) WHERE upload_ref IS NOT NULL;
CREATE UNIQUE INDEX mux_films_by_asset ON mux_films (org_id, asset_ref) WHERE asset_ref IS NOT NULL;
CREATE INDEX mux_films_by_change ON mux_films (org_id, changed_at);
SELECT app.protect('mux_films');
CREATE TRIGGER mux_films_guarded BEFORE UPDATE OF state ON mux_films
  FOR EACH ROW EXECUTE FUNCTION app.guard_media_state();

-- What Mux reported, each once.
CREATE TABLE mux_reports (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  -- Mux' own; the same when it is repeated.
  id text NOT NULL CONSTRAINT mux_reports_id_length CHECK (char_length(id) BETWEEN 1 AND 255),
  kind text NOT NULL CONSTRAINT mux_reports_kind_length CHECK (char_length(kind) BETWEEN 1 AND 255),
  upload_ref text,
  asset_ref text,
  -- The file it was about; none while no file is known by these names.
  media_id uuid,
  -- heeded; late when it told nothing new any more; parked until its film is known; dropped when it did not become known.
  fate text NOT NULL CONSTRAINT mux_reports_fate CHECK (fate IN ('heeded', 'late', 'parked', 'dropped')),
  body jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX mux_reports_by_time ON mux_reports (org_id, received_at DESC);
SELECT app.protect('mux_reports');

-- Reports that were not believed, counted by the hour: whoever sends them fills no table.
CREATE TABLE mux_refusals (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  hour timestamptz NOT NULL,
  why text NOT NULL CONSTRAINT mux_refusals_why_length CHECK (char_length(why) BETWEEN 1 AND 200),
  count integer NOT NULL DEFAULT 1,
  PRIMARY KEY (org_id, hour, why)
);
SELECT app.protect('mux_refusals');
