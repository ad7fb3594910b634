CREATE OR REPLACE FUNCTION app.keep_submission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.body <> OLD.body OR NEW.submitted_at <> OLD.submitted_at OR (OLD.state <> 'waiting' AND NEW.state <> OLD.state) THEN
    RAISE EXCEPTION 'what was handed in does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
ALTER TABLE lesson_submissions DROP COLUMN filled;
