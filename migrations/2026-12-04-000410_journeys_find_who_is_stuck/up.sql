-- What is rare among millions of rows, so that the list of who is stuck finds it without asking everybody.
CREATE INDEX lesson_progress_returned ON lesson_progress (org_id, enrolment_id) WHERE state = 'returned';
CREATE INDEX quiz_attempts_repeated ON quiz_attempts (org_id, enrolment_id, lesson) WHERE number > 1;
