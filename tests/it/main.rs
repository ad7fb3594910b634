//! Every integration test of Waymark, in one binary: linking once is what keeps the edit loop short.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test looks behind the portal with SQL of its own, and one that cannot go on should stop and say where"
)]

mod architecture;
mod authority;
mod broadcasts;
mod campaigns;
mod cases;
mod channels;
mod consent;
mod demo;
mod faults;
mod field;
mod harness;
mod identity;
mod isolation;
mod journeys;
mod kernel;
mod law;
mod notes;
mod notifications;
mod operation;
mod oversight;
mod people;
mod platform;
mod privacy;
mod providers;
mod refusals;
mod smtp;
mod stories;
mod support;
mod tasks;
mod tenancy;
mod webhooks;
