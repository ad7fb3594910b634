//! Reading and rewriting HTML without changing a byte that need not change.

pub(crate) mod document;
pub(crate) mod entities;
pub(crate) mod links;
pub(crate) mod rewrite;
pub(crate) mod scan;
