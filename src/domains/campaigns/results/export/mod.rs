//! The results of a campaign as files: what became of each message and why each of the others got none, and how often each link was
//! followed. What somebody did with their message is in neither.

mod file;
mod queries;
pub mod routes;
