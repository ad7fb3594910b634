-- The word of the enumeration stays: PostgreSQL does not take it out, and nothing else names it.
DELETE FROM notifications WHERE kind::text = 'answer';
