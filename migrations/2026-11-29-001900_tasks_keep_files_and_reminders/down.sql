DELETE FROM task_changes WHERE what IN ('anew', 'file_added', 'file_removed');
ALTER TABLE task_changes DROP CONSTRAINT task_changes_what;
ALTER TABLE task_changes ADD CONSTRAINT task_changes_what CHECK (what IN (
  'created', 'title', 'details', 'status', 'due', 'priority', 'assignee', 'reference', 'estimate', 'repeat',
  'item_added', 'item_done', 'item_open', 'item_removed', 'spoken'));
DROP INDEX tasks_counting_from_contact;
ALTER TABLE tasks DROP CONSTRAINT tasks_count_from_contact_with_somebody;
ALTER TABLE tasks DROP COLUMN counts_from_contact;
DROP TABLE task_files;
DROP FUNCTION app.forget_bytes();
DROP FUNCTION app.fresh_id();
