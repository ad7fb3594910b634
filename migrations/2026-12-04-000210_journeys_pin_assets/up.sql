-- A published lesson shows the version of its asset that was shown when it was published, until somebody has a correction shown there too.

ALTER TABLE journey_nodes ADD COLUMN asset_version integer CONSTRAINT journey_nodes_asset_version CHECK (asset_version IS NULL OR (asset_version > 0 AND asset_id IS NOT NULL));
COMMENT ON COLUMN journey_nodes.asset_version IS 'Nothing in a draft, which follows the library.';

-- A version that was published stays as it is, but for which version of an asset it shows: a correction has to reach who learns now.
CREATE OR REPLACE FUNCTION app.refuse_published_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM journey_versions WHERE id = NEW.version_id AND number IS NOT NULL) THEN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'journey_nodes' THEN
      IF to_jsonb(NEW) - 'asset_version' = to_jsonb(OLD) - 'asset_version' AND to_jsonb(NEW) ->> 'asset_version' IS NOT NULL THEN
        RETURN NEW;
      END IF;
    END IF;
    RAISE EXCEPTION 'a published version does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- What is published by now shows what it shows now. The owner is held to row-level security too; for one statement it is not.
ALTER TABLE journey_nodes NO FORCE ROW LEVEL SECURITY;
ALTER TABLE journey_versions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE library_assets NO FORCE ROW LEVEL SECURITY;
UPDATE journey_nodes n SET asset_version = a.version FROM journey_versions v, library_assets a
  WHERE v.org_id = n.org_id AND v.id = n.version_id AND v.number IS NOT NULL AND a.org_id = n.org_id AND a.id = n.asset_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE library_assets FORCE ROW LEVEL SECURITY;
ALTER TABLE journey_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE journey_nodes FORCE ROW LEVEL SECURITY;

-- What somebody decided when they sent a file that takes the place of another: whether its captions and transcript are taken over, and
-- whether it is shown in published journeys at once. It is done when the file is whole.
ALTER TABLE asset_media ADD COLUMN takes_words boolean NOT NULL DEFAULT false;
ALTER TABLE asset_media ADD COLUMN corrects boolean NOT NULL DEFAULT false;
-- Whether captions and transcript are those of the file before, and nobody has said since that they fit.
ALTER TABLE asset_media ADD COLUMN has_borrowed_words boolean NOT NULL DEFAULT false;
