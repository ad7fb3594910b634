DROP POLICY written_where_seen ON task_watchers;
DROP POLICY written_where_seen ON task_time_entries;
DROP POLICY written_where_seen ON task_mentions;
DROP POLICY written_where_seen ON task_comments;
DROP POLICY written_where_seen ON task_items;
