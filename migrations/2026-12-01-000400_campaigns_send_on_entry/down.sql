-- The words of the enumerations stay: PostgreSQL does not take them out, and nothing else names them.
DROP TABLE campaign_entries;
