//! What coaches decide about certificates: what a journey gives, who was given it, and what is taken back.

pub mod pages;
pub mod routes;
