//! The queue, the log and who is there, in the database.

pub mod hand;
pub mod paces;
pub mod presence;
pub mod settling;
