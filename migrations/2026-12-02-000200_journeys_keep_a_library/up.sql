-- The library that journeys are built from: pages, videos, recordings, files and links, in folders, by version.

CREATE TYPE asset_kind AS ENUM ('page', 'video', 'audio', 'file', 'link');
CREATE TYPE media_state AS ENUM ('queued_for_upload', 'uploaded_pending_asset', 'processing', 'ready', 'failed', 'deleted');

CREATE TABLE asset_folders (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- The folder it is in; none at the top.
  parent_id uuid,
  name text NOT NULL CONSTRAINT asset_folders_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  CONSTRAINT asset_folders_not_in_itself CHECK (parent_id <> id),
  FOREIGN KEY (org_id, parent_id) REFERENCES asset_folders (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
CREATE UNIQUE INDEX asset_folders_by_name ON asset_folders (org_id, parent_id, lower(name)) NULLS NOT DISTINCT;
CREATE INDEX asset_folders_refer_created_by ON asset_folders (org_id, created_by);
SELECT app.protect('asset_folders');

CREATE TABLE library_assets (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  kind asset_kind NOT NULL,
  title text NOT NULL CONSTRAINT library_assets_title_length CHECK (char_length(title) BETWEEN 1 AND 160),
  folder_id uuid,
  -- Whose it is; the whole organization's without one.
  team_id uuid,
  tags text[] NOT NULL DEFAULT '{}' CONSTRAINT library_assets_tags CHECK (cardinality(tags) <= 12),
  -- The version that is shown.
  version integer NOT NULL DEFAULT 1 CONSTRAINT library_assets_version CHECK (version > 0),
  -- Title, tags and text, folded: what it is found by.
  words text NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, folder_id) REFERENCES asset_folders (org_id, id),
  FOREIGN KEY (org_id, team_id) REFERENCES contexts (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
CREATE INDEX library_assets_by_change ON library_assets (org_id, changed_at DESC, id DESC);
CREATE INDEX library_assets_refer_folder ON library_assets (org_id, folder_id);
CREATE INDEX library_assets_refer_team ON library_assets (org_id, team_id);
CREATE INDEX library_assets_refer_created_by ON library_assets (org_id, created_by);
SELECT app.protect('library_assets');

-- A file on its way in, and what is known of it once it is here.
CREATE TABLE asset_media (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  asset_id uuid NOT NULL,
  state media_state NOT NULL,
  name text NOT NULL CONSTRAINT asset_media_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
  mime text NOT NULL DEFAULT '',
  size_bytes bigint NOT NULL CONSTRAINT asset_media_size CHECK (size_bytes > 0),
  -- Where its bytes are, once they are whole.
  storage_key text,
  -- Of a picture a small one, of a video what it shows before it plays.
  thumb_key text,
  width integer,
  height integer,
  duration_ms bigint CONSTRAINT asset_media_duration CHECK (duration_ms > 0),
  -- What a picture shows, for those who do not see it.
  alt text NOT NULL DEFAULT '' CONSTRAINT asset_media_alt_length CHECK (char_length(alt) <= 300),
  -- What is said in it.
  transcript text NOT NULL DEFAULT '' CONSTRAINT asset_media_transcript_length CHECK (char_length(transcript) <= 200000),
  -- Why it cannot be used, in a sentence.
  failure text NOT NULL DEFAULT '',
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  CONSTRAINT asset_media_ready_is_whole CHECK (state <> 'ready' OR storage_key IS NOT NULL),
  FOREIGN KEY (org_id, asset_id) REFERENCES library_assets (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
CREATE INDEX asset_media_refer_asset ON asset_media (org_id, asset_id);
CREATE INDEX asset_media_refer_created_by ON asset_media (org_id, created_by);
CREATE INDEX asset_media_under_way ON asset_media (org_id, changed_at) WHERE state IN ('queued_for_upload', 'uploaded_pending_asset', 'processing');
SELECT app.protect('asset_media');
CREATE TRIGGER asset_media_forget_bytes AFTER DELETE ON asset_media REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION app.forget_bytes();

-- Media go forward only. What is ready is not made unready by news that come late; what failed may be tried again.
CREATE FUNCTION app.media_may_become(before media_state, after media_state) RETURNS boolean LANGUAGE sql IMMUTABLE
  RETURN before = after OR CASE before
    WHEN 'queued_for_upload' THEN after IN ('uploaded_pending_asset', 'processing', 'ready', 'failed', 'deleted')
    WHEN 'uploaded_pending_asset' THEN after IN ('processing', 'ready', 'failed', 'deleted')
    WHEN 'processing' THEN after IN ('ready', 'failed', 'deleted')
    WHEN 'ready' THEN after = 'deleted'
    WHEN 'failed' THEN after IN ('ready', 'deleted')
    ELSE false
  END;
GRANT EXECUTE ON FUNCTION app.media_may_become(media_state, media_state) TO waymark_app, waymark_system;

CREATE FUNCTION app.guard_media_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT app.media_may_become(OLD.state, NEW.state) THEN
    RAISE EXCEPTION 'media that are % do not become %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER asset_media_guarded BEFORE UPDATE OF state ON asset_media
  FOR EACH ROW EXECUTE FUNCTION app.guard_media_state();

-- The pieces of a file that is on its way in, in order and without gaps.
CREATE TABLE media_parts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  media_id uuid NOT NULL,
  starts bigint NOT NULL CONSTRAINT media_parts_starts CHECK (starts >= 0),
  size_bytes bigint NOT NULL CONSTRAINT media_parts_size CHECK (size_bytes > 0),
  storage_key text NOT NULL,
  -- Never there: what the trigger that forgets bytes asks for.
  thumb_key text CONSTRAINT media_parts_no_thumb CHECK (thumb_key IS NULL),
  PRIMARY KEY (org_id, media_id, starts),
  FOREIGN KEY (org_id, media_id) REFERENCES asset_media (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('media_parts');
CREATE TRIGGER media_parts_forget_bytes AFTER DELETE ON media_parts REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION app.forget_bytes();

-- Captions of a video or recording (WebVTT), one of each language.
CREATE TABLE media_captions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  media_id uuid NOT NULL,
  language text NOT NULL CONSTRAINT media_captions_language CHECK (language ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  vtt text NOT NULL CONSTRAINT media_captions_length CHECK (octet_length(vtt) <= 1000000),
  made_by uuid NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, media_id, language),
  FOREIGN KEY (org_id, media_id) REFERENCES asset_media (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, made_by) REFERENCES members (org_id, id)
);
CREATE INDEX media_captions_refer_made_by ON media_captions (org_id, made_by);
SELECT app.protect('media_captions');

-- What an asset was, version by version. Versions do not change.
CREATE TABLE asset_versions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  asset_id uuid NOT NULL,
  version integer NOT NULL CONSTRAINT asset_versions_number CHECK (version > 0),
  -- A page's Markdown, or what is said about a link or a file.
  body text NOT NULL DEFAULT '' CONSTRAINT asset_versions_body_length CHECK (char_length(body) <= 100000),
  -- A link's address.
  url text CONSTRAINT asset_versions_url CHECK (url ~ '^https?://' AND char_length(url) <= 2000),
  media_id uuid,
  made_by uuid NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, asset_id, version),
  FOREIGN KEY (org_id, asset_id) REFERENCES library_assets (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, media_id) REFERENCES asset_media (org_id, id),
  FOREIGN KEY (org_id, made_by) REFERENCES members (org_id, id)
);
CREATE INDEX asset_versions_refer_media ON asset_versions (org_id, media_id);
CREATE INDEX asset_versions_refer_made_by ON asset_versions (org_id, made_by);
SELECT app.protect('asset_versions');
CREATE FUNCTION app.refuse_asset_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version of an asset does not change' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER asset_versions_frozen BEFORE UPDATE ON asset_versions
  FOR EACH ROW EXECUTE FUNCTION app.refuse_asset_version();
