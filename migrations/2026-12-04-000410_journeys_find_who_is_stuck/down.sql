DROP INDEX quiz_attempts_repeated;
DROP INDEX lesson_progress_returned;
