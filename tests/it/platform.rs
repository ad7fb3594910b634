//! What the portal stands on, each part alone.

mod media;
mod storage;
mod web;
