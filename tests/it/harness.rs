//! The harness proved against a tiny server of its own, so that a red test means the portal.

mod browsing;
mod databases;
mod forms;
mod site;
