//! Outside services on this machine: real servers that speak the real protocol, keep what they accepted, and
//! go wrong when told to. They check and sign by themselves, with nothing of the code under test.

pub mod imap;
pub mod mux;
pub mod push;
pub mod resend;
pub mod sendgrid;
pub mod server;
pub mod twilio;
pub mod webhook;
