-- What a coach scored by the rubric, as the rubric was then: each criterion with its points.
ALTER TABLE lesson_submissions ADD COLUMN scores jsonb NOT NULL DEFAULT '[]'
  CONSTRAINT lesson_submissions_scores CHECK (jsonb_typeof(scores) = 'array' AND (state <> 'waiting' OR scores = '[]'));
