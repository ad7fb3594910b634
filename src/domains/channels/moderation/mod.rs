//! Moderation: people report messages, stewards look after the reports.

pub mod model;
