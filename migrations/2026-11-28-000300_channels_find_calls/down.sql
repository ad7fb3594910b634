DROP INDEX messages_calls;
