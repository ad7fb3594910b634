//! What an operator relies on.

mod binary;
mod embedded;
mod roles;
mod secret;
