DROP TABLE sponsored_views;
