//! Proofs by many random and many simultaneous changes: what is shown equals what a naive observer would count.

mod repetition;
mod revisions;
mod unread;
mod unread_model;
