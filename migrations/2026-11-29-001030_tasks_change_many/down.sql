DROP TABLE task_bulk_rows;
DROP TABLE task_bulk_changes;
