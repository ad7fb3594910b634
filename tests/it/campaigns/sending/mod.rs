//! Sending campaigns: through the pages, into a real mail server's wire, with everything that can go wrong.

mod audience;
mod bulk;
mod crashes;
mod entering;
mod leaving;
mod manners;
mod pacing;
pub mod reports;
mod sealing;
mod single;
pub mod support;
mod troubles;
mod variants;
