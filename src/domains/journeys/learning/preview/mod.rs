//! What a journey would look like to somebody on a day: for its author, before anybody is enrolled.

mod forms;
mod pages;
pub mod routes;
