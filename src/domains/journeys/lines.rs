//! Lists inside a thing, as forms send them: column by column, each line of a list with every one of its fields; and the presses that add,
//! move and take out lines.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::{NodeKey, fresh};

/// The most lines of any list.
pub const MOST: usize = 200;

/// A key for a line of a list.
pub fn new_key() -> Uuid {
    fresh::<NodeKey>().0
}

/// What every line of a list sent in one of its fields. Reads one value as well as several, so that it can stand in a part of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column(Vec<String>);

impl Column {
    /// What a line sent; empty where it sent nothing.
    pub fn at(&self, index: usize) -> &str {
        self.0.get(index).map(String::as_str).unwrap_or_default()
    }

    /// The key a line sent, or a new one.
    pub fn key_at(&self, index: usize) -> Uuid {
        self.at(index).parse().unwrap_or_else(|_| new_key())
    }

    /// Whether a line sent this.
    pub fn has(&self, value: &str) -> bool {
        self.0.iter().any(|one| one == value)
    }

    /// The lines, as many as a list has.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.all().take(MOST)
    }

    /// Every line.
    pub fn all(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0.iter().map(String::as_str).enumerate()
    }

    /// The values alone.
    pub fn values(&self) -> &[String] {
        &self.0
    }
}

impl FromIterator<String> for Column {
    fn from_iter<I: IntoIterator<Item = String>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Values;
        impl<'de> Visitor<'de> for Values {
            type Value = Column;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("one value or several")
            }

            fn visit_str<E>(self, value: &str) -> Result<Column, E> {
                Ok(Column(vec![value.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Column, A::Error> {
                let mut column = Column::default();
                while let Some(value) = values.next_element()? {
                    column.0.push(value);
                }
                Ok(column)
            }
        }
        from.deserialize_any(Values)
    }
}

/// What a press does with a line that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Remove,
    Up,
    Down,
}

impl Turn {
    /// What a word of a button means.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "remove" => Some(Self::Remove),
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            _ => None,
        }
    }
}

/// `up-question-<key>` as its verb, what it is about, and the key.
pub fn read(word: &str) -> Option<(&str, &str, Uuid)> {
    let (verb, rest) = word.split_once('-')?;
    let (list, key) = rest.split_once('-')?;
    Some((verb, list, key.parse().ok()?))
}

/// Does it with the line of this key; answers which line to go on with.
pub fn turn<T>(lines: &mut Vec<T>, (turn, key): (Turn, Uuid), key_of: impl Fn(&T) -> Uuid) -> Option<Uuid> {
    let index = lines.iter().position(|line| key_of(line) == key)?;
    let beside = match turn {
        Turn::Up => index.checked_sub(1)?,
        Turn::Down => index + 1,
        Turn::Remove => {
            lines.remove(index);
            return lines.get(index).or(lines.last()).map(key_of);
        }
    };
    if beside < lines.len() {
        lines.swap(index, beside);
    }
    Some(key)
}

/// Adds a line under a new key, and answers that.
///
/// # Errors
/// [`AppError::Invalid`] when there are too many lines.
pub fn add<T>(lines: &mut Vec<T>, line: impl FnOnce(Uuid) -> T) -> Result<Option<Uuid>, AppError> {
    if lines.len() >= MOST {
        return Err(AppError::field(
            "title",
            format!("There are at most {MOST} of them in one list."),
        ));
    }
    let key = new_key();
    lines.push(line(key));
    Ok(Some(key))
}
