DROP FUNCTION app.covers(uuid, uuid, timestamptz), app.people_of(uuid, timestamptz), app.steward_of(uuid, timestamptz),
  app.is_away(uuid, timestamptz), app.assignments_of(uuid, timestamptz);
DROP TABLE steward_blocks, steward_assignments, steward_leaves, member_tags, tags, contact_points;
ALTER TABLE members DROP COLUMN stage, DROP COLUMN worksite_id, DROP COLUMN department_id, DROP COLUMN shift_id,
  DROP COLUMN joined_on, DROP COLUMN legal_basis, DROP COLUMN basis_noted_on;
ALTER TABLE organizations DROP COLUMN people_per_steward, DROP COLUMN one_is_strong;
DROP TABLE shifts, departments, worksites;
DROP TYPE assignment_kind, contact_kind, member_stage;
DROP FUNCTION app.moment(), app.current_member();
DROP EXTENSION btree_gist;
