-- Mail arranged of blocks, and the images that mail shows.

-- Whether the words are arranged of blocks; else they are written as source.
ALTER TABLE message_templates ADD COLUMN is_of_blocks boolean NOT NULL DEFAULT false;
-- The blocks a version was made of, so that it can be opened as blocks again: {theme, blocks}. Nothing when it was written as source.
ALTER TABLE template_versions ADD COLUMN blocks jsonb;

-- What somebody is arranging and has not saved as a version: each for themselves, and every step is kept.
CREATE TABLE block_drafts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  template_id uuid NOT NULL,
  member_id uuid NOT NULL,
  -- The version it began from.
  base integer NOT NULL,
  -- Counts every change and never goes back, not even when the draft was saved or thrown away: by it a second window is noticed.
  revision integer NOT NULL,
  -- The window that changed it last.
  tab uuid NOT NULL,
  -- {theme, blocks}; nothing once it was saved or thrown away.
  layout jsonb,
  -- {subject, preheader, text_part, variables}
  words jsonb,
  -- Layouts before the last steps, the newest last, to go back to.
  past jsonb NOT NULL DEFAULT '[]' CONSTRAINT block_drafts_past_shape CHECK (jsonb_typeof(past) = 'array'),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, template_id, member_id),
  CONSTRAINT block_drafts_whole CHECK ((layout IS NULL) = (words IS NULL)),
  FOREIGN KEY (org_id, template_id) REFERENCES message_templates (org_id, id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
CREATE INDEX block_drafts_refer_member ON block_drafts (org_id, member_id);
SELECT app.protect('block_drafts');

-- Images for mail. Who has the address of one sees it without signing in, for good: it stands in mail that was sent.
CREATE TABLE campaign_images (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- Random, so that nobody guesses the address.
  token bytea NOT NULL CONSTRAINT campaign_images_token CHECK (octet_length(token) = 16),
  name text NOT NULL CONSTRAINT campaign_images_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
  -- What it shows, in words; empty when it only decorates.
  alt text NOT NULL CONSTRAINT campaign_images_alt_length CHECK (char_length(alt) <= 300),
  decorates boolean NOT NULL,
  mime text NOT NULL,
  size_bytes bigint NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  storage_key text NOT NULL,
  thumb_key text NOT NULL,
  uploaded_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  -- When it was taken out of the list. Mail that shows it goes on showing it.
  hidden_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT campaign_images_by_token UNIQUE (org_id, token),
  CONSTRAINT campaign_images_described CHECK (decorates = (alt = '')),
  FOREIGN KEY (org_id, uploaded_by) REFERENCES members (org_id, id)
);
CREATE INDEX campaign_images_refer_uploaded_by ON campaign_images (org_id, uploaded_by);
SELECT app.protect('campaign_images');
CREATE TRIGGER campaign_images_forget_bytes AFTER DELETE ON campaign_images REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION app.forget_bytes();

-- Which versions show which images. An image that a version shows can't be removed.
CREATE TABLE template_version_images (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  version_id uuid NOT NULL,
  image_id uuid NOT NULL,
  PRIMARY KEY (org_id, version_id, image_id),
  FOREIGN KEY (org_id, version_id) REFERENCES template_versions (org_id, id),
  FOREIGN KEY (org_id, image_id) REFERENCES campaign_images (org_id, id)
);
CREATE INDEX template_version_images_refer_image ON template_version_images (org_id, image_id);
SELECT app.protect('template_version_images');
