//! What tests stand on: a database server, a client that behaves as a browser does, and a real browser.
//!
//! Nothing here knows the inside of the portal, so it can be proved against a tiny server of its own
//! (see `harness`). `tests/README.md` shows how a test is written with it.
#![allow(
    dead_code,
    unused_imports,
    reason = "the harness is a vocabulary: it offers words before every one of them is used"
)]

pub mod artefacts;
pub mod axe;
pub mod browser;
pub mod bucket;
pub mod client;
pub mod conversation;
pub mod eventually;
pub mod fakes;
pub mod fixture;
pub mod form;
pub mod leash;
pub mod page;
pub mod portal;
pub mod postgres;
pub mod tunnel;
pub mod writer;
