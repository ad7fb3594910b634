-- Whether the role in a channel came with leading its context: only such a role goes when that ends. What somebody was
-- appointed to by hand stays.
ALTER TABLE channel_memberships ADD COLUMN role_follows_context boolean NOT NULL DEFAULT false;
-- The owner is held to row-level security too; for one statement it is not.
ALTER TABLE channel_memberships NO FORCE ROW LEVEL SECURITY;
ALTER TABLE channels NO FORCE ROW LEVEL SECURITY;
ALTER TABLE context_members NO FORCE ROW LEVEL SECURITY;
UPDATE channel_memberships p SET role_follows_context = true
  FROM channels c JOIN context_members m ON m.org_id = c.org_id AND m.context_id = c.context_id AND m.is_leader
  WHERE c.org_id = p.org_id AND c.id = p.channel_id AND m.member_id = p.member_id AND p.follows_context AND p.role = 'moderator';
ALTER TABLE channel_memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE channels FORCE ROW LEVEL SECURITY;
ALTER TABLE context_members FORCE ROW LEVEL SECURITY;

-- A moderator may take the message away that carries a broadcast; the trail tells it.
ALTER TABLE broadcast_log DROP CONSTRAINT broadcast_log_action,
  ADD CONSTRAINT broadcast_log_action CHECK (action IN ('created', 'sent', 'cancelled', 'nudged', 'removed'));

-- Who was sent a broadcast has it in the inbox: the message that carries it is not counted as unread for them too.
DROP INDEX messages_unread;
CREATE INDEX messages_unread ON messages (org_id, channel_id, seq) INCLUDE (author_id, mentions_all, broadcast_id) WHERE deleted_at IS NULL;

-- Files a person attached and did not send, for the composer.
CREATE INDEX attachments_unsent_by_person ON attachments (org_id, uploaded_by, channel_id) WHERE seq IS NULL;
