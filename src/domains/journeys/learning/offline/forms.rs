//! What devices send of lessons that were done without a network.

use serde::Deserialize;

use crate::kernel::ids::MemberId;

/// One thing that was done.
#[derive(Debug, Clone, Deserialize)]
pub struct Sent {
    /// Who did it.
    pub member: MemberId,
    #[serde(flatten)]
    pub what: Done,
}

/// What.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Done {
    /// They say that they did the lesson.
    Done,
    /// They ticked these off, and those no longer.
    Ticks {
        ticked: Vec<String>,
        unticked: Vec<String>,
    },
    /// They hand this in.
    Writing { body: String },
}
