-- What was filled into a worksheet, with its fields as they were then; the text beside it says the same in words.
ALTER TABLE lesson_submissions ADD COLUMN filled jsonb
  CONSTRAINT lesson_submissions_filled CHECK (jsonb_typeof(filled) = 'object' AND octet_length(filled::text) <= 4000000);

-- The fields and what stands in them are as much what was handed in as the text is.
CREATE OR REPLACE FUNCTION app.keep_submission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.body <> OLD.body OR NEW.filled IS DISTINCT FROM OLD.filled OR NEW.submitted_at <> OLD.submitted_at
     OR (OLD.state <> 'waiting' AND NEW.state <> OLD.state) THEN
    RAISE EXCEPTION 'what was handed in does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
