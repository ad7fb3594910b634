DROP TABLE member_values;
DROP TABLE custom_fields;
DROP TYPE field_sensitivity;
DROP TYPE field_kind;
