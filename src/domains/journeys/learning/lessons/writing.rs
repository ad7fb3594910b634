//! What is written in reflections and assignments. Pure.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// What tells one draft from another; empty for none.
pub fn mark(draft: Option<&Value>) -> String {
    let digest = draft.map(|draft| Sha256::digest(draft.to_string()));
    digest.map_or_else(String::new, |digest| {
        hex::encode(digest.get(..8).unwrap_or_default())
    })
}

/// How many words a text has.
pub fn words(text: &str) -> usize {
    text.split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count()
}

/// Where in a video, as `3:07` or `1:02:03`.
pub fn clock(second: i32) -> String {
    let second = second.max(0);
    match (second / 3600, second / 60 % 60, second % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Seconds of `3:07`, `1:02:03` or `187`.
pub fn second(text: &str) -> Option<i32> {
    let mut total: i32 = 0;
    let parts: Vec<&str> = text.trim().split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    for (place, part) in parts.into_iter().enumerate() {
        let number: i32 = part.trim().parse().ok().filter(|number| *number >= 0)?;
        // Behind minutes or hours a number that begins the next one is a slip.
        if place > 0 && number > 59 {
            return None;
        }
        total = total.checked_mul(60)?.checked_add(number)?;
    }
    Some(total)
}
