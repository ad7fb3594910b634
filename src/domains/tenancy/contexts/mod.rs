//! Contexts: teams, challenges, sponsors and cohorts, and who belongs to them.

pub(super) mod queries;
