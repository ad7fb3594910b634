//! Conversations between two to twelve people: one for exactly these people, however often it is begun.
//!
//! Who is in a conversation never grows: talking with one more person is a new conversation, so nobody reads what was
//! written before they were there. Somebody who leaves a group ends its being the one of exactly those people.

pub mod actions;
pub mod pages;
pub(in crate::domains::channels::places) mod queries;
pub mod routes;
