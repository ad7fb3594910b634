CREATE OR REPLACE FUNCTION app.erase_mail(person uuid) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
  DELETE FROM outbox_mails o USING members m
  WHERE m.org_id = app.current_org() AND m.id = person AND o.recipient = m.email
    AND EXISTS (SELECT 1 FROM erasures e WHERE e.org_id = app.current_org() AND e.member_id = person);
END;
DROP TABLE phone_replies;
