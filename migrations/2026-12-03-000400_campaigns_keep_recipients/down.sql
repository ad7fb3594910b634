DROP TRIGGER keep_recipient ON members;
DROP TRIGGER wait_for_recipients ON members;
DROP FUNCTION app.keep_recipient();
DROP FUNCTION app.wait_for_recipients();
DROP FUNCTION app.hold_recipients();
ALTER TABLE deliveries ADD CONSTRAINT deliveries_of_member FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) DEFERRABLE;
