//! What sending a text to many costs.

/// The price of one part, in thousandths of the currency's smallest unit: carriers charge fractions of a cent
/// (0.79 ¢ is 790).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartPrice {
    pub thousandths: u64,
}

/// An estimate: what a provider charges is on its bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Parts of all messages together.
    pub segments: u64,
    /// In the currency's smallest unit, rounded up; the largest number when it is beyond counting.
    pub minor_units: u64,
}

/// What it costs to send texts of these numbers of parts, one for each recipient.
pub fn estimate(segments: impl IntoIterator<Item = u32>, price: PartPrice) -> Cost {
    let segments = segments
        .into_iter()
        .fold(0_u64, |sum, parts| sum.saturating_add(u64::from(parts)));
    let thousandths = u128::from(segments) * u128::from(price.thousandths);
    Cost {
        segments,
        minor_units: u64::try_from(thousandths.div_ceil(1000)).unwrap_or(u64::MAX),
    }
}
