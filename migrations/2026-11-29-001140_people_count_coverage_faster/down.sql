DROP INDEX member_contacts_when;
DROP INDEX members_at_work;
DROP INDEX steward_assignments_of_people;
