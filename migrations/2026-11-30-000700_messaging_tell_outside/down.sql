DROP TABLE webhook_attempts, webhook_notices, webhooks;
DROP TYPE webhook_notice_state;
