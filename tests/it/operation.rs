//! What an operator relies on.

mod embedded;
mod roles;
