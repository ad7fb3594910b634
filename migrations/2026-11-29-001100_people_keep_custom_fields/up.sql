-- What an organization wants to know about people beside what every organization knows: its own fields, each with a kind.

CREATE TYPE field_kind AS ENUM ('text', 'number', 'day', 'choice', 'yes_no');
-- Sensitive fields are hidden from stewards and left out of exports; never from what a person gets of their own data.
CREATE TYPE field_sensitivity AS ENUM ('normal', 'sensitive');

CREATE TABLE custom_fields (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT custom_fields_name_length CHECK (char_length(name) BETWEEN 1 AND 60),
  kind field_kind NOT NULL,
  -- The words to choose from, in order.
  choices text[] NOT NULL DEFAULT '{}',
  sensitivity field_sensitivity NOT NULL DEFAULT 'normal',
  position integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT custom_fields_choices CHECK ((kind = 'choice') = (cardinality(choices) > 0))
);
CREATE UNIQUE INDEX custom_fields_name_taken ON custom_fields (org_id, lower(name)) WHERE archived_at IS NULL;
SELECT app.protect('custom_fields');

CREATE TABLE member_values (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  field_id uuid NOT NULL,
  -- A text, a number as written with a full stop, a day in ISO 8601, a word of the choices, or `yes` and `no`.
  value text NOT NULL CONSTRAINT member_values_length CHECK (char_length(value) BETWEEN 1 AND 1000),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, member_id, field_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, field_id) REFERENCES custom_fields (org_id, id) ON DELETE CASCADE
);
CREATE INDEX member_values_by_field ON member_values (org_id, field_id, member_id);
SELECT app.protect('member_values');
