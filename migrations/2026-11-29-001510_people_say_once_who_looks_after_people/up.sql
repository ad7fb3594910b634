-- Who looks after people at this moment: active, a steward or coach by role, not away. Every question asked of many people at once
-- starts from here; of one, `app.steward_of` answers. The role is asked as a value so that it is looked up in a hash: as a join, the
-- planner, who takes tables under row-level security for small, went through all roles for every person.
CREATE VIEW app.hands WITH (security_invoker = true) AS
  SELECT s.org_id, s.id, s.locale, s.worksite_id, s.department_id, s.shift_id
  FROM members s
  WHERE s.state = 'active'
    AND (s.id IN (SELECT r.member_id FROM member_roles r
                  WHERE r.org_id = (SELECT app.current_org()) AND r.role IN ('steward', 'coach') AND r.role <> 'member')) IS TRUE
    AND s.id NOT IN (SELECT l.steward_id FROM steward_leaves l WHERE l.org_id = (SELECT app.current_org())
                       AND l.starts_at <= (SELECT app.moment()) AND l.ends_at > (SELECT app.moment()));
GRANT SELECT ON app.hands TO waymark_app;
