//! Who speaks: gives the parts of a conversation to people of the room.

use std::collections::BTreeMap;

use super::{
    dice::Dice,
    places::{Room, is_plain},
    script::ScriptLine,
    shape::{ChannelRole, Person, PostPolicy, Role, SignIn},
};

/// Parts and the people who play them.
pub type Cast<'a> = BTreeMap<String, &'a Person>;

/// The company: everybody's talkativeness, and which given names are parts.
#[derive(Debug)]
pub struct Company {
    talkativeness: BTreeMap<String, f64>,
    /// Given names of named people, lower case, with their keys.
    stars: BTreeMap<String, String>,
    /// Given names of women.
    women: Vec<String>,
}

impl Company {
    /// Decides who talks a lot. `named` are the keys of people with a part of their own.
    pub fn new(people: &[Person], named: &[String], women: &[String], dice: &mut Dice) -> Self {
        let mut order: Vec<&Person> = people.iter().collect();
        dice.shuffle(&mut order);
        let talkativeness = (1_u32..)
            .zip(&order)
            .map(|(rank, person)| (person.key.clone(), 1.0 / f64::from(rank + 3).powf(0.45)))
            .collect();
        let stars = people
            .iter()
            .filter(|person| named.contains(&person.key))
            .map(|person| (super::people::handle(&person.given_name), person.key.clone()))
            .collect();
        Self {
            talkativeness,
            stars,
            women: women.to_vec(),
        }
    }

    /// A person for every part of the lines, all different; `None` when the room lacks one.
    pub fn cast<'a>(&self, lines: &[ScriptLine], room: &Room<'a>, dice: &mut Dice) -> Option<Cast<'a>> {
        let mut cast = Cast::new();
        // Stars first: nobody else may play the part of a person who is in the room.
        for line in lines {
            if self.stars.contains_key(&line.speaker) {
                cast.insert(line.speaker.clone(), self.star(&line.speaker, room)?);
            }
        }
        for line in lines {
            if !cast.contains_key(&line.speaker) {
                let person = self.part(&line.speaker, &cast, room, dice)?;
                cast.insert(line.speaker.clone(), person);
            }
        }
        Some(cast)
    }

    fn star<'a>(&self, part: &str, room: &Room<'a>) -> Option<&'a Person> {
        let key = self.stars.get(part)?;
        room.people.iter().copied().find(|person| person.key == *key)
    }

    fn part<'a>(&self, part: &str, cast: &Cast<'a>, room: &Room<'a>, dice: &mut Dice) -> Option<&'a Person> {
        let free: Vec<&'a Person> = speakers(room)
            .into_iter()
            .filter(|person| cast.values().all(|taken| taken.key != person.key))
            .collect();
        let pool = match role(part) {
            Some(role) => holders(&free, role),
            None if is_woman(part) => self.women(&free, room),
            None => crowd(&self.extras(&free, room), room),
        };
        dice.pick_weighted(&pool, |person| self.weight(person)).copied()
    }

    /// In a large room the lettered parts are for people who have no part of their own.
    fn extras<'a>(&self, free: &[&'a Person], room: &Room<'a>) -> Vec<&'a Person> {
        let large = room.people.len() > 12;
        free.iter()
            .copied()
            .filter(|person| !large || self.stars.values().all(|key| *key != person.key))
            .collect()
    }

    fn women<'a>(&self, free: &[&'a Person], room: &Room<'a>) -> Vec<&'a Person> {
        let women: Vec<&Person> = free
            .iter()
            .copied()
            .filter(|person| self.women.contains(&person.given_name))
            .collect();
        crowd(&women, room)
    }

    /// How likely somebody is to speak up, next to others.
    pub fn weight(&self, person: &Person) -> f64 {
        self.talkativeness.get(&person.key).copied().unwrap_or(0.1)
    }
}

/// Those whom the post policy lets speak.
fn speakers<'a>(room: &Room<'a>) -> Vec<&'a Person> {
    let may = |person: &&Person| match room.channel.post_policy {
        PostPolicy::Everyone => true,
        PostPolicy::Leaders => room
            .channel
            .members
            .iter()
            .any(|membership| membership.person == person.key && membership.role == ChannelRole::Leader),
    };
    room.people.iter().copied().filter(may).collect()
}

fn role(part: &str) -> Option<Role> {
    match part.trim_end_matches(|letter: char| letter.is_ascii_digit()) {
        "steward" => Some(Role::Steward),
        "coach" => Some(Role::Coach),
        "leader" => Some(Role::TeamLeader),
        "sponsor" => Some(Role::Sponsor),
        "comms" => Some(Role::Communicator),
        "privacy" => Some(Role::PrivacyOfficer),
        "admin" => Some(Role::Admin),
        _ => None,
    }
}

/// Whether the part is written as a woman's: `w`, `w2` …
fn is_woman(part: &str) -> bool {
    part.trim_end_matches(|letter: char| letter.is_ascii_digit()) == "w"
}

fn holders<'a>(free: &[&'a Person], role: Role) -> Vec<&'a Person> {
    free.iter()
        .copied()
        .filter(|person| person.roles.contains(&role))
        .collect()
}

/// For a lettered part: plain members if there are enough, then anybody who has no login of
/// the sample, because those speak in their own voice, then anybody.
fn crowd<'a>(free: &[&'a Person], room: &Room<'a>) -> Vec<&'a Person> {
    let plain: Vec<&Person> = free.iter().copied().filter(|person| is_plain(person)).collect();
    let quiet: Vec<&Person> = free
        .iter()
        .copied()
        .filter(|person| person.sign_in == SignIn::None)
        .collect();
    let enough = if room.people.len() > 12 { 6 } else { 1 };
    match (plain.len() >= enough, quiet.is_empty()) {
        (true, _) => plain,
        (false, false) => quiet,
        (false, true) => free.to_vec(),
    }
}
