//! Segments in SQL: what is kept, who is meant, and what things are called.

mod kept;
mod names;
mod people;

pub use kept::*;
pub use names::*;
pub use people::*;
