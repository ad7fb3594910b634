//! Where people are: contexts, their channels, and direct conversations.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::{
    calendar::DAYS,
    dice::Dice,
    setting::{ChannelSource, ContextSource, DirectSource, Everyone, Rhythm, Setting, Worksite},
    shape::{
        Channel, ChannelRole, Context, ContextKind, Membership, Notify, Person, PostPolicy, Role, SignIn,
    },
};

/// A channel with what the plan needs to fill it.
#[derive(Debug)]
pub struct Room<'a> {
    pub channel: Channel,
    /// What is talked about in it.
    pub places: &'a [String],
    /// How many messages it should hold, about.
    pub target: usize,
    pub rhythm: Rhythm,
    /// Worksite whose words it speaks, if it is bound to one.
    pub worksite: Option<&'a Worksite>,
    /// Everybody in it.
    pub people: Vec<&'a Person>,
    /// Offset in days of its first day; not before the first day of the plan.
    pub first_day: i64,
}

/// All contexts of the setting.
pub fn contexts(setting: &Setting, people: &[Person], now: DateTime<Utc>, dice: &mut Dice) -> Vec<Context> {
    setting
        .context
        .iter()
        .map(|source| Context {
            key: source.key.clone(),
            kind: source.kind,
            name: source.name.clone(),
            description: source.description.clone(),
            members: members(source, people, dice),
            leaders: source.leaders.clone(),
            created_at: now - Duration::days(source.began),
        })
        .collect()
}

/// All channels and direct conversations of the setting, still silent.
pub fn rooms<'a>(
    setting: &'a Setting,
    contexts: &[Context],
    people: &'a [Person],
    now: DateTime<Utc>,
    dice: &mut Dice,
) -> Vec<Room<'a>> {
    let bound = setting.channel.iter().filter_map(|source| {
        let context = contexts.iter().find(|context| context.key == source.context)?;
        Some((source, context))
    });
    let mut rooms: Vec<Room<'a>> = bound
        .map(|(source, context)| bound_room(source, context, setting, people, dice))
        .collect();
    let mut companies: Vec<BTreeSet<&str>> = Vec::new();
    for source in &setting.direct {
        let company = strangers_together(source, people, &companies, dice);
        companies.push(keys_of(&company));
        rooms.push(direct_room(source, company, now));
    }
    rooms
}

fn members(source: &ContextSource, people: &[Person], dice: &mut Dice) -> Vec<String> {
    let sure = |person: &Person| {
        let by_name = [&source.with, &source.leaders]
            .iter()
            .any(|keys| keys.contains(&person.key));
        let by_site = source.worksite.is_some() && person.worksite == source.worksite;
        let by_role = person.roles.iter().any(|role| source.roles.contains(role));
        let everyone = source.everyone == Everyone::Included && person.roles != [Role::Sponsor];
        by_name || by_site || by_role || everyone
    };
    let mut members: Vec<String> = keys(people.iter().filter(|person| sure(person)));
    let plain = |person: &&Person| is_plain(person) && !sure(person);
    let stewards = |person: &&Person| is_crowd_steward(person) && !sure(person);
    members.extend(dice.sample(&keys(people.iter().filter(plain)), source.others));
    members.extend(dice.sample(&keys(people.iter().filter(stewards)), source.stewards));
    members
}

/// Somebody without any special authority or part.
pub fn is_plain(person: &Person) -> bool {
    person.roles == [Role::Member] && person.sign_in == SignIn::None
}

fn is_crowd_steward(person: &Person) -> bool {
    person.roles.contains(&Role::Steward) && person.sign_in == SignIn::None
}

fn keys<'a>(people: impl Iterator<Item = &'a Person>) -> Vec<String> {
    people.map(|person| person.key.clone()).collect()
}

fn bound_room<'a>(
    source: &'a ChannelSource,
    context: &Context,
    setting: &'a Setting,
    people: &'a [Person],
    dice: &mut Dice,
) -> Room<'a> {
    let joined = joined(source, context, people, dice);
    let channel = Channel {
        key: source.key.clone(),
        kind: context.kind,
        context: Some(context.key.clone()),
        name: source.name.clone(),
        description: source.description.clone(),
        post_policy: source.post_policy,
        members: memberships(&joined, context, dice),
        created_at: context.created_at,
    };
    let began = setting
        .context
        .iter()
        .find(|candidate| candidate.key == context.key)
        .map_or(0, |candidate| candidate.began);
    Room {
        channel,
        places: &source.places,
        target: source.target,
        rhythm: source.rhythm,
        worksite: setting
            .worksite
            .iter()
            .find(|worksite| Some(&worksite.key) == source.worksite.as_ref()),
        people: joined,
        // What is fixed to the first days, a welcome, comes before what is not.
        first_day: 3 - began,
    }
}

