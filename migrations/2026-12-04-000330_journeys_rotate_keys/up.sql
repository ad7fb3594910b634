-- Keys to sign certificates with come and go: one signs, earlier ones stay to check what they signed, and one that others may have got hold
-- of is withdrawn.

ALTER TABLE certificate_keys
  -- Since when it no longer signs.
  ADD COLUMN retired_at timestamptz,
  -- Since when it is no longer published, and why.
  ADD COLUMN withdrawn_at timestamptz,
  ADD COLUMN reason text NOT NULL DEFAULT '' CONSTRAINT certificate_keys_reason_length CHECK (char_length(reason) <= 500),
  ADD CONSTRAINT certificate_keys_withdrawn CHECK ((withdrawn_at IS NULL) = (reason = '') AND (withdrawn_at IS NULL OR retired_at IS NOT NULL)),
  DROP CONSTRAINT certificate_keys_one;
CREATE UNIQUE INDEX certificate_keys_one_signs ON certificate_keys (org_id) WHERE retired_at IS NULL;

-- What was issued stays as it was, but for the key of a certificate whose key was withdrawn: it is signed anew.
CREATE OR REPLACE FUNCTION app.keep_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.revoked_at IS NULL AND to_jsonb(NEW) - 'key_id' = to_jsonb(OLD) - 'key_id'
     AND EXISTS (SELECT FROM certificate_keys k WHERE k.org_id = OLD.org_id AND k.id = OLD.key_id AND k.withdrawn_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  IF OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
     OR (to_jsonb(NEW) - '{revoked_at,revoked_by,reason}'::text[]) <> (to_jsonb(OLD) - '{revoked_at,revoked_by,reason}'::text[]) THEN
    RAISE EXCEPTION 'a certificate does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
