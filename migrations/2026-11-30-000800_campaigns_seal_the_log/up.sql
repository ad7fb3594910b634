-- What the logs held on each day that is over: a hash over its rows, signed with a key that is not in here and chained with the days
-- before, so that a row that is changed, removed or put in past the portal is found.
CREATE TABLE log_seals (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  -- The table that is sealed.
  log text NOT NULL CONSTRAINT log_seals_log_length CHECK (char_length(log) BETWEEN 1 AND 63),
  -- By UTC.
  day date NOT NULL,
  -- In which form rows were hashed.
  form smallint NOT NULL,
  amount bigint NOT NULL CONSTRAINT log_seals_amount CHECK (amount >= 0),
  -- SHA-256 over the rows.
  rows_hash bytea NOT NULL CONSTRAINT log_seals_hash_length CHECK (octet_length(rows_hash) = 32),
  -- HMAC-SHA256 over the seal before, and all of this one.
  root bytea NOT NULL CONSTRAINT log_seals_root_length CHECK (octet_length(root) = 32),
  sealed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, log, day)
);
SELECT app.never_rewrite('log_seals');

-- A day's deliveries are found by blocks: they come in by time, and an index of this kind costs next to nothing when they do.
CREATE INDEX deliveries_by_day ON deliveries USING brin (made_at) WITH (autosummarize = on);
