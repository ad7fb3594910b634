-- Where a key was made anew this does not go back: one organization would have several keys.
CREATE OR REPLACE FUNCTION app.keep_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
     OR (to_jsonb(NEW) - '{revoked_at,revoked_by,reason}'::text[]) <> (to_jsonb(OLD) - '{revoked_at,revoked_by,reason}'::text[]) THEN
    RAISE EXCEPTION 'a certificate does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
DROP INDEX certificate_keys_one_signs;
ALTER TABLE certificate_keys ADD CONSTRAINT certificate_keys_one UNIQUE (org_id),
  DROP CONSTRAINT certificate_keys_withdrawn, DROP COLUMN retired_at, DROP COLUMN withdrawn_at, DROP COLUMN reason;