fn joined<'a>(
    source: &ChannelSource,
    context: &Context,
    people: &'a [Person],
    dice: &mut Dice,
) -> Vec<&'a Person> {
    let inside: Vec<&Person> = people
        .iter()
        .filter(|person| context.members.contains(&person.key))
        .collect();
    let sure = |person: &&Person| source.with.contains(&person.key) || context.leaders.contains(&person.key);
    let fits = |person: &&Person| {
        source
            .locale
            .as_ref()
            .is_none_or(|locale| *locale == person.locale)
    };
    let mut joined: Vec<&Person> = inside.iter().copied().filter(sure).collect();
    let rest: Vec<&Person> = inside
        .iter()
        .copied()
        .filter(|person| !sure(person) && fits(person))
        .collect();
    let wanted = source.joined.unwrap_or(rest.len() + joined.len());
    joined.extend(dice.sample(&rest, wanted.saturating_sub(joined.len())));
    joined
}

fn memberships(people: &[&Person], context: &Context, dice: &mut Dice) -> Vec<Membership> {
    people
        .iter()
        .map(|person| Membership {
            person: person.key.clone(),
            role: if context.leaders.contains(&person.key) {
                ChannelRole::Leader
            } else {
                ChannelRole::Member
            },
            last_read: None,
            notify: notify(person, dice),
            joined_at: context.created_at.max(person.joined_at),
        })
        .collect()
}

fn notify(person: &Person, dice: &mut Dice) -> Notify {
    match (person.sign_in, dice.between(1, 10)) {
        (SignIn::Sample, _) | (_, 1..=6) => Notify::All,
        (_, 7..=9) => Notify::Mentions,
        _ => Notify::Nothing,
    }
}

/// People for a direct conversation who have none with each other yet: the same people
/// share one conversation, so a second one of theirs cannot exist.
fn strangers_together<'a>(
    source: &DirectSource,
    people: &'a [Person],
    companies: &[BTreeSet<&str>],
    dice: &mut Dice,
) -> Vec<&'a Person> {
    let mut company = direct_people(source, people, dice);
    for _ in 0..50 {
        if !companies.contains(&keys_of(&company)) {
            break;
        }
        company = direct_people(source, people, dice);
    }
    company
}

fn keys_of<'a>(people: &[&'a Person]) -> BTreeSet<&'a str> {
    people.iter().map(|person| person.key.as_str()).collect()
}

fn direct_room<'a>(source: &'a DirectSource, people: Vec<&'a Person>, now: DateTime<Utc>) -> Room<'a> {
    let created_at = now - Duration::days(DAYS + 3);
    let members = people
        .iter()
        .map(|person| Membership {
            person: person.key.clone(),
            role: ChannelRole::Member,
            last_read: None,
            notify: Notify::All,
            joined_at: created_at,
        })
        .collect();
    Room {
        channel: Channel {
            key: source.key.clone(),
            kind: ContextKind::Direct,
            context: None,
            name: String::new(),
            description: String::new(),
            post_policy: PostPolicy::Everyone,
            members,
            created_at,
        },
        places: &source.places,
        target: source.target,
        rhythm: source.rhythm,
        worksite: None,
        people,
        first_day: -DAYS,
    }
}

fn direct_people<'a>(source: &DirectSource, people: &'a [Person], dice: &mut Dice) -> Vec<&'a Person> {
    let mut chosen: Vec<&Person> = people
        .iter()
        .filter(|person| source.with.contains(&person.key))
        .collect();
    for _ in 0..source.stewards {
        chosen.extend(colleague(&chosen, people, is_crowd_steward, dice));
    }
    for _ in 0..source.others {
        chosen.extend(colleague(&chosen, people, is_plain, dice));
    }
    chosen
}

/// Somebody fit who works where the first of the others works: that is how they met.
fn colleague<'a>(
    chosen: &[&'a Person],
    people: &'a [Person],
    fit: fn(&Person) -> bool,
    dice: &mut Dice,
) -> Option<&'a Person> {
    let home = chosen.iter().find_map(|person| person.worksite.as_ref());
    let candidates: Vec<&Person> = people
        .iter()
        .filter(|person| fit(person) && chosen.iter().all(|other| other.key != person.key))
        .filter(|person| home.is_none() || person.worksite.as_ref() == home)
        .collect();
    dice.pick(&candidates).copied()
}
