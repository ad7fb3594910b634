-- Certificates in the language of their holder.

ALTER TABLE journey_awards
  -- Empty where the coach wrote one language only.
  ADD COLUMN title_fr text NOT NULL DEFAULT '' CONSTRAINT journey_awards_title_fr_length CHECK (char_length(title_fr) <= 120),
  ADD COLUMN criteria_fr text NOT NULL DEFAULT '' CONSTRAINT journey_awards_criteria_fr_length CHECK (char_length(criteria_fr) <= 600);

ALTER TABLE journey_certificates
  ADD COLUMN locale text NOT NULL DEFAULT 'en' CONSTRAINT journey_certificates_locale CHECK (locale IN ('en', 'fr'));
