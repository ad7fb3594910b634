CREATE FUNCTION app.business_day(day date, days integer) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN days <= 0 THEN day ELSE day - greatest(extract(isodow FROM day)::integer - 5, 0) + days
    + 2 * ((least(extract(isodow FROM day)::integer, 5) - 1 + days) / 5) END
$$;
GRANT EXECUTE ON FUNCTION app.business_day(date, integer) TO waymark_app;
