//! Journeys: the library, the builder, the way of a learner.

mod api;
mod building;
mod library;
mod lint;
mod media;
mod mux;
mod order;
mod publishing;
mod transfer;
mod with_a_browser;
