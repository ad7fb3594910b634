CREATE TYPE channel_type AS ENUM ('team', 'challenge', 'sponsor', 'cohort', 'direct');
CREATE TYPE channel_role AS ENUM ('member', 'moderator', 'owner');
CREATE TYPE post_policy AS ENUM ('everyone', 'leaders');
CREATE TYPE join_rule AS ENUM ('context', 'open', 'invitation');
CREATE TYPE history_rule AS ENUM ('everything', 'from_joining');
CREATE TYPE notify_level AS ENUM ('all', 'mentions', 'none', 'hidden');
CREATE TYPE attachment_kind AS ENUM ('image', 'file');

-- A place where messages are written. `last_seq` numbers messages; `rev` is the change clock: every post, edit, delete,
-- reaction and pin moves it by one under the row lock, so revision order is commit order.
CREATE TABLE channels (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  type channel_type NOT NULL,
  context_id uuid,
  title text NOT NULL DEFAULT '' CONSTRAINT channels_title_length CHECK (char_length(title) <= 80),
  description text NOT NULL DEFAULT '' CONSTRAINT channels_description_length CHECK (char_length(description) <= 1000),
  direct_key bytea,
  post_policy post_policy NOT NULL DEFAULT 'everyone',
  join_rule join_rule NOT NULL DEFAULT 'context',
  history_rule history_rule NOT NULL DEFAULT 'everything',
  last_seq bigint NOT NULL DEFAULT 0,
  rev bigint NOT NULL DEFAULT 0,
  purged_rev bigint NOT NULL DEFAULT 0,
  last_message_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  retention_days integer CONSTRAINT channels_retention_days CHECK (retention_days BETWEEN 1 AND 3650),
  legal_hold boolean NOT NULL DEFAULT false,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, context_id) REFERENCES contexts (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id),
  CONSTRAINT channels_direct_has_no_context CHECK ((type = 'direct') = (context_id IS NULL)),
  CONSTRAINT channels_direct_key_only CHECK (direct_key IS NULL OR type = 'direct'),
  CONSTRAINT channels_direct_once UNIQUE (org_id, direct_key)
) WITH (fillfactor = 70);
CREATE INDEX channels_by_context ON channels (org_id, context_id) WHERE context_id IS NOT NULL;
CREATE INDEX channels_changed ON channels (changed_at);
SELECT app.protect('channels');
SELECT app.open_to_system('channels', 'SELECT');

-- Who reads a channel and how far they have read. Unread counts are derived from `last_read_seq`, never stored.
CREATE TABLE channel_memberships (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  channel_id uuid NOT NULL,
  member_id uuid NOT NULL,
  role channel_role NOT NULL DEFAULT 'member',
  last_read_seq bigint NOT NULL DEFAULT 0,
  visible_from_seq bigint NOT NULL DEFAULT 1,
  notify notify_level NOT NULL DEFAULT 'all',
  muted_until timestamptz,
  silenced_until timestamptz,
  follows_context boolean NOT NULL DEFAULT false,
  joined_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, member_id, channel_id),
  FOREIGN KEY (org_id, channel_id) REFERENCES channels (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
) WITH (fillfactor = 85);
CREATE INDEX channel_memberships_by_channel ON channel_memberships (org_id, channel_id) INCLUDE (member_id, notify);
SELECT app.protect('channel_memberships');

