-- Whoever learns something stays when the import that brought them in is taken back.
SELECT app.stay_when_taken_back('journey_enrolments');
