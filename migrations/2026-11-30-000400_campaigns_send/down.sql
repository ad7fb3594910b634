DROP TABLE provider_reports, sending_workers, campaign_counts, send_queue, delivery_events, deliveries, campaign_exclusions, campaign_segments, campaigns, message_providers;
DROP FUNCTION app.make_delivery_partitions(date);
DROP TYPE provider_kind, delivery_event_kind, exclusion_reason, doubt_policy, campaign_start, campaign_state;
ALTER TABLE organizations DROP COLUMN approve_above, DROP COLUMN cap_messages, DROP COLUMN cap_days;
