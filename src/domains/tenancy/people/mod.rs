//! People: who sees whom, finding them, their pages, and what admins change about them.

pub(super) mod actions;
pub(super) mod erasing;
pub(super) mod forms;
pub(super) mod pages;
pub(super) mod policy;
pub(super) mod queries;
pub(super) mod routes;
