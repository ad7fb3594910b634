DROP INDEX mentions_newest, messages_calling_everyone;
DROP TRIGGER mentions_note_time ON mentions;
DROP FUNCTION app.note_time_of_mention();
ALTER TABLE mentions DROP COLUMN at;
