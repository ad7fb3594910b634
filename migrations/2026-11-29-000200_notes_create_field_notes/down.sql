DROP POLICY sight ON note_revisions;
DROP POLICY sight ON field_notes;
DROP FUNCTION app.sees_note(uuid, uuid, uuid, uuid, note_visibility);
DROP TABLE member_contacts, note_revisions, note_readers, note_receipts, field_notes, subject_keys;
DROP TYPE note_sentiment, note_visibility, note_kind;
