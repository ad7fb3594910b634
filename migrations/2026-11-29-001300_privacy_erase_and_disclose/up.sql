-- Giving people what is kept about them, and taking it away for good.

-- As long as one is in force, nothing about the person is erased (GDPR Art. 17(3)(e): claims).
CREATE TABLE legal_holds (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  reason text NOT NULL CONSTRAINT legal_holds_reason_length CHECK (char_length(reason) BETWEEN 10 AND 500),
  placed_by uuid NOT NULL,
  placed_at timestamptz NOT NULL,
  lifted_at timestamptz,
  lifted_by uuid,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, placed_by) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, lifted_by) REFERENCES members (org_id, id)
);
CREATE UNIQUE INDEX legal_holds_one_in_force ON legal_holds (org_id, member_id) WHERE lifted_at IS NULL;
SELECT app.protect('legal_holds');

-- That somebody was erased, and nothing of them.
CREATE TABLE erasures (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  erased_by uuid NOT NULL,
  erased_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, member_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, erased_by) REFERENCES members (org_id, id)
);
SELECT app.protect_append_only('erasures');

-- While the rows of an erased person are taken away, who takes them away must reach them. The key of their texts is gone by then.
CREATE FUNCTION app.is_erasing(person uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN nullif(current_setting('app.erasing', true), '')::uuid = person
    AND EXISTS (SELECT 1 FROM erasures e WHERE e.org_id = app.current_org() AND e.member_id = person);
GRANT EXECUTE ON FUNCTION app.is_erasing(uuid) TO waymark_app;

-- Whether this privacy officer gathers what this person asked for.
CREATE FUNCTION app.is_gathering(viewer uuid, person uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (
    SELECT 1 FROM sight_openings o
    JOIN member_roles r ON r.org_id = o.org_id AND r.member_id = o.officer_id AND r.role = 'privacy_officer'
    WHERE o.org_id = app.current_org() AND o.officer_id = viewer AND o.member_id = person AND o.basis = 'subject_request'
      AND o.closed_at IS NULL AND o.expires_at > app.moment());
GRANT EXECUTE ON FUNCTION app.is_gathering(uuid, uuid) TO waymark_app;

DROP POLICY sight ON field_notes;
CREATE POLICY sight ON field_notes AS RESTRICTIVE FOR SELECT
  USING (app.sees_note(app.current_member(), id, member_id, author_id, visibility, case_id) OR app.is_erasing(member_id));
DROP POLICY sight ON cases;
CREATE POLICY sight ON cases AS RESTRICTIVE FOR SELECT
  USING (app.sees_case(app.current_member(), id, member_id) OR app.is_gathering(app.current_member(), member_id) OR app.is_erasing(member_id));
DROP POLICY sight ON tasks;
-- Asked once, not for each task: whose data this transaction gathers or erases.
CREATE FUNCTION app.laid_open() RETURNS SETOF uuid
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT o.member_id FROM sight_openings o WHERE o.org_id = app.current_org() AND o.officer_id = app.current_member() AND o.basis = 'subject_request'
    AND app.is_gathering(app.current_member(), o.member_id)
  UNION SELECT e.member_id FROM erasures e WHERE e.org_id = app.current_org() AND app.is_erasing(e.member_id);
END;
GRANT EXECUTE ON FUNCTION app.laid_open() TO waymark_app;
CREATE POLICY sight ON tasks AS RESTRICTIVE FOR SELECT USING (((SELECT app.current_member()) IS NOT NULL AND (SELECT app.current_member()) IS DISTINCT FROM member_id
  AND CASE WHEN member_id IS NULL OR is_private THEN (SELECT app.current_member()) IN (assignee_id, created_by)
      ELSE EXISTS (SELECT 1 FROM app.people_of((SELECT app.current_member()), (SELECT app.moment())) p WHERE p.member_id = tasks.member_id) END) OR member_id IN (SELECT app.laid_open()));

-- Takes what was before and after away from entries of the audit log about an erased person; the chain of hashes still holds.
CREATE FUNCTION app.erase_audit_details(person uuid) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
  WITH gone AS (
    UPDATE audit_entries a SET before = NULL, after = NULL, erased_at = app.moment()
    WHERE a.org_id = app.current_org() AND (a.before IS NOT NULL OR a.after IS NOT NULL)
      AND EXISTS (SELECT 1 FROM erasures e WHERE e.org_id = app.current_org() AND e.member_id = person)
      AND (a.subject_id = person OR a.before::text LIKE '%' || person::text || '%' OR a.after::text LIKE '%' || person::text || '%'
        OR a.subject_id IN (SELECT c.id FROM contact_points c WHERE c.org_id = app.current_org() AND c.member_id = person))
    RETURNING 1
  ) SELECT count(*) FROM gone;
END;
-- Takes the mail to an erased person, which has their name and address, out of the outbox.
CREATE FUNCTION app.erase_mail(person uuid) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
  DELETE FROM outbox_mails o USING members m
  WHERE m.org_id = app.current_org() AND m.id = person AND o.recipient = m.email
    AND EXISTS (SELECT 1 FROM erasures e WHERE e.org_id = app.current_org() AND e.member_id = person);
END;
REVOKE EXECUTE ON FUNCTION app.erase_audit_details(uuid), app.erase_mail(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.erase_audit_details(uuid), app.erase_mail(uuid) TO waymark_app;

-- That somebody asked for what is kept about them (GDPR Art. 15), by whatever way, and how far that is.
CREATE TYPE subject_request_state AS ENUM ('received', 'review', 'ready', 'released', 'withdrawn');
CREATE TABLE subject_requests (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  state subject_request_state NOT NULL DEFAULT 'received',
  asked_on date NOT NULL,
  -- One month after it was asked (GDPR Art. 12(3)).
  due_on date NOT NULL,
  noted_by uuid NOT NULL,
  noted_at timestamptz NOT NULL,
  reviewer_id uuid,
  ready_at timestamptz,
  released_by uuid,
  released_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT subject_requests_two_people CHECK (released_by IS NULL OR released_by <> reviewer_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, noted_by) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, reviewer_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, released_by) REFERENCES members (org_id, id)
);
CREATE UNIQUE INDEX subject_requests_one_open ON subject_requests (org_id, member_id) WHERE state IN ('received', 'review', 'ready');
SELECT app.protect('subject_requests');

CREATE TYPE disclosure AS ENUM ('pending', 'include', 'redact', 'withhold');
CREATE TABLE subject_request_items (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  request_id uuid NOT NULL,
  position integer NOT NULL,
  member_id uuid NOT NULL,
  note_id uuid,
  -- What was gathered, under the person's key; what it is without parts that are others' business, when it was redacted.
  sealed bytea NOT NULL,
  redacted bytea,
  decision disclosure NOT NULL DEFAULT 'pending',
  reason text NOT NULL DEFAULT '' CONSTRAINT subject_request_items_reason_length CHECK (char_length(reason) <= 300),
  PRIMARY KEY (org_id, request_id, position),
  CONSTRAINT subject_request_items_say_why CHECK (decision NOT IN ('redact', 'withhold') OR reason <> ''),
  CONSTRAINT subject_request_items_redacted CHECK ((decision = 'redact') = (redacted IS NOT NULL)),
  FOREIGN KEY (org_id, request_id) REFERENCES subject_requests (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('subject_request_items');
-- Privacy officers, never about themselves; the person when it was released.
CREATE FUNCTION app.sees_disclosure(viewer uuid, request uuid, person uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN CASE WHEN viewer = person
    THEN EXISTS (SELECT 1 FROM subject_requests s WHERE s.org_id = app.current_org() AND s.id = request AND s.state = 'released')
    ELSE EXISTS (SELECT 1 FROM member_roles r WHERE r.org_id = app.current_org() AND r.member_id = viewer AND r.role = 'privacy_officer')
      AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = viewer AND b.member_id = person)
    END;
GRANT EXECUTE ON FUNCTION app.sees_disclosure(uuid, uuid, uuid) TO waymark_app;
CREATE POLICY sight ON subject_request_items AS RESTRICTIVE FOR SELECT
  USING (app.sees_disclosure(app.current_member(), request_id, member_id) OR app.is_erasing(member_id));
