//! What an operator relies on.

mod binary;
mod config;
mod embedded;
mod guests;
mod roles;
mod samples;
mod secret;
