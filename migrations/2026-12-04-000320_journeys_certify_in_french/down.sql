ALTER TABLE journey_certificates DROP COLUMN locale;
ALTER TABLE journey_awards DROP COLUMN title_fr, DROP COLUMN criteria_fr;
