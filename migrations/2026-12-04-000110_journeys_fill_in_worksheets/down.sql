ALTER TABLE lesson_submissions DROP COLUMN filled;
