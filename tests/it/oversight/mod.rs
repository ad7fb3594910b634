//! Audit log, bus, help and the start page.

mod audit;
mod bus;
mod help;
mod today;
