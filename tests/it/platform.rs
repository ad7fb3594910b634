//! What the portal stands on, each part alone.

mod bus;
mod jobs;
mod media;
mod storage;
mod web;
