-- What was filled into a worksheet, with its fields as they were then; the text beside it says the same in words.
ALTER TABLE lesson_submissions ADD COLUMN filled jsonb
  CONSTRAINT lesson_submissions_filled CHECK (jsonb_typeof(filled) = 'object' AND octet_length(filled::text) <= 4000000);
