-- What happens to a login is told to its organizations in the transaction in which it happens, by the system role.
SELECT app.open_to_system('audit_entries', 'INSERT');
GRANT INSERT ON events TO waymark_system;

-- The first answer to a form of someone who is not (or not only) a member yet: sealed, because it may hold a session cookie,
-- and kept for minutes. `id` is the digest of browser, key and contents; no answer means that the first is still at work.
CREATE TABLE visitor_answers (
  id bytea PRIMARY KEY,
  answer bytea,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX visitor_answers_by_age ON visitor_answers (created_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON visitor_answers TO waymark_system;
