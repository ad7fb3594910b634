-- The request that asked for a job, so that what it does can be traced to it. None for what the calendar asks.
ALTER TABLE jobs ADD COLUMN correlation_id uuid;
