//! How many followed a link, told so that nobody can be singled out.

/// Fewer people than this are not told as a number.
pub const FEW: i64 = 5;

/// How a number of people is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// As it is.
    Number(i64),
    /// Fewer than [`FEW`], nobody included.
    Few,
    /// Not at all: it would say the same of everybody in the group, or could be used to work out a number that is not told.
    KeptBack,
}

impl Told {
    /// In words.
    pub fn words(self, number: impl Fn(i64) -> String) -> String {
        match self {
            Self::Number(count) => number(count),
            Self::Few => format!("fewer than {FEW}"),
            Self::KeptBack => "kept back".to_owned(),
        }
    }
}

/// How to tell how many of each group did something. `groups` are pairs of how many are in it and how many of them did. Groups that leave
/// out exactly one number would give it away to whoever knows the sum: then the smallest of the others is kept back as well.
pub fn told(groups: &[(i64, i64)]) -> Vec<Told> {
    let mut told: Vec<Told> = groups
        .iter()
        .map(|(of, did)| match did {
            did if *did < FEW => Told::Few,
            did if did >= of => Told::KeptBack,
            did => Told::Number(*did),
        })
        .collect();
    let is_number = |one: &Told| matches!(one, Told::Number(_));
    if told.iter().filter(|one| !is_number(one)).count() == 1 {
        let numbers = told.iter_mut().filter(|one| is_number(one));
        let smallest = numbers.min_by_key(|one| match one {
            Told::Number(count) => *count,
            Told::Few | Told::KeptBack => i64::MAX,
        });
        if let Some(smallest) = smallest {
            *smallest = Told::KeptBack;
        }
    }
    told
}
