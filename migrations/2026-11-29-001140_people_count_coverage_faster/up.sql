-- Coverage counts everybody who works anywhere against everybody who looks after them. All it asks of a row is in these indexes, so
-- that a hundred thousand people and twice as many assignments are read in the order of people, without their rows.
CREATE INDEX steward_assignments_of_people ON steward_assignments (org_id, member_id) INCLUDE (steward_id, kind, effective_from, effective_to)
  WHERE member_id IS NOT NULL;
CREATE INDEX members_at_work ON members (org_id, id) INCLUDE (worksite_id, department_id, shift_id, locale, state) WHERE worksite_id IS NOT NULL;
CREATE INDEX member_contacts_when ON member_contacts (org_id, member_id) INCLUDE (last_reached_at);
