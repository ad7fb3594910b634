//! What people live through with a real browser.

mod board;
mod broadcast;
mod conversation;
mod field;
mod fifteen_minutes;
mod keyboard;
mod leave_me_alone;
mod nobody_peeks;
mod pages;
mod steward_on_leave;
mod unsent;
mod without_javascript;
