DROP POLICY system_access ON contact_points;
REVOKE SELECT ON contact_points FROM waymark_system;
DROP TRIGGER contact_points_renote_words ON contact_points;
DROP TRIGGER contact_points_note_words ON contact_points;
DROP TRIGGER members_forget_contacts ON members;
DROP TRIGGER members_renote_contacts ON members;
DROP TRIGGER members_note_contacts ON members;
DROP FUNCTION app.change_contact_words(), app.renote_contact_words(uuid, uuid), app.note_contact_words(), app.contact_words(text);
DROP TABLE contact_words;
