-- What is answered, on the development outbox's picture of a phone, to text messages that were kept there.

CREATE TABLE phone_replies (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  number text NOT NULL CONSTRAINT phone_replies_number_length CHECK (char_length(number) BETWEEN 2 AND 34),
  body text NOT NULL CONSTRAINT phone_replies_body_length CHECK (char_length(body) BETWEEN 1 AND 1600),
  at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX phone_replies_of_number ON phone_replies (org_id, number, at);
CREATE INDEX phone_replies_by_time ON phone_replies (org_id, at);
SELECT app.protect('phone_replies');

-- Takes the mail and the texts to an erased person out of the outbox: they have their name, address or number.
CREATE OR REPLACE FUNCTION app.erase_mail(person uuid) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
  DELETE FROM outbox_mails o USING members m
  WHERE m.org_id = app.current_org() AND m.id = person
    AND (o.recipient = m.email OR (o.org_id_hint = m.org_id
      AND o.recipient IN (SELECT c.value FROM contact_points c WHERE c.org_id = m.org_id AND c.member_id = person AND c.kind = 'phone')))
    AND EXISTS (SELECT 1 FROM erasures e WHERE e.org_id = app.current_org() AND e.member_id = person);
END;
