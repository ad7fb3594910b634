//! What journeys carry with them when they travel: the assets their lessons show, with their files, and taking those in elsewhere.
//!
//! Invariants: bytes are streamed and never held; what is taken in is looked at like any upload; what is here already, byte by byte and
//! word by word, is used again and not doubled; nobody takes out what they do not see in the library.

pub mod incoming;
pub mod model;
pub mod outgoing;

pub use model::{Carried, CarriedFile, Entry, Source, travels};
