//! What the portal stands on, each part alone.

mod bus;
mod db;
mod jobs;
mod media;
mod storage;
mod web;
