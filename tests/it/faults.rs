//! What survives when processes are killed and the database goes away: the real program in a process of its own, over a
//! PostgreSQL of its own that is as durable as in production.

mod bus;
mod database;
mod draining;
pub mod installation;
mod killing;
