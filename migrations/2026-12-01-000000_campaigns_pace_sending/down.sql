DROP TABLE sending_paces;
