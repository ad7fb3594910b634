DROP TABLE notifications;
DROP TYPE notification_state, notification_kind;
