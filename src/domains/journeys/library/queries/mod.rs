//! The library in SQL.

pub mod assets;
pub mod folders;
pub mod media;
