-- The few messages that call everyone in a channel, for counts and the inbox.
CREATE INDEX messages_calling_everyone ON messages (org_id, channel_id, seq) INCLUDE (author_id) WHERE mentions_all AND deleted_at IS NULL;

-- A person's mentions are read newest first: the message's time stands beside the mention and comes from the message.
ALTER TABLE mentions ADD COLUMN at timestamptz;
-- The owner is held to row-level security too; for one statement it is not.
ALTER TABLE mentions NO FORCE ROW LEVEL SECURITY;
UPDATE mentions n SET at = s.created_at FROM messages s WHERE s.org_id = n.org_id AND s.channel_id = n.channel_id AND s.seq = n.seq;
ALTER TABLE mentions FORCE ROW LEVEL SECURITY;
ALTER TABLE mentions ALTER COLUMN at SET NOT NULL;
CREATE FUNCTION app.note_time_of_mention() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  SELECT s.created_at INTO NEW.at FROM public.messages s WHERE s.org_id = NEW.org_id AND s.channel_id = NEW.channel_id AND s.seq = NEW.seq;
  RETURN NEW;
END $$;
CREATE TRIGGER mentions_note_time BEFORE INSERT ON mentions FOR EACH ROW EXECUTE FUNCTION app.note_time_of_mention();
CREATE INDEX mentions_newest ON mentions (org_id, member_id, at DESC, channel_id, seq);
