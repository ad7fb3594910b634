DROP TABLE import_mappings;
DROP TABLE import_rows;
DROP TABLE people_imports;
DROP TYPE import_choice;
DROP TYPE import_verdict;
DROP TYPE import_state;
