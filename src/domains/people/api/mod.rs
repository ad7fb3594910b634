//! The JSON API of records and assignments: the same actions as the pages, for programs, within the sight of whose token it is.

mod paging;
pub mod routes;
pub mod shapes;
