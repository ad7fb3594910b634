//! What coaches do about how people get on.

mod analytics;
mod broadcasts;
mod nudges;
mod reviews;
mod sponsoring;

pub use broadcasts::with_cohort;
