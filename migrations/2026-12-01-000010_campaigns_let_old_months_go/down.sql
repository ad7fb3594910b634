DROP FUNCTION app.drop_delivery_partitions(date);
DROP TABLE log_retention;
