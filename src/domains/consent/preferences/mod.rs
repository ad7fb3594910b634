//! What may be sent to oneself: one page, with a login or with a link from any message.

pub mod copy;
pub mod forms;
pub mod lost;
pub mod pages;
pub mod routes;
