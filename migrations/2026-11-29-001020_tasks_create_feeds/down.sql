DROP TABLE task_feeds;
