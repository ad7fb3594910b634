//! The bases on which somebody may be written to, and how long each lasts where.

use serde::{Deserialize, Serialize};

use super::{Jurisdiction, Rules, Source};

/// Why somebody may be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The person said yes (CASL s. 10(1); GDPR Art. 6(1)(a)).
    Express,
    /// Bought something or took up an offer.
    Purchase,
    /// Has, or had, a written contract.
    Contract,
    /// Asked or applied.
    Inquiry,
    /// Is, or was, a member.
    Membership,
    /// Gave money or volunteered.
    Donation,
    /// Published the address without refusing messages.
    Published,
    /// Gave the address to us without refusing messages.
    HandedOver,
    /// European law only (GDPR Art. 6(1)(f)).
    LegitimateInterest,
    /// Danger to life or health (GDPR Art. 6(1)(d)).
    VitalInterest,
}

impl Basis {
    /// Every basis.
    pub const ALL: [Self; 10] = [
        Self::Express,
        Self::Purchase,
        Self::Contract,
        Self::Inquiry,
        Self::Membership,
        Self::Donation,
        Self::Published,
        Self::HandedOver,
        Self::LegitimateInterest,
        Self::VitalInterest,
    ];
}

/// From which day a period runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// From the day of the evidence: the purchase, the inquiry.
    Evidence,
    /// From the day the relation ended; until then it does not run.
    End,
}

/// How long a basis lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "lasts", rename_all = "snake_case")]
pub enum Lasting {
    /// No end but withdrawal.
    UntilWithdrawn,
    /// Calendar months from a day, that day's date in the last month included.
    Months { months: u32, counted_from: Counted },
    /// The law of the place does not know this basis.
    NoBasis,
}

/// One row: how long a basis lasts in a jurisdiction.
#[derive(Debug, Clone, Deserialize)]
pub struct BasisRule {
    pub jurisdiction: Jurisdiction,
    pub basis: Basis,
    #[serde(flatten)]
    pub lasting: Lasting,
    #[serde(flatten)]
    pub source: Source,
}

impl Rules {
    /// The row for a basis in a jurisdiction, or the default's. None only in a file that fails its checks.
    pub fn basis(&self, basis: Basis, jurisdiction: Jurisdiction) -> Option<&BasisRule> {
        let of = |place| {
            self.basis
                .iter()
                .find(|row| row.basis == basis && row.jurisdiction == place)
        };
        of(jurisdiction).or_else(|| of(Jurisdiction::Default))
    }
}
