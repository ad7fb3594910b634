//! Journeys: building them, and learning by them.

mod learning;
