//! What any portal stands on. Knows no domain.

pub mod audit;
pub mod bus;
pub mod crypto;
pub mod db;
pub mod embedded_postgres;
pub mod files;
pub mod jobs;
pub mod live;
pub mod mail;
pub mod media;
pub mod memory;
pub mod print;
pub mod storage;
pub mod telemetry;
pub mod web;
