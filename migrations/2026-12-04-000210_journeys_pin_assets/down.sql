ALTER TABLE asset_media DROP COLUMN has_borrowed_words, DROP COLUMN corrects, DROP COLUMN takes_words;
CREATE OR REPLACE FUNCTION app.refuse_published_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM journey_versions WHERE id = NEW.version_id AND number IS NOT NULL) THEN
    RAISE EXCEPTION 'a published version does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
ALTER TABLE journey_nodes DROP COLUMN asset_version;
