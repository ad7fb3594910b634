-- How many people are in a channel stands beside it: every page of a channel says it, and counting fifty thousand rows each
-- time takes longer than the rest of the page. It changes in the statement that lets people in or puts them out, so it
-- cannot drift; the row is locked by the same transaction anyway, which moves the channel's revision.
ALTER TABLE channels ADD COLUMN member_count integer NOT NULL DEFAULT 0;
-- Archived because its team, challenge, sponsor or cohort was; opened again with it.
ALTER TABLE channels ADD COLUMN archived_with_context boolean NOT NULL DEFAULT false;

CREATE FUNCTION app.count_channel_members() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE public.channels c SET member_count = c.member_count + n.people
      FROM (SELECT org_id, channel_id, count(*) AS people FROM changed GROUP BY org_id, channel_id) n
      WHERE c.org_id = n.org_id AND c.id = n.channel_id;
  ELSE
    UPDATE public.channels c SET member_count = c.member_count - n.people
      FROM (SELECT org_id, channel_id, count(*) AS people FROM changed GROUP BY org_id, channel_id) n
      WHERE c.org_id = n.org_id AND c.id = n.channel_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER channel_memberships_count_in AFTER INSERT ON channel_memberships
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.count_channel_members();
CREATE TRIGGER channel_memberships_count_out AFTER DELETE ON channel_memberships
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.count_channel_members();
UPDATE channels SET member_count = (SELECT count(*) FROM channel_memberships p WHERE p.org_id = channels.org_id AND p.channel_id = channels.id);

-- Looking for a place to join, by name.
CREATE INDEX channels_to_join_by_title ON channels (org_id, title, id) WHERE archived_at IS NULL AND context_id IS NOT NULL;
