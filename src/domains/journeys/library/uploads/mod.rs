//! Files on their way into the library.
//!
//! A small file comes with its form. A large one comes in pieces, shaped after the tus protocol: begin (`POST`), send each piece where
//! the last one ended (`PATCH` with `Upload-Offset`), ask where that was (`GET`), say that it is whole (`POST …/completion`). The portal
//! keeps the pieces, so a browser that was closed goes on with what is missing, on any machine of the installation.
//!
//! Invariants: pieces follow one another without gaps; the same piece sent twice is kept once; a file is looked at only when it is whole,
//! by its content and not by its name.

pub mod actions;
pub mod intake;
pub mod routes;
