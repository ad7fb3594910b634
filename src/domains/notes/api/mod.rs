//! Notes for programs: the same actions, the same sight and the same log of readings as the pages.

pub mod routes;
pub mod shapes;
