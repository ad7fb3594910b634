//! Exports: a person's own data, and the messages of a channel, as a file that only whoever asked can fetch for a week.
//!
//! Invariants: a channel is exported by those who answer for it and are in it, as far back as they may read, and for a
//! reason that is kept; who may no longer see a channel may no longer fetch its export. A hundred thousand messages pass
//! through in batches, never all at once.

pub mod actions;
pub mod archive;
pub mod forms;
pub mod jobs;
pub mod model;
mod own;
mod own_queries;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod routes;
pub mod sheets;
pub mod writing;
