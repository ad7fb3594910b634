//! The sample data.

mod pictures;
mod plan;
