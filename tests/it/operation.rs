//! What an operator relies on.

mod binary;
mod embedded;
mod guests;
mod roles;
mod secret;
