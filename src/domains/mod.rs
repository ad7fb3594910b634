//! The product: one folder a noun. This file is the register: what each contributes, one line each.

pub mod channels;
pub mod help;
pub mod identity;
pub mod notes;
pub mod oversight;
pub mod people;
pub mod reference;
pub mod start;
pub mod tasks;
pub mod tenancy;
pub mod upkeep;

use crate::app::{App, Navigation, Register};
use crate::platform::bus::{EventType, Subscriber};
use crate::platform::jobs::JobKind;
use crate::platform::web::{RouteDef, assets};

/// Every route of the portal.
pub fn routes() -> Vec<RouteDef> {
    let domains = [
        assets::routes(),
        upkeep::routes(),
        identity::routes(),
        tenancy::routes(),
        people::routes(),
        tasks::routes(),
        notes::routes(),
        channels::routes(),
        reference::routes(),
        oversight::routes(),
        help::routes(),
        start::routes(),
    ];
    domains.into_iter().flatten().collect()
}

/// Every subscriber on the bus.
pub fn subscribers() -> Vec<Subscriber> {
    channels::subscribers()
}

/// Every declared event.
pub fn events() -> Vec<EventType> {
    [
        identity::events::catalogue(),
        tenancy::events::catalogue(),
        people::events::catalogue(),
        tasks::events::catalogue(),
        notes::events::catalogue(),
        channels::events::catalogue(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every kind of job.
pub fn jobs(app: &App) -> Vec<JobKind> {
    [people::jobs(app), channels::jobs(app)]
        .into_iter()
        .flatten()
        .collect()
}

/// Navigation, in the order people see it.
const NAVIGATION: &[Navigation] = &[
    start::navigation,
    oversight::navigation,
    channels::navigation,
    channels::broadcasts::navigation,
    people::navigation,
    tasks::navigation,
    tenancy::navigation,
    identity::navigation,
];

/// All of it, for [`App`].
pub fn register() -> Register {
    Register {
        routes: routes().into_iter().map(|route| route.info).collect(),
        subscribers: subscribers(),
        events: events(),
        navigation: NAVIGATION.to_vec(),
    }
}

/// What domains show a person on the start page, in this order.
pub const START_CARDS: &[start::Card] = &[tasks::start_card];

/// What domains add to the page of a team, challenge, sponsor or cohort.
pub const CONTEXT_LINKS: &[tenancy::ContextLinks] = &[
    channels::places::links_of_context,
    channels::broadcasts::context_links,
];

/// What domains add to the page of a person.
pub const PERSON_LINKS: &[tenancy::PersonLinks] = &[people::links_of_person];

/// Where the page of somebody leads whose record was given up for another.
pub const PERSON_ALIAS: tenancy::PersonAlias = people::alias;

/// What domains add to a person's record.
pub const RECORD_PARTS: &[people::record::pages::RecordPart] = &[notes::RECORD_PART, tasks::RECORD_PART];

/// What ends in the very transaction in which somebody is taken out of a team, challenge, sponsor or cohort.
pub const BELONGING_ENDED: &[tenancy::BelongingEnded] = &[channels::places::end_with_context];

/// Jobs every organization gets once a day.
pub const DAILY_JOBS: &[&str] = &[
    channels::attachments::jobs::REMOVE_UNUSED,
    channels::retention::jobs::RETENTION,
    channels::export::jobs::EXPIRE,
    people::import::jobs::FORGET,
];
