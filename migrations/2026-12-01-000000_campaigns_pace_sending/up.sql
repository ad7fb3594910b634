-- How fast a provider is asked: as a whole (the empty domain), and for each domain of recipients that has a limit or whose servers asked
-- for less. All processes and campaigns share a row.
CREATE TABLE sending_paces (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  provider_id uuid NOT NULL,
  domain text NOT NULL CONSTRAINT sending_paces_domain_length CHECK (char_length(domain) <= 253),
  -- What may leave at once, and when that was counted. Below nothing when what somebody waits for went in advance.
  tokens double precision NOT NULL,
  counted_at timestamptz NOT NULL,
  -- Messages a second since less was asked for, when that was, and in what words; none when it was not.
  slowed_to double precision CONSTRAINT sending_paces_slowed_to CHECK (slowed_to > 0),
  slowed_at timestamptz,
  said text NOT NULL DEFAULT '' CONSTRAINT sending_paces_said_length CHECK (char_length(said) <= 300),
  -- Until when nothing goes.
  rests_until timestamptz,
  -- Up to when places are given to those that wait.
  placed_until timestamptz,
  PRIMARY KEY (org_id, provider_id, domain),
  CONSTRAINT sending_paces_slowed CHECK ((slowed_to IS NULL) = (slowed_at IS NULL)),
  FOREIGN KEY (org_id, provider_id) REFERENCES message_providers (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('sending_paces');
