DROP VIEW app.hands;
