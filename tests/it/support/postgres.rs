//! PostgreSQL for tests: one server for the whole run, one database for each test.
//!
//! nextest runs every test in its own process, so the server is shared between processes: the first
//! to take a file lock starts it, the others find it. It stays up between runs, because starting it
//! is the slowest part of a fast edit loop, and stops by itself after an hour without use.
//! Databases are cloned from a template that is built once for each set of migrations.

mod cluster;
mod private;
mod shared;

pub use private::{PrivateServer, private};
pub use shared::{Server, Template, TestDatabase, clone_template, server, template};
