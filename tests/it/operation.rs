//! What an operator relies on.

mod binary;
mod commands;
mod config;
mod embedded;
mod guests;
mod roles;
mod samples;
mod secret;
mod serving;
