//! Where journeys are made, ordered and published.

pub mod content;
pub mod events;
pub mod model;
pub mod policy;