-- Words to search by: case and common Latin accents folded, Han, kana and Hangul characters each a word of their own,
-- so that a part of an unspaced sentence is found as a phrase.
CREATE FUNCTION app.search_fold(body text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT regexp_replace(
    translate(lower(body), 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿœæ’', 'aaaaaaceeeeiiiinooooouuuuyyoa'''),
    '([\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])', ' \1 ', 'g') $$;
CREATE FUNCTION app.search_vector(body text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT to_tsvector('simple', app.search_fold(body)) $$;
GRANT EXECUTE ON FUNCTION app.search_fold(text), app.search_vector(text) TO waymark_app;

CREATE TABLE messages (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  channel_id uuid NOT NULL,
  seq bigint NOT NULL,
  id uuid NOT NULL,
  author_id uuid NOT NULL,
  rev bigint NOT NULL,
  body text NOT NULL CONSTRAINT messages_body_length CHECK (char_length(body) <= 8000),
  body_html text NOT NULL,
  body_text text NOT NULL,
  html_version smallint NOT NULL DEFAULT 1,
  reply_to_seq bigint,
  broadcast_id uuid,
  mentions_all boolean NOT NULL DEFAULT false,
  has_link boolean NOT NULL DEFAULT false,
  has_attachment boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  edited_at timestamptz,
  deleted_at timestamptz,
  deleted_by uuid,
  removal_reason text,
  pinned_at timestamptz,
  pinned_by uuid,
  search tsvector NOT NULL GENERATED ALWAYS AS (app.search_vector(body_text)) STORED,
  PRIMARY KEY (org_id, channel_id, seq),
  CONSTRAINT messages_client_id_once UNIQUE (org_id, id),
  FOREIGN KEY (org_id, channel_id) REFERENCES channels (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, author_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, channel_id, reply_to_seq) REFERENCES messages (org_id, channel_id, seq)
);
CREATE INDEX messages_by_rev ON messages (org_id, channel_id, rev);
CREATE INDEX messages_unread ON messages (org_id, channel_id, seq) INCLUDE (author_id, mentions_all) WHERE deleted_at IS NULL;
CREATE INDEX messages_pinned ON messages (org_id, channel_id, pinned_at DESC) WHERE pinned_at IS NOT NULL;
CREATE INDEX messages_by_author ON messages (org_id, author_id, id DESC);
CREATE INDEX messages_replies ON messages (org_id, channel_id, reply_to_seq) WHERE reply_to_seq IS NOT NULL;
CREATE INDEX messages_by_time ON messages (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX messages_search ON messages USING gin (search);
SELECT app.protect('messages');
-- Full-text operators are not leakproof, so under row-level security the planner may not use their index. Search therefore
-- runs in a function of the owner, who may read the table and filters by tenant and membership itself.
CREATE POLICY owner_searches ON messages FOR SELECT TO CURRENT_USER USING (true);

CREATE TABLE message_edits (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  channel_id uuid NOT NULL,
  seq bigint NOT NULL,
  version integer NOT NULL,
  body text NOT NULL,
  body_html text NOT NULL,
  edited_by uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, channel_id, seq, version),
  FOREIGN KEY (org_id, channel_id, seq) REFERENCES messages (org_id, channel_id, seq) ON DELETE CASCADE,
  FOREIGN KEY (org_id, edited_by) REFERENCES members (org_id, id)
);
SELECT app.protect('message_edits');

CREATE TABLE reactions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  channel_id uuid NOT NULL,
  seq bigint NOT NULL,
  member_id uuid NOT NULL,
  emoji text NOT NULL CONSTRAINT reactions_emoji_length CHECK (octet_length(emoji) <= 32),
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, channel_id, seq, emoji, member_id),
  FOREIGN KEY (org_id, channel_id, seq) REFERENCES messages (org_id, channel_id, seq) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('reactions');

-- Only the people mentioned by name; @channel is `messages.mentions_all`.
CREATE TABLE mentions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (org_id, member_id, channel_id, seq),
  FOREIGN KEY (org_id, channel_id, seq) REFERENCES messages (org_id, channel_id, seq) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX mentions_by_message ON mentions (org_id, channel_id, seq);
SELECT app.protect('mentions');

CREATE TABLE attachments (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  seq bigint,
  uploaded_by uuid NOT NULL,
  kind attachment_kind NOT NULL,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  mime text NOT NULL,
  size_bytes bigint NOT NULL,
  alt_text text NOT NULL DEFAULT '' CHECK (char_length(alt_text) <= 500),
  width integer,
  height integer,
  thumb_width integer,
  thumb_height integer,
  storage_key text NOT NULL,
  thumb_key text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, channel_id) REFERENCES channels (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, channel_id, seq) REFERENCES messages (org_id, channel_id, seq) ON DELETE CASCADE,
  FOREIGN KEY (org_id, uploaded_by) REFERENCES members (org_id, id)
);
CREATE INDEX attachments_by_message ON attachments (org_id, channel_id, seq);
CREATE INDEX attachments_unsent ON attachments (created_at) WHERE seq IS NULL;
SELECT app.protect('attachments');
SELECT app.open_to_system('attachments', 'SELECT');

-- Text not sent yet; survives the browser, the session and the device.
CREATE TABLE drafts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  body text NOT NULL CHECK (char_length(body) <= 8000),
  reply_to_seq bigint,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, member_id, channel_id),
  FOREIGN KEY (org_id, channel_id) REFERENCES channels (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
SELECT app.protect('drafts');

-- Where a person had read to before "mark all read", so that it can be undone.
CREATE TABLE reading_undos (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  pointers jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, member_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('reading_undos');

-- Messages a person hid for themselves.
CREATE TABLE hidden_messages (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, member_id, channel_id, seq),
  FOREIGN KEY (org_id, channel_id, seq) REFERENCES messages (org_id, channel_id, seq) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('hidden_messages');

-- Devices that asked for push; sending waits for the notification module.
CREATE TABLE push_tokens (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  platform text NOT NULL CONSTRAINT push_tokens_platform CHECK (platform IN ('expo', 'web')),
  token text NOT NULL CHECK (char_length(token) BETWEEN 8 AND 2048),
  device_name text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  CONSTRAINT push_tokens_once UNIQUE (org_id, token),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX push_tokens_by_member ON push_tokens (org_id, member_id);
SELECT app.protect('push_tokens');
