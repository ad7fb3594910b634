DROP TABLE template_drafts, template_versions, message_templates;
DROP TYPE message_purpose, template_channel;
