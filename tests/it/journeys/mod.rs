//! Journeys: the library, the knowledge base, building them, learning in them.

mod api;
mod browsing;
mod building;
mod carrying;
mod certificates;
mod coaching;
mod knowledge;
mod learning;
mod library;
mod lint;
mod media;
mod mux;
mod order;
mod parts;
mod pinning;
mod publishing;
mod suggestions;
mod transfer;
mod with_a_browser;
