//! What is written in reflections and assignments. Pure.

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
    for part in parts {
        let number: i32 = part.trim().parse().ok().filter(|number| *number >= 0)?;
        total = total.checked_mul(60)?.checked_add(number)?;
    }
    Some(total)
}
