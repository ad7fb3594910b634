//! The notation in which conversations are written.
//!
//! ```text
//! a> The fridge on {unit} is dead again.
//! steward^1> Not again. Text me a picture?
//! a> Here.
//! ~ 👍3 pin image=fridge.webp A fridge with a puddle in front of it
//! ```
//!
//! A line that starts with a speaker and `>` begins a message; `^1` after the speaker makes
//! it a reply to the first message of the conversation; following lines continue it. A line
//! that starts with `~` carries marks: emoji with a count, `pin`, `edited`, `deleted`,
//! `later=5h` or `later=2d` (this message comes so much after the beginning of the
//! conversation, with others in between), `report=key`, and, last, `image=` with the file of
//! a picture in `../pictures` and what it shows.

/// One message of a conversation before it has an author, a time and its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptLine {
    /// Part in the conversation: a letter, a role or a given name. Empty in exchanges.
    pub speaker: String,
    /// Markdown with slots.
    pub body: String,
    /// Position in the conversation of the message answered, from 0.
    pub answers: Option<usize>,
    pub marks: Marks,
}

/// What happens to a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Emoji and how many people choose it.
    pub reactions: Vec<(String, usize)>,
    pub fate: Vec<Fate>,
    /// Minutes after the beginning of the conversation, where others talk in between.
    pub later: Option<i64>,
    /// Key of the report made on it.
    pub report: Option<String>,
    /// The picture attached.
    pub image: Option<Picture>,
}

/// A picture as the notation names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub file: String,
    /// What it shows.
    pub alt: String,
}

/// A later event in the life of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Pinned,
    Edited,
    Deleted,
}

/// Reads a whole conversation.
pub fn lines(script: &str) -> Vec<ScriptLine> {
    let mut lines: Vec<ScriptLine> = Vec::new();
    for text in script.lines() {
        match (heading(text), lines.last_mut()) {
            (Some(line), _) => lines.push(line),
            (None, Some(last)) => extend(last, text),
            (None, None) => {}
        }
    }
    for line in &mut lines {
        line.body = line.body.trim().to_owned();
    }
    lines
}

/// Reads a single message that names no speaker.
pub fn line(text: &str) -> ScriptLine {
    let mut line = ScriptLine::default();
    for part in text.lines() {
        extend(&mut line, part);
    }
    line.body = line.body.trim().to_owned();
    line
}

fn heading(text: &str) -> Option<ScriptLine> {
    let (head, body) = text.split_once('>')?;
    let (speaker, answers) = match head.split_once('^') {
        Some((speaker, number)) => (speaker, Some(number.parse::<usize>().ok()?.checked_sub(1)?)),
        None => (head, None),
    };
    let named = !speaker.is_empty()
        && speaker
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    named.then(|| ScriptLine {
        speaker: speaker.to_owned(),
        body: body.trim().to_owned(),
        answers,
        marks: Marks::default(),
    })
}

fn extend(line: &mut ScriptLine, text: &str) {
    match text.strip_prefix("~ ") {
        Some(marks) => mark(&mut line.marks, marks),
        None => {
            line.body.push('\n');
            line.body.push_str(text);
        }
    }
}

fn mark(marks: &mut Marks, text: &str) {
    let (words, image) = match text.split_once("image=") {
        Some((words, image)) => (words, picture(image)),
        None => (text, None),
    };
    marks.image = image.or(marks.image.take());
    for word in words.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("report", key) => marks.report = Some(key.to_owned()),
            ("later", time) => marks.later = minutes(time),
            ("pin", _) => marks.fate.push(Fate::Pinned),
            ("edited", _) => marks.fate.push(Fate::Edited),
            ("deleted", _) => marks.fate.push(Fate::Deleted),
            _ => marks.reactions.extend(counted(word)),
        }
    }
}

fn picture(text: &str) -> Option<Picture> {
    let (file, alt) = text.trim().split_once(' ')?;
    Some(Picture {
        file: file.to_owned(),
        alt: alt.trim().to_owned(),
    })
}

/// "40m", "5h" or "2d" in minutes.
fn minutes(time: &str) -> Option<i64> {
    let (number, unit) = time.split_at_checked(time.len().checked_sub(1)?)?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return None,
    };
    Some(number.parse::<i64>().ok()? * minutes)
}

fn counted(word: &str) -> Option<(String, usize)> {
    let emoji = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let count = word.strip_prefix(emoji)?.parse().ok()?;
    Some((emoji.to_owned(), count))
}
