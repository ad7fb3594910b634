//! Journeys: building them, learning in them.

mod building;
mod learning;
mod lint;
mod order;
mod publishing;
mod transfer;
mod with_a_browser;
