DROP TABLE template_version_images, campaign_images, block_drafts;
ALTER TABLE template_versions DROP COLUMN blocks;
ALTER TABLE message_templates DROP COLUMN is_of_blocks;
