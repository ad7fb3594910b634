-- Nobody writes under a task they do not see, whatever a route forgets to ask. The history is no part of this: that a note which
-- came late made a task is noted by who no longer sees it. The portal itself is bound by no sight.
CREATE POLICY written_where_seen ON task_items AS RESTRICTIVE FOR INSERT
  WITH CHECK ((SELECT app.current_member()) IS NULL OR EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_items.org_id AND t.id = task_id));
CREATE POLICY written_where_seen ON task_comments AS RESTRICTIVE FOR INSERT
  WITH CHECK ((SELECT app.current_member()) IS NULL OR EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_comments.org_id AND t.id = task_id));
CREATE POLICY written_where_seen ON task_mentions AS RESTRICTIVE FOR INSERT
  WITH CHECK ((SELECT app.current_member()) IS NULL OR EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_mentions.org_id AND t.id = task_id));
CREATE POLICY written_where_seen ON task_time_entries AS RESTRICTIVE FOR INSERT
  WITH CHECK ((SELECT app.current_member()) IS NULL OR EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_time_entries.org_id AND t.id = task_id));
CREATE POLICY written_where_seen ON task_watchers AS RESTRICTIVE FOR INSERT
  WITH CHECK ((SELECT app.current_member()) IS NULL OR EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_watchers.org_id AND t.id = task_id));
