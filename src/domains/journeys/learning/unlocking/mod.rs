//! Which lessons are open to a learner, and why the others are not. Never kept: one question answers it for all lessons of their version.
//!
//! A node is open when every clause of its rule has a condition that holds; a lesson is bound by its milestone's rule as well, and by the
//! order of its milestone and journey. What cannot be known is closed. What was started or done does not close again, except when a rule
//! lets it be open until a date. A coach's word opens everything it is about; a waived lesson counts as done.

pub mod model;
pub mod queries;
pub mod words;

pub use model::{Condition, ImaginedDone, Path, Persona, Standing, Status};
pub use queries::{imagined, path};
