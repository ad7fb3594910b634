//! How far everybody has read, and when they came.

use chrono::{DateTime, Duration, Utc};

use super::{
    dice::Dice,
    setting::ReadingSource,
    shape::{Channel, Message, Person, SignIn},
};

/// Sets the read positions and the joining days of a channel's members.
pub fn settle(
    channel: &mut Channel,
    messages: &[&Message],
    people: &[Person],
    wishes: &[ReadingSource],
    now: DateTime<Utc>,
    dice: &mut Dice,
) {
    for membership in &mut channel.members {
        let person = membership.person.as_str();
        let own = messages.iter().find(|message| message.author == person);
        membership.joined_at = joined_at(membership.joined_at, own.copied(), messages, dice);
        let wish = wishes
            .iter()
            .find(|wish| wish.person == person && wish.channel == channel.key);
        let read = match wish {
            Some(wish) => leaving(wish.unread, person, messages),
            None if signs_in(person, people) => messages.len(),
            None => up_to(now - lag(dice), messages),
        };
        let written = messages
            .iter()
            .rposition(|message| message.author == person)
            .map_or(0, |last| last + 1);
        membership.last_read = read.max(written).checked_sub(1);
    }
}

fn signs_in(key: &str, people: &[Person]) -> bool {
    people
        .iter()
        .any(|person| person.key == key && person.sign_in == SignIn::Sample)
}

/// How many messages are read when exactly `unread` of what others wrote is not.
fn leaving(unread: usize, person: &str, messages: &[&Message]) -> usize {
    messages
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, message)| message.author != person && message.deletion.is_none())
        .take(unread)
        .last()
        .map_or(messages.len(), |(index, _)| index)
}

fn up_to(moment: DateTime<Utc>, messages: &[&Message]) -> usize {
    messages
        .iter()
        .take_while(|message| message.sent_at <= moment)
        .count()
}

/// How long ago somebody last looked: most today, some this week, a few long ago or never.
fn lag(dice: &mut Dice) -> Duration {
    let minutes = match dice.between(1, 100) {
        1..=38 => dice.between(0, 240),
        39..=66 => dice.between(240, 1_440),
        67..=84 => dice.between(1_440, 5 * 1_440),
        85..=95 => dice.between(5 * 1_440, 30 * 1_440),
        _ => 70 * 1_440,
    };
    Duration::minutes(minutes)
}

/// Most were there from the start; one in ten came later, but before saying anything.
fn joined_at(
    from: DateTime<Utc>,
    own: Option<&Message>,
    messages: &[&Message],
    dice: &mut Dice,
) -> DateTime<Utc> {
    let late = dice.chance(0.1);
    let some = usize::try_from(dice.between(1, 60)).unwrap_or(1);
    let Some(arrival) = messages.get(messages.len() * some / 100).filter(|_| late) else {
        return from;
    };
    let latest = own.map_or(arrival.sent_at, |own| own.sent_at.min(arrival.sent_at));
    from.max(latest - Duration::hours(2))
}
