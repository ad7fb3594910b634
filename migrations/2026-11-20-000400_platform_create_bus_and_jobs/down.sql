DROP TABLE outbox_mails, jobs, event_deliveries, events;
DROP TYPE job_state, delivery_state;
