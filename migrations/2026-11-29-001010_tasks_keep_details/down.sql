DROP TABLE task_time_entries;
DROP TABLE task_changes;
DROP TABLE task_mentions;
DROP TABLE task_comments;
DROP TABLE task_watchers;
DROP TABLE task_items;
DROP INDEX tasks_once_in_series;
ALTER TABLE tasks DROP CONSTRAINT tasks_repeat_from_a_day;
ALTER TABLE tasks DROP COLUMN occurrence, DROP COLUMN series_id, DROP COLUMN repeat_day, DROP COLUMN repeat_until,
  DROP COLUMN repeat_every, DROP COLUMN repeat_unit, DROP COLUMN estimate_minutes, DROP COLUMN reference;
DROP TYPE task_repeat;
