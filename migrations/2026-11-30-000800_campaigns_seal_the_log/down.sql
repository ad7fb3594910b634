DROP INDEX deliveries_by_day;
DROP TABLE log_seals;
