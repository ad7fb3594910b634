//! Journeys: the library, the builder, the way of a learner.

mod library;
mod media;
mod mux;
