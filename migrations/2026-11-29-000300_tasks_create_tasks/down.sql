DROP FUNCTION app.task_falls_to(uuid, uuid, timestamptz);
DROP POLICY sight ON tasks;
DROP FUNCTION app.sees_task(uuid, uuid, uuid, uuid);
DROP TABLE tasks;
DROP TYPE task_priority, task_status;
