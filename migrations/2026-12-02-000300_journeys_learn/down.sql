DROP TABLE lesson_notes, lesson_submissions, quiz_attempts, lesson_acts, lesson_progress, enrolment_moves, journey_enrolments, cohort_journeys;
DROP FUNCTION app.keep_submission(), app.keep_attempt(), app.keep_roll_up(), app.count_progress(), app.keep_progress(), app.business_day(date, integer);
DROP TYPE submission_state, lesson_act_kind, lesson_state, enrolment_state;
