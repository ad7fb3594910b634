DROP TABLE unplaced_notes;
DROP TABLE field_receipts;
DROP TYPE field_outcome;
