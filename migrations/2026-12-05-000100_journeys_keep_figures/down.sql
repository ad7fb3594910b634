DROP TABLE journey_figures;
