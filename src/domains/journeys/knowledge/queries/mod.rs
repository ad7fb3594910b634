//! The knowledge base in SQL.

pub mod documents;
pub mod passages;
