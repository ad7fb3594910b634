//! Worksheets: fields to fill in. They are kept in the library; a lesson carries a copy of one version, and what is handed in carries the
//! fields it answers, so that nothing that happens to a worksheet later changes what somebody wrote.

pub mod answers;
pub mod forms;
pub mod model;
pub mod pages;
pub mod steps;

pub use answers::{Filled, Given};
pub use model::{Field, FieldKind, FieldOption, Worksheet};
