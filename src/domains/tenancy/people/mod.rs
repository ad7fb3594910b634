//! People: who sees whom, finding them, their pages, and what admins change about them.

pub(super) mod queries;
