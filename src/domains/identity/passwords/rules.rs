//! What is accepted as a password.

use crate::kernel::validate::Check;

use super::common::COMMON;

/// Fewest characters.
pub const SHORTEST: usize = 10;
/// Most characters; more would only cost time.
pub const LONGEST: usize = 200;

/// Checks a new password. `about` is what an acquaintance would try first: address, name, organization.
pub fn check(check: &mut Check, field: &str, password: &str, about: &[&str]) {
    let length = password.chars().count();
    check.refuse_when(length == 0, field, "Choose a password.");
    check.refuse_when(
        length < SHORTEST,
        field,
        "The password must have at least 10 characters. A few words make a good one.",
    );
    check.refuse_when(
        length > LONGEST,
        field,
        "The password must have 200 characters or fewer.",
    );
    check.refuse_when(
        is_common(password),
        field,
        "That password is among the first anyone would try. Choose another.",
    );
    check.refuse_when(
        is_about(password, about),
        field,
        "That password is too close to your name, address or organization. Choose another.",
    );
}

/// A common password, also with digits and signs around it or letters replaced the usual way.
fn is_common(password: &str) -> bool {
    let (core, plain) = (core(password), letters(password));
    let mut characters = password.chars();
    let first = characters.next();
    let same_throughout = characters.all(|c| Some(c) == first);
    same_throughout
        || is_run(password)
        || COMMON
            .iter()
            .any(|common| core == *common || plain == *common || password.eq_ignore_ascii_case(common))
}

/// `1234567890`, `abcdefghijk` and the like, either way; `9` is followed by `0`.
fn is_run(password: &str) -> bool {
    let codes: Vec<i32> = password
        .chars()
        .filter_map(|c| i32::try_from(u32::from(c)).ok())
        .collect();
    let climbs = |by: i32| {
        codes
            .windows(2)
            .all(|pair| matches!(pair, [left, right] if right - left == by || right - left == -9 * by))
    };
    codes.len() > 1 && (climbs(1) || climbs(-1))
}

fn is_about(password: &str, about: &[&str]) -> bool {
    let plain = letters(password);
    let words = about.iter().flat_map(|text| {
        let local = text.split('@').next().unwrap_or_default();
        [letters(text), letters(local)]
            .into_iter()
            .chain(text.split_whitespace().map(letters))
    });
    let close = |word: &str| {
        word.chars().count() >= 4 && (plain == word || core(&plain) == *word || plain == word.repeat(2))
    };
    words.into_iter().any(|word| close(&word))
}

/// Lower case, without digits and signs at either end.
fn core(password: &str) -> String {
    password
        .to_lowercase()
        .trim_matches(|c: char| !c.is_alphabetic())
        .to_owned()
}

/// Lower-case letters only, after the usual replacements are undone (`p@ssw0rd`).
fn letters(text: &str) -> String {
    let undone = text
        .trim_end_matches(|c: char| !c.is_alphabetic())
        .chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        });
    undone
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphabetic())
        .collect()
}
