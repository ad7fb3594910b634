//! The sample data.

mod plan;
