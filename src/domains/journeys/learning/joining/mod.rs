//! Who joins a cohort after its first day: whether the cohort's dates count for them or their own, and what a change of that would mean.
//!
//! Invariant: the day somebody joined and the days the cohort had stood still by then are kept whichever rule holds; what counts is written
//! beside them, so that every question about first days stays as short as it is.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
