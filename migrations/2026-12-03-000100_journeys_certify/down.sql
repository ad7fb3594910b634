DROP TABLE certificate_revocations;
DROP TABLE journey_certificates;
DROP FUNCTION app.keep_certificate();
DROP TABLE journey_awards;
DROP TABLE certificate_keys;
