//! The table of who may ask what, checked in as `table.txt`: a line a route, a status a person. A change of it is seen in
//! review. `WAYMARK_BLESS=1 make test T=authority` writes it anew.

use std::collections::BTreeMap;
use std::path::Path;

use waymark::domains;
use waymark::platform::web::RouteInfo;

use super::world::{Body, World, ask, token_of};
use crate::support::portal::Portal;

const PEOPLE: [&str; 9] = [
    "member", "steward", "coach", "leader", "sponsor", "comms", "privacy", "admin", "stranger",
];

/// What ends the session or the membership of whoever asks comes last.
fn order(route: &RouteInfo) -> (bool, bool, &'static str, &'static str) {
    let ends = [
        "/sign-out",
        "/me/sessions",
        "/organization",
        "/people",
        "/reset",
        "/sign-in",
        "/learn/{enrolment}/leaving",
        // What is put away can't be changed any more.
        "/journeys/{journey}/archiving",
    ];
    let is_last = ends.iter().any(|start| route.path.starts_with(start));
    (
        is_last && route.method != "GET",
        route.method != "GET",
        route.path,
        route.method,
    )
}

/// Every route as one person meets it, with an empty form: who may send it hears what is missing.
async fn column(person: &'static str) -> BTreeMap<String, u16> {
    let portal = Portal::start().await;
    let world = World::of(&portal).await;
    let actor = match person {
        "stranger" => portal.neighbour(person).await,
        person => portal.person(person).await,
    };
    let token = token_of(&actor).await;
    let mut routes = domains::register().routes;
    routes.sort_by_key(order);
    let mut statuses = BTreeMap::new();
    for route in routes {
        let status = ask(&actor, &route, &world.path(&route), Some(&token), Body::Empty).await;
        statuses.insert(format!("{} {}", route.path, route.method), status);
    }
    statuses
}

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/authority/table.txt")
}

/// The columns of the file, by person.
fn expected() -> BTreeMap<String, BTreeMap<String, u16>> {
    let text = std::fs::read_to_string(file()).unwrap_or_default();
    let mut columns: BTreeMap<String, BTreeMap<String, u16>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with('/')) {
        let mut words = line.split_whitespace();
        let route = format!("{} {}", words.next().unwrap(), words.next().unwrap());
        for (person, status) in words.filter_map(|word| word.split_once(':')) {
            let column = columns.entry(person.to_owned()).or_default();
            column.insert(route.clone(), status.parse().unwrap());
        }
    }
    columns
}

async fn expect_column(person: &'static str) {
    if std::env::var_os("WAYMARK_BLESS").is_some() {
        return;
    }
    let (found, wanted) = (
        column(person).await,
        expected().remove(person).unwrap_or_default(),
    );
    let mut wrong = Vec::new();
    for (route, status) in &found {
        match wanted.get(route) {
            Some(wanted) if wanted == status => {}
            Some(wanted) => wrong.push(format!("{route}: {status}, and {wanted} in the table")),
            None => wrong.push(format!("{route}: {status}, and not in the table")),
        }
    }
    wrong.extend(
        wanted
            .keys()
            .filter(|route| !found.contains_key(*route))
            .map(|route| format!("{route}: is gone")),
    );
    assert!(
        wrong.is_empty(),
        "{person}: {wrong:#?}\nWAYMARK_BLESS=1 writes the table anew; look at what changed."
    );
}

macro_rules! columns {
    ($($person:ident),+) => {$(
        #[tokio::test]
        async fn $person() {
            expect_column(stringify!($person)).await;
        }
    )+};
}

columns!(
    member, steward, coach, leader, sponsor, comms, privacy, admin, stranger
);

/// Writes the table when asked to; otherwise checks that nobody but the people named in it is missing.
#[tokio::test]
async fn the_table_has_everyone() {
    if std::env::var_os("WAYMARK_BLESS").is_none() {
        assert_eq!(expected().len(), PEOPLE.len());
        return;
    }
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for person in PEOPLE {
        for (route, status) in column(person).await {
            rows.entry(route).or_default().push(format!("{person}:{status}"));
        }
    }
    let mut text =
        "# What each person is answered at each route, with an empty form. See table.rs.\n".to_owned();
    for (route, statuses) in rows {
        text += &format!("{route} {}\n", statuses.join(" "));
    }
    std::fs::write(file(), text).unwrap();
}
