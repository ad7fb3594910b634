DROP INDEX channels_to_join_by_title;
DROP TRIGGER channel_memberships_count_in ON channel_memberships;
DROP TRIGGER channel_memberships_count_out ON channel_memberships;
DROP FUNCTION app.count_channel_members();
ALTER TABLE channels DROP COLUMN archived_with_context, DROP COLUMN member_count;
