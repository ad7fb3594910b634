//! The library in SQL.

pub mod assets;
pub mod drafts;
pub mod folders;
pub mod media;
