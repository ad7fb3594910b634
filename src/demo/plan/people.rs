//! Who is in the organization.

use chrono::{DateTime, Duration, Utc};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{
    dice::Dice,
    setting::{NamedPerson, Setting, Worksite},
    shape::{Person, Role, SignIn},
};

/// Everybody: the named people first, then the crowd, worksite by worksite.
pub fn roster(setting: &Setting, now: DateTime<Utc>, dice: &mut Dice) -> Vec<Person> {
    let mut people: Vec<Person> = setting
        .person
        .iter()
        .map(|named| named_person(named, setting, now, dice))
        .collect();
    let mut names = crowd(setting, dice).into_iter();
    for worksite in &setting.worksite {
        for place in 0..worksite.headcount {
            let Some(name) = names.next() else { break };
            let roles = roles_at(worksite, place);
            people.push(member(name, worksite, roles, setting, now, dice));
        }
    }
    people
}

/// Lower-case ASCII words joined by hyphens.
pub fn handle(name: &str) -> String {
    let plain: String = name
        .nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'ł' => 'l',
            'ø' => 'o',
            'đ' => 'd',
            'ı' => 'i',
            letter if letter.is_ascii_alphanumeric() => letter,
            _ => ' ',
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join("-")
}

/// A name of the crowd with its language.
struct Name<'a> {
    name: &'a str,
    key: String,
    locale: &'a str,
}

fn crowd<'a>(setting: &'a Setting, dice: &mut Dice) -> Vec<Name<'a>> {
    let english = setting.names.iter().map(|name| (name, "en"));
    let french = setting.french_names.iter().map(|name| (name, "fr"));
    let mut names: Vec<Name<'a>> = english
        .chain(french)
        .map(|(written, locale)| match written.split_once(" | ") {
            Some((name, key)) => Name {
                name,
                key: key.to_owned(),
                locale,
            },
            None => Name {
                name: written,
                key: handle(written),
                locale,
            },
        })
        .collect();
    dice.shuffle(&mut names);
    names
}

fn roles_at(worksite: &Worksite, place: usize) -> Vec<Role> {
    if place < worksite.stewards {
        vec![Role::Member, Role::Steward]
    } else {
        vec![Role::Member]
    }
}

fn named_person(named: &NamedPerson, setting: &Setting, now: DateTime<Utc>, dice: &mut Dice) -> Person {
    let organization = &setting.organization;
    let key = named.key.clone().unwrap_or_else(|| handle(&named.name));
    let address = format!("{key}@{}", setting.mail_domain);
    Person {
        given_name: named
            .given_name
            .clone()
            .unwrap_or_else(|| first_word(&named.name)),
        name: named.name.clone(),
        sign_in: match named.email {
            Some(_) => SignIn::Sample,
            None => SignIn::None,
        },
        email: named.email.clone().unwrap_or(address),
        roles: named.roles.clone(),
        headline: named.headline.clone(),
        locale: or_default(&named.locale, &organization.locale),
        time_zone: or_default(&named.time_zone, &organization.time_zone),
        worksite: named.worksite.clone(),
        joined_at: now - Duration::days(dice.between(200, 2_600)),
        key,
    }
}

fn member(
    name: Name<'_>,
    worksite: &Worksite,
    roles: Vec<Role>,
    setting: &Setting,
    now: DateTime<Utc>,
    dice: &mut Dice,
) -> Person {
    let job = dice.pick(&worksite.jobs).map_or("Member", String::as_str);
    Person {
        given_name: first_word(name.name),
        name: name.name.to_owned(),
        email: format!("{}@{}", name.key.replace('-', "."), setting.mail_domain),
        roles,
        headline: format!("{job}, {}", worksite.short),
        locale: name.locale.to_owned(),
        time_zone: setting.organization.time_zone.clone(),
        worksite: Some(worksite.key.clone()),
        sign_in: SignIn::None,
        joined_at: now - Duration::days(dice.between(75, 3_900)) - Duration::minutes(dice.between(0, 900)),
        key: name.key,
    }
}

fn first_word(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}

fn or_default(given: &Option<String>, default: &str) -> String {
    given.clone().unwrap_or_else(|| default.to_owned())
}
