//! Invitations: a single-use link by mail that makes someone a member, with roles and perhaps a team.
//!
//! The link belongs to one address. Accepting is one transaction of the organization, under a lock on the invitation: a
//! double click, two tabs or a crash in between never make two members or use the link without making one.

mod actions;
mod forms;
mod letters;
mod pages;
mod queries;
mod routes;

pub use queries::has_any;
pub use routes::routes;
