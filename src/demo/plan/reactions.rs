//! Who reacts to what, and with which face.

use super::{
    casting::Company,
    corpus::Mood,
    dice::Dice,
    places::Room,
    shape::{Person, Reaction},
    writing::Written,
};

/// Somebody of the room with how likely they are to react.
type Likely<'a> = (&'a Person, f64);

/// Gives the messages of a room their reactions: those the script asks for, and some by chance.
pub fn react(written: &mut [Written], room: &Room<'_>, company: &Company, dice: &mut Dice) {
    let everybody: Vec<Likely<'_>> = room
        .people
        .iter()
        .map(|person| (*person, company.weight(person)))
        .collect();
    for entry in written {
        let wished = if entry.asked.is_empty() {
            by_chance(entry.mood, everybody.len(), dice)
        } else {
            entry.asked.clone()
        };
        let author = entry.message.author.as_str();
        entry.message.reactions = wished
            .into_iter()
            .map(|(emoji, count)| Reaction {
                emoji,
                people: some(&everybody, author, count, dice),
            })
            .filter(|reaction| !reaction.people.is_empty())
            .collect();
    }
}

fn by_chance(mood: Mood, audience: usize, dice: &mut Dice) -> Vec<(String, usize)> {
    let share = match (mood, audience) {
        (_, 0..=2) => 0.07,
        (Mood::News, _) => 0.7,
        (Mood::Warm | Mood::Funny, _) => 0.34,
        (_, 3..=40) => 0.17,
        _ => 0.24,
    };
    if !dice.chance(share) {
        return Vec::new();
    }
    let most = match (mood, audience) {
        (_, 0..=2) => 1,
        (Mood::News, 60..) => 21,
        (_, 60..) => 7,
        _ => 4,
    };
    let kinds = if most > 3 && dice.chance(0.3) { 2 } else { 1 };
    dice.sample(palette(mood), kinds)
        .into_iter()
        .map(|emoji| (emoji.to_owned(), few(most, dice)))
        .collect()
}

/// Between one and `most`, small numbers far more often.
fn few(most: i64, dice: &mut Dice) -> usize {
    let first = dice.between(1, most);
    let second = dice.between(1, most);
    usize::try_from(first.min(second)).unwrap_or(1)
}

fn palette(mood: Mood) -> &'static [&'static str] {
    match mood {
        Mood::Plain => &["👍", "👍", "✅", "🙏", "👀"],
        Mood::Serious => &["👍", "🙏", "💪", "✊"],
        Mood::Warm => &["❤️", "🙏", "👏", "🎉", "🥰"],
        Mood::Funny => &["😂", "😂", "🤣", "😅", "💀"],
        Mood::News => &["✊", "👏", "🎉", "💪", "👍", "❤️"],
    }
}

/// So many different people, not the author; those who talk much also react much.
fn some(everybody: &[Likely<'_>], author: &str, count: usize, dice: &mut Dice) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    // Popular people come up again and again, so allow for a few misses.
    for _ in 0..count * 4 {
        if chosen.len() == count {
            break;
        }
        if let Some((person, _)) = dice.pick_weighted(everybody, |(_, weight)| *weight)
            && person.key != author
            && !chosen.contains(&person.key)
        {
            chosen.push(person.key.clone());
        }
    }
    chosen
}
