//! Whether a difference between two shares says anything.

/// Of so many people, how many did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub did: i64,
    pub of: i64,
}

/// What a difference is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// So few people that nothing can be said.
    TooFew,
    /// As large a difference comes about by chance more often than once in twenty times.
    Chance,
    /// It comes about by chance less often.
    Unlikely,
}

/// How seldom is seldom.
const LEVEL: f64 = 0.05;
/// So many who did it, and who did not, are to be expected in each group before the normal distribution is near enough to the binomial
/// (NIST/SEMATECH e-Handbook of Statistical Methods, 7.2.4).
const FEWEST: f64 = 5.0;

/// What the difference between two shares is worth.
pub fn worth(one: Share, other: Share) -> Worth {
    match p_value(one, other) {
        None => Worth::TooFew,
        Some(p) if p < LEVEL => Worth::Unlikely,
        Some(_) => Worth::Chance,
    }
}

/// How often a difference at least as large comes about when both groups are alike: the two-sided z-test of two proportions with the
/// pooled share (NIST/SEMATECH e-Handbook of Statistical Methods, 7.3.3). None for groups that are too small for it.
#[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
pub fn p_value(one: Share, other: Share) -> Option<f64> {
    let (n, m) = (one.of as f64, other.of as f64);
    if one.of <= 0 || other.of <= 0 {
        return None;
    }
    let (did, did_too) = (one.did as f64, other.did as f64);
    let pooled = (did + did_too) / (n + m);
    let fewest = n.min(m) * pooled.min(1.0 - pooled);
    if fewest < FEWEST {
        return None;
    }
    let deviation = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    let z = (did / n - did_too / m) / deviation;
    Some(both_tails(z.abs()))
}

/// The area under both tails of the standard normal curve beyond `z`, which is not negative: Abramowitz and Stegun, Handbook of
/// Mathematical Functions, 7.1.26, wrong by 1.5 × 10⁻⁷ at most.
fn both_tails(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / 0.327_591_1_f64.mul_add(x, 1.0);
    let factors = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592_f64,
    ];
    let polynomial = factors
        .iter()
        .fold(0.0_f64, |sum, factor| sum.mul_add(t, *factor))
        * t;
    (polynomial * (-x * x).exp()).clamp(0.0, 1.0)
}
