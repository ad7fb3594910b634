//! Fields of an organization's own on people's records: a text, a number, a day, one of some choices, yes or no.
//!
//! Invariants: a value has the form of its field's kind; a sensitive field is neither shown to stewards nor exported, and is
//! part of what a person gets of their own data.

pub mod model;
pub mod queries;
