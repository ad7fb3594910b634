-- Quizzes and worksheets in the library: what they are made of, version by version, and what is being written of the next one.

ALTER TYPE asset_kind ADD VALUE 'quiz';
ALTER TYPE asset_kind ADD VALUE 'worksheet';

-- The questions of a quiz, or the fields of a worksheet.
ALTER TABLE asset_versions ADD COLUMN parts jsonb
  CONSTRAINT asset_versions_parts CHECK (jsonb_typeof(parts) = 'object' AND octet_length(parts::text) <= 4000000);

-- What is typed and no version yet: one of each asset, kept while it is typed.
CREATE TABLE asset_drafts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  asset_id uuid NOT NULL,
  parts jsonb NOT NULL CONSTRAINT asset_drafts_parts CHECK (jsonb_typeof(parts) = 'object' AND octet_length(parts::text) <= 4000000),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, asset_id),
  FOREIGN KEY (org_id, asset_id) REFERENCES library_assets (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('asset_drafts');
