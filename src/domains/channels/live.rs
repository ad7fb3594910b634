//! Answering "nothing new" from memory.
//!
//! A poll may be answered without the database when this process knows the channel's revision and has proven, at that very
//! revision, that the asker is in the channel. Joining and leaving move the revision, so a proof never outlives a removal.

use std::time::Duration;

use moka::sync::Cache;

use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::live::Signals;

/// Proofs of membership, each at one revision.
pub struct Proofs {
    proven: Cache<(MemberId, ChannelId), i64>,
}

impl Default for Proofs {
    fn default() -> Self {
        Self {
            proven: Cache::builder()
                .max_capacity(500_000)
                .time_to_idle(Duration::from_secs(600))
                .build(),
        }
    }
}

impl Proofs {
    /// Whether `member`, who has seen the channel up to `rev`, has nothing to fetch and is still in it.
    pub fn nothing_new(&self, signals: &Signals, member: MemberId, channel: ChannelId, rev: i64) -> bool {
        signals.revision(channel.0) == Some(rev) && self.proven.get(&(member, channel)) == Some(rev)
    }

    /// Whether this process has ever answered `member` from within the channel: only they may hear that it is there.
    pub fn knew(&self, member: MemberId, channel: ChannelId) -> bool {
        self.proven.contains_key(&(member, channel))
    }

    /// Remembers that at `rev` the member was in the channel.
    pub fn remember(&self, member: MemberId, channel: ChannelId, rev: i64) {
        self.proven.insert((member, channel), rev);
    }
}
