//! Learning: enrolment, unlocking, progress, lessons, and what coaches decide.

mod api;
mod coaching;
mod enrolling;
mod joining;
mod lessons;
pub mod naive;
mod offline;
mod overview;
mod preview;
mod progress;
mod quizzes;
mod story;
mod unlocking;
mod watching;
mod worksheets;
pub mod written;
