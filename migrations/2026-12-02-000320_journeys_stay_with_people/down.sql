DROP TRIGGER refuse_taking_back ON journey_enrolments;
