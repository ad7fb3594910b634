//! The consent of one person, for who looks after it: what they said, noting what they say, asking them to confirm, and the proof.

pub mod forms;
pub mod pages;
pub mod routes;
