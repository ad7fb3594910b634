-- That a coach answered what somebody handed in.
ALTER TYPE notification_kind ADD VALUE 'answer';
