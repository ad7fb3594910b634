//! The language of the search box: `from:@ada in:night-shift before:2026-10-01 has:file "pay rise" -draft`.
//!
//! | written | finds messages |
//! |---|---|
//! | `from:@handle` | by that person; several: by any of them |
//! | `in:channel-name`, `in:"night shift"` | in that channel; several: in any of them |
//! | `before:2026-10-01` | written before that day began |
//! | `after:2026-10-01` | written after that day ended |
//! | `has:link`, `image`, `file`, `attachment`, `pin`, `reaction` | that have it; several: all of them |
//! | `"exact phrase"` | with these words in this order |
//! | `word` | with this word |
//! | `-word`, `-"a phrase"` | without it |
//!
//! Days are days of the searcher's time zone: the caller turns them into instants. A word with a colon that
//! is none of the filters above (`10:30`, `https://…`) is a word. Nothing here knows SQL.

mod filters;
mod tokens;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

pub use filters::Has;
use tokens::Token;

/// Longest query read, in characters.
pub const MAX_QUERY: usize = 500;

/// Most words, phrases and filters in one query, together.
pub const MAX_TERMS: usize = 32;

/// What somebody searches for. `Display` writes the canonical form, which parses to the same query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Handles in lower case, without `@`.
    pub from: Vec<String>,
    /// Channel names as typed, without `#`; the caller compares them without regard to case.
    pub in_channels: Vec<String>,
    /// Written before this day began.
    pub before: Option<NaiveDate>,
    /// Written after this day ended.
    pub after: Option<NaiveDate>,
    pub has: BTreeSet<Has>,
    /// Every one must be found.
    pub wanted: Vec<Term>,
    /// None may be found.
    pub excluded: Vec<Term>,
}

/// Something to find in the text of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// One word, without white space or quotation marks.
    Word(String),
    /// Words in this order, single spaces between them.
    Phrase(String),
}

/// Why a query cannot be understood, in words for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct QueryError {
    /// The part of the query that is at fault, as typed.
    pub term: String,
    /// A full sentence that names the term and says what would be right.
    pub reason: String,
}

impl SearchQuery {
    /// Reads what was typed.
    ///
    /// # Errors
    /// The first term that cannot be understood, and why.
    pub fn parse(typed: &str) -> Result<SearchQuery, QueryError> {
        check_length(typed)?;
        let tokens = tokens::tokens(typed)?;
        if tokens.len() > MAX_TERMS {
            let last = tokens.get(MAX_TERMS).map(Token::as_typed).unwrap_or_default();
            return Err(QueryError::about(
                &last,
                format!("At most {MAX_TERMS} words and filters fit in one search; “{last}” is one too many."),
            ));
        }
        let mut query = SearchQuery::default();
        for token in tokens {
            query.add(token)?;
        }
        query.check_days()?;
        Ok(query)
    }

    /// Whether the query asks for nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == SearchQuery::default()
    }

    fn add(&mut self, token: Token) -> Result<(), QueryError> {
        match token {
            Token::Wanted(term) => push_new(&mut self.wanted, term),
            Token::Excluded(term) => push_new(&mut self.excluded, term),
            Token::Filter { name, value } => self.add_filter(name, &value)?,
        }
        Ok(())
    }

    fn add_filter(&mut self, name: filters::Name, value: &str) -> Result<(), QueryError> {
        use filters::Name;
        match name {
            Name::From => push_new(&mut self.from, filters::handle(value)?),
            Name::In => push_new(&mut self.in_channels, filters::channel(value)?),
            Name::Has => {
                self.has.insert(filters::has(value)?);
            }
            Name::Before => filters::set_once(&mut self.before, name, value)?,
            Name::After => filters::set_once(&mut self.after, name, value)?,
        }
        Ok(())
    }

    /// Both ends are outside, so at least one whole day must lie between them.
    fn check_days(&self) -> Result<(), QueryError> {
        let (Some(after), Some(before)) = (self.after, self.before) else {
            return Ok(());
        };
        if after.succ_opt().is_some_and(|first_day| first_day < before) {
            return Ok(());
        }
        let reason = format!(
            "No day is after {after} and before {before}, so “after:{after}” leaves nothing to find."
        );
        Err(QueryError::about(&format!("after:{after}"), reason))
    }
}

impl QueryError {
    fn about(term: &str, reason: String) -> QueryError {
        QueryError {
            term: term.to_owned(),
            reason,
        }
    }
}

impl FromStr for SearchQuery {
    type Err = QueryError;

    fn from_str(typed: &str) -> Result<Self, QueryError> {
        SearchQuery::parse(typed)
    }
}

/// Filters first, in the order of the table above, then words.
impl fmt::Display for SearchQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.from.iter().map(|handle| format!("from:@{handle}"));
        let channels = self
            .in_channels
            .iter()
            .map(|name| format!("in:{}", filters::quoted_if_needed(name)));
        let before = self.before.iter().map(|day| format!("before:{day}"));
        let after = self.after.iter().map(|day| format!("after:{day}"));
        let has = self.has.iter().map(|thing| format!("has:{thing}"));
        let wanted = self.wanted.iter().map(Term::to_string);
        let excluded = self.excluded.iter().map(|term| format!("-{term}"));
        let parts: Vec<String> = from
            .chain(channels)
            .chain(before)
            .chain(after)
            .chain(has)
            .chain(wanted)
            .chain(excluded)
            .collect();
        f.write_str(&parts.join(" "))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Word(word) => f.write_str(word),
            Term::Phrase(phrase) => write!(f, "\"{phrase}\""),
        }
    }
}

fn check_length(typed: &str) -> Result<(), QueryError> {
    let length = typed.chars().count();
    if length <= MAX_QUERY {
        return Ok(());
    }
    let beginning: String = typed.chars().take(20).collect();
    let reason =
        format!("A search may have {MAX_QUERY} characters; the one beginning “{beginning}” has {length}.");
    Err(QueryError::about(&beginning, reason))
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
