DROP TABLE unlock_atoms, journey_nodes, journey_versions, journeys;
DROP FUNCTION app.refuse_published_part(), app.refuse_published_version();
DROP TYPE unlock_anchor, unlock_kind, lesson_goal, lesson_kind;
