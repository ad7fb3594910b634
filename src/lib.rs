//! Waymark: one portal where a membership organisation talks with its people, organises them, develops them, and can
//! prove that it did so lawfully.

pub mod app;
pub mod boot;
pub mod command;
pub mod config;
pub mod demo;
pub mod domains;
pub mod kernel;
pub mod platform;
pub mod providers;
pub mod server;
