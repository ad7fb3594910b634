DROP TABLE onboarding_dismissals, context_members, contexts, member_roles, members, users, organizations;
DROP TYPE context_kind, member_state, member_role;
