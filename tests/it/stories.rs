//! What people live through with a real browser.

mod conversation;
mod unsent;
