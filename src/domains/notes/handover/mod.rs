//! What of one's private notes the team may read from now on, chosen note by note before one is away or hands people over. Nothing is
//! chosen beforehand, and only who wrote a note chooses.

mod forms;
mod pages;
mod queries;
pub mod routes;
