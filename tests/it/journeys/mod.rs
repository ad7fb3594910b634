//! Journeys: building them, learning in them.

mod building;
mod learning;
