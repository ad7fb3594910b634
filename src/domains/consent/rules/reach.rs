//! Who may be reached over which channel, for what, on which basis.

use serde::Deserialize;

use super::{Basis, Channel, Jurisdiction, Lasting, Purpose, Rules, Source};

/// One row: the bases that are enough for a kind of message over a channel.
#[derive(Debug, Clone, Deserialize)]
pub struct ReachRule {
    pub jurisdiction: Jurisdiction,
    pub channel: Channel,
    pub purpose: Purpose,
    pub any_of: Vec<Basis>,
    #[serde(flatten)]
    pub source: Source,
}

impl Rules {
    /// The row for a kind of message over a channel in a jurisdiction, or the default's.
    pub fn reach(&self, place: Jurisdiction, channel: Channel, purpose: Purpose) -> Option<&ReachRule> {
        let of = |place| {
            self.reach
                .iter()
                .find(|row| row.jurisdiction == place && row.channel == channel && row.purpose == purpose)
        };
        of(place).or_else(|| of(Jurisdiction::Default))
    }

    /// Whether a basis is enough there; one that the place does not know never is. Whether it still lasts is
    /// [`expiry`](super::expiry)'s question.
    pub fn may_reach(&self, place: Jurisdiction, channel: Channel, purpose: Purpose, basis: Basis) -> bool {
        let is_known = self
            .basis(basis, place)
            .is_some_and(|row| row.lasting != Lasting::NoBasis);
        is_known
            && self
                .reach(place, channel, purpose)
                .is_some_and(|row| row.any_of.contains(&basis))
    }
}
