//! Mail arranged of blocks: the draft somebody works on, step by step, and how it is saved as a version.
//!
//! Invariants: everybody has a draft of their own, in which every step is kept at once, so a closed window loses nothing; a step from a
//! window that has not seen the newest steps is refused, and what was typed in it comes back; a version keeps the blocks beside the MJML
//! they became, so that it opens as blocks again.

pub mod actions;
pub mod checks;
pub mod forms;
pub mod layout;
pub mod lines;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
pub mod steps;

pub use layout::{Kind, Layout, Place, Side};
