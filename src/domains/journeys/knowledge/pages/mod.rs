//! The knowledge base as people see it.

mod document;
mod form;
mod list;

pub use document::DocumentPage;
pub use form::FormPage;
pub use list::{HitLine, ListPage};
