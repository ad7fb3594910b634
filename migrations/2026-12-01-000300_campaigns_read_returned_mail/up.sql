-- The mailbox of an organization to which bounces, complaints and requests to be left alone come back, and what was taken in from it.

CREATE TABLE return_mailboxes (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- The address under which mail comes to it.
  address text NOT NULL CONSTRAINT return_mailboxes_address_length CHECK (char_length(address) BETWEEN 3 AND 254),
  host text NOT NULL CONSTRAINT return_mailboxes_host_length CHECK (char_length(host) BETWEEN 1 AND 253),
  port integer NOT NULL CONSTRAINT return_mailboxes_port CHECK (port BETWEEN 1 AND 65535),
  security text NOT NULL CONSTRAINT return_mailboxes_security CHECK (security IN ('tls', 'starttls', 'plain')),
  user_name text NOT NULL CONSTRAINT return_mailboxes_user_length CHECK (char_length(user_name) BETWEEN 1 AND 254),
  -- Sealed under the installation's secret.
  secret bytea NOT NULL,
  root text NOT NULL DEFAULT '' CONSTRAINT return_mailboxes_root_length CHECK (char_length(root) <= 20000),
  -- How far it was read, and in which numbering.
  uid_validity bigint,
  last_uid bigint NOT NULL DEFAULT 0,
  -- When it is read next; ahead of now while a process has it in hand.
  due_at timestamptz NOT NULL,
  read_at timestamptz,
  failures smallint NOT NULL DEFAULT 0,
  trouble text NOT NULL DEFAULT '' CONSTRAINT return_mailboxes_trouble_length CHECK (char_length(trouble) <= 500),
  paused_at timestamptz,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id),
  CONSTRAINT return_mailboxes_once UNIQUE (org_id, id)
);
CREATE INDEX return_mailboxes_due ON return_mailboxes (due_at) WHERE paused_at IS NULL;
SELECT app.protect('return_mailboxes');
SELECT app.open_to_system('return_mailboxes', 'SELECT, UPDATE');

-- What was taken in, by its SHA-256, so that a message which is read twice counts once.
CREATE TABLE return_mails (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  sha256 bytea NOT NULL CONSTRAINT return_mails_hash_length CHECK (octet_length(sha256) = 32),
  kind text NOT NULL CONSTRAINT return_mails_kind CHECK (kind IN ('bounce', 'complaint', 'leaving')),
  at timestamptz NOT NULL,
  -- Where it lies, until it is marked as read there.
  mailbox_id uuid NOT NULL,
  uid_validity bigint NOT NULL,
  uid bigint NOT NULL,
  is_marked boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, sha256)
);
CREATE INDEX return_mails_by_time ON return_mails (org_id, at);
CREATE INDEX return_mails_unmarked ON return_mails (org_id, mailbox_id) WHERE NOT is_marked;
SELECT app.protect('return_mails');
