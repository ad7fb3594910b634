//! What coaches do about how people get on.

mod nudges;
