-- Whether lessons are open is worked out by the portal from what it reads; nothing in the database counts business days any more.
DROP FUNCTION app.business_day(date, integer);
