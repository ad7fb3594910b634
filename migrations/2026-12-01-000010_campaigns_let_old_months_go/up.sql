-- The log of messages is kept for as many months as the installation says; then a month goes whole. What is before `kept_from` is gone on
-- purpose, its counts and seals are not.
CREATE TABLE log_retention (
  is_only boolean PRIMARY KEY DEFAULT true CONSTRAINT log_retention_one CHECK (is_only),
  kept_from date NOT NULL
);
GRANT SELECT ON log_retention TO waymark_app, waymark_system;

-- Lets the months before `month` go. Not now, if somebody is using them: it is tried again the next night. Never less than three years:
-- for so long it may be asked whether a message was lawful (CASL, S.C. 2010, c. 23, s. 25).
CREATE FUNCTION app.drop_delivery_partitions(month date) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  until date := least(date_trunc('month', month)::date, (date_trunc('month', now()) - interval '36 months')::date);
  part record;
  gone integer := 0;
BEGIN
  FOR part IN SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent IN ('public.deliveries'::regclass, 'public.delivery_events'::regclass)
        AND c.relname ~ '_\d{6}$' AND to_date(right(c.relname, 6), 'YYYYMM') < until ORDER BY c.relname LOOP
    EXECUTE format('DROP TABLE public.%I', part.name);
    gone := gone + 1;
  END LOOP;
  IF gone > 0 THEN
    INSERT INTO log_retention (kept_from) VALUES (until)
      ON CONFLICT (is_only) DO UPDATE SET kept_from = greatest(log_retention.kept_from, excluded.kept_from);
  END IF;
  RETURN gone;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
  RETURN 0;
END $$;
REVOKE EXECUTE ON FUNCTION app.drop_delivery_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.drop_delivery_partitions(date) TO waymark_app;
