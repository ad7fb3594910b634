DROP TABLE suggestion_settings;
DROP TABLE suggestion_exchanges;
DROP TABLE journey_suggestions;
DROP FUNCTION app.guard_suggestion();
DROP TYPE suggestion_origin;
DROP TYPE suggestion_reason;
DROP TYPE suggestion_status;
