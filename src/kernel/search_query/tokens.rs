//! From characters to words, phrases and filters.

use std::iter::Peekable;
use std::str::Chars;

use unicode_normalization::UnicodeNormalization as _;

use super::filters::Name;
use super::{QueryError, Term};
use crate::kernel::markup::characters;

/// One part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Wanted(Term),
    Excluded(Term),
    Filter { name: Name, value: String },
}

impl Token {
    /// The token as somebody would type it, for error messages.
    pub(super) fn as_typed(&self) -> String {
        match self {
            Token::Wanted(term) => term.to_string(),
            Token::Excluded(term) => format!("-{term}"),
            Token::Filter { name, value } => format!("{name}:{value}"),
        }
    }
}

/// Splits a query. Typographic quotation marks, which phones insert by themselves, count as plain ones.
pub(super) fn tokens(typed: &str) -> Result<Vec<Token>, QueryError> {
    let plain: String = typed.nfc().filter_map(plain_character).collect();
    let mut reader = Reader {
        rest: plain.chars().peekable(),
    };
    let mut tokens = Vec::new();
    while reader.skip_space() {
        tokens.extend(reader.token()?);
    }
    Ok(tokens)
}

fn plain_character(character: char) -> Option<char> {
    match character {
        '“' | '”' | '„' | '‟' | '«' | '»' | '＂' => Some('"'),
        '\n' | '\t' => Some(' '),
        other => (!characters::directs_layout(other)).then_some(other),
    }
}

struct Reader<'q> {
    rest: Peekable<Chars<'q>>,
}

impl Reader<'_> {
    /// Moves to the next token; says whether there is one.
    fn skip_space(&mut self) -> bool {
        while self.rest.next_if(|character| character.is_whitespace()).is_some() {}
        self.rest.peek().is_some()
    }

    fn token(&mut self) -> Result<Option<Token>, QueryError> {
        let mut excluded = false;
        while self.rest.next_if_eq(&'-').is_some() {
            excluded = true;
        }
        if self.rest.peek() == Some(&'"') {
            let phrase = self.quoted()?;
            return Ok((!phrase.is_empty()).then(|| sided(excluded, Term::Phrase(phrase))));
        }
        let word = self.word();
        match filter_of(&word) {
            Some((name, _)) if excluded => Err(cannot_exclude(name, &word)),
            Some((name, value)) => self.filter(name, value).map(Some),
            None if word.is_empty() => Ok(None),
            None => Ok(Some(sided(excluded, Term::Word(word)))),
        }
    }

    /// A filter, whose value may continue with a quoted part: `in:"night shift"`.
    fn filter(&mut self, name: Name, value: &str) -> Result<Token, QueryError> {
        let quoted = value.is_empty() && self.rest.peek() == Some(&'"');
        let value = if quoted { self.quoted()? } else { value.to_owned() };
        if value.is_empty() {
            let reason = format!(
                "“{name}:” needs {} right after the colon, without a space.",
                name.wants()
            );
            return Err(QueryError::about(&format!("{name}:"), reason));
        }
        Ok(Token::Filter { name, value })
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(character) = self
            .rest
            .next_if(|&character| character != '"' && !character.is_whitespace())
        {
            word.push(character);
        }
        word
    }

    /// What stands between two quotation marks, with single spaces.
    fn quoted(&mut self) -> Result<String, QueryError> {
        self.rest.next();
        let mut inside = String::new();
        for character in self.rest.by_ref() {
            if character == '"' {
                return Ok(single_spaced(&inside));
            }
            inside.push(character);
        }
        let term = format!("\"{}", single_spaced(&inside));
        let reason = format!("The quotation mark in “{term}” is never closed.");
        Err(QueryError::about(&term, reason))
    }
}

fn sided(excluded: bool, term: Term) -> Token {
    if excluded {
        Token::Excluded(term)
    } else {
        Token::Wanted(term)
    }
}

fn filter_of(word: &str) -> Option<(Name, &str)> {
    let (name, value) = word.split_once(':')?;
    Some((Name::parse(name)?, value))
}

fn cannot_exclude(name: Name, word: &str) -> QueryError {
    let term = format!("-{word}");
    let reason =
        format!("“{term}” cannot be left out: only words and phrases can follow a minus, not “{name}:”.");
    QueryError { term, reason }
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
