DROP TABLE mux_refusals, mux_reports, mux_films, mux_accounts;
DROP TYPE film_audience;
