//! What people live through with a real browser.

mod board;
mod broadcast;
mod conversation;
mod field;
mod keyboard;
mod pages;
mod unsent;
mod without_javascript;
