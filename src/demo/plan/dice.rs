//! Chance that repeats: the same seed and purpose always give the same throws.

use rand::{
    RngExt, SeedableRng,
    rngs::StdRng,
    seq::{IndexedRandom, SliceRandom},
};

/// A seeded source of chance. Each purpose has its own stream, so that a sentence added to
/// the corpus does not change who the people are.
#[derive(Debug)]
pub struct Dice {
    stream: StdRng,
}

impl Dice {
    /// The stream of one purpose under a seed.
    pub fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a: a fixed hash, unlike the standard library's, which changes per process.
        let salt = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self {
            stream: StdRng::seed_from_u64(seed ^ salt),
        }
    }

    /// A whole number from `low` to `high`, both included; `low` when they are out of order.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        self.stream.random_range(low..=high)
    }

    /// Whether something that happens in `share` of all cases (0 to 1) happens now.
    pub fn chance(&mut self, share: f64) -> bool {
        self.stream.random_bool(share.clamp(0.0, 1.0))
    }

    /// One of the items, each as likely; nothing from nothing.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.choose(&mut self.stream)
    }

    /// One of the items, each as likely as its weight.
    pub fn pick_weighted<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> f64) -> Option<&'a T> {
        items.choose_weighted(&mut self.stream, weight).ok()
    }

    /// At most `amount` different items, in chance order.
    pub fn sample<T: Clone>(&mut self, items: &[T], amount: usize) -> Vec<T> {
        items.sample(&mut self.stream, amount).cloned().collect()
    }

    /// Brings the items into chance order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        items.shuffle(&mut self.stream);
    }
}
