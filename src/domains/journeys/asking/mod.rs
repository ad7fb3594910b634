//! Questions with right answers, wherever they stand: in a lesson, or in a quiz of the library that lessons are made of. What they are, how
//! forms send them, and what editors show.

pub mod forms;
pub mod model;
pub mod pages;
pub mod steps;
