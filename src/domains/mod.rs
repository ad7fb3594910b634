//! The product: one folder a noun. This file is the register: what each contributes, one line each.

pub mod campaigns;
pub mod cases;
pub mod channels;
pub mod consent;
pub mod field;
pub mod help;
pub mod identity;
pub mod journeys;
pub mod notes;
pub mod notifications;
pub mod oversight;
pub mod people;
pub mod privacy;
pub mod reference;
pub mod start;
pub mod tasks;
pub mod tenancy;
pub mod upkeep;
pub mod webhooks;

use crate::app::{App, Navigation, Register};
use crate::platform::bus::{EventType, Subscriber};
use crate::platform::files;
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
        consent::routes(),
        campaigns::routes(),
        webhooks::routes::routes(),
        tasks::routes(),
        cases::routes(),
        notes::routes(),
        field::routes(),
        channels::routes(),
        journeys::routes(),
        notifications::routes(),
        privacy::routes(),
        reference::routes(),
        oversight::routes(),
        help::routes(),
        start::routes(),
    ];
    domains.into_iter().flatten().collect()
}

/// Every subscriber on the bus.
pub fn subscribers() -> Vec<Subscriber> {
    [
        campaigns::reports::subscribers::subscribers(),
        channels::subscribers(),
        journeys::subscribers(),
        notifications::subscribers(),
        webhooks::subscribers::subscribers(),
    ]
    .concat()
}

/// Every declared event.
pub fn events() -> Vec<EventType> {
    [
        identity::events::catalogue(),
        tenancy::events::catalogue(),
        people::events::catalogue(),
        consent::events::catalogue(),
        campaigns::events(),
        webhooks::events::catalogue(),
        tasks::events::catalogue(),
        cases::events::catalogue(),
        notes::events::catalogue(),
        field::events::catalogue(),
        channels::events::catalogue(),
        journeys::events(),
        notifications::events::catalogue(),
        privacy::events::catalogue(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every kind of job.
pub fn jobs(app: &App) -> Vec<JobKind> {
    [
        files::removal::kinds(&app.storage),
        people::jobs(app),
        consent::jobs::kinds(app),
        campaigns::sending::kinds(app),
        webhooks::jobs::kinds(),
        campaigns::variants::jobs::kinds(),
        notes::jobs::kinds(app),
        field::jobs::kinds(app),
        channels::jobs(app),
        journeys::jobs(app),
        notifications::kinds(app),
        privacy::erasures::jobs::kinds(app),
    ]
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
    journeys::navigation,
    people::navigation,
    field::navigation,
    tasks::navigation,
    cases::navigation,
    notes::navigation,
    campaigns::navigation,
    webhooks::navigation,
    consent::navigation,
    tenancy::navigation,
    privacy::navigation,
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
pub const START_CARDS: &[start::Card] = &[
    journeys::learning::start_card,
    journeys::suggestions::start_card,
    tasks::start_card,
    field::start_card,
];

/// What domains add to the page of a team, challenge, sponsor or cohort.
pub const CONTEXT_LINKS: &[tenancy::ContextLinks] = &[
    channels::places::links_of_context,
    channels::broadcasts::context_links,
];

/// What domains add to the page of a person.
pub const PERSON_LINKS: &[tenancy::PersonLinks] = &[
    people::links_of_person,
    consent::links_of_person,
    campaigns::links_of_person,
    privacy::links_of_person,
];

/// Where the page of somebody leads whose record was given up for another.
pub const PERSON_ALIAS: tenancy::PersonAlias = people::alias;

/// What domains add to a person's record.
pub const RECORD_PARTS: &[people::record::pages::RecordPart] = &[
    notes::RECORD_PART,
    tasks::RECORD_PART,
    cases::RECORD_PART,
    privacy::RECORD_PART,
];

/// What domains show on the page of a case.
pub const CASE_PARTS: &[cases::pages::CasePart] = &[notes::written_in];

/// What ends in the very transaction in which somebody is taken out of a team, challenge, sponsor or cohort.
pub const BELONGING_ENDED: &[tenancy::BelongingEnded] = &[channels::places::end_with_context];

/// What ends in the very transaction in which somebody stops being a member.
pub const MEMBERSHIP_ENDED: &[tenancy::MembershipEnded] = &[people::officers::actions::end_all];

/// Jobs every organization gets once a day.
pub const DAILY_JOBS: &[&str] = &[
    channels::attachments::jobs::REMOVE_UNUSED,
    channels::retention::jobs::RETENTION,
    channels::export::jobs::EXPIRE,
    people::import::jobs::FORGET,
    consent::jobs::CHECK,
    consent::renewing::ASK,
    consent::sealing::jobs::SEAL,
    notes::jobs::SHRED,
    field::jobs::SHRED,
    campaigns::sending::PARTITIONS,
    campaigns::sending::FORGET,
    notifications::FORGET,
    webhooks::jobs::FORGET,
    journeys::library::jobs::GIVE_UP,
    journeys::library::mux::jobs::FORGET,
    journeys::suggestions::jobs::PROPOSE,
    journeys::coaching::analytics::jobs::COUNT_ALL,
];

/// What is written about people and becomes another's when two records are made one, in this order.
pub const MERGE_PARTS: &[people::merge::MergePart] = &[
    notes::MERGE,
    cases::MERGE,
    tasks::MERGE,
    consent::MERGE,
    journeys::learning::MERGE,
];

/// What is taken away of somebody who is erased, in this order: what points to cases goes before them.
pub const ERASE_PARTS: &[tenancy::ErasePart] = &[
    notes::erase,
    field::erase,
    tasks::erase,
    cases::erase,
    consent::erase,
    notifications::erase,
    campaigns::erase,
    journeys::learning::erase,
    people::subject::erase,
];

/// Logs that are sealed each night, so that what is changed by hand is found.
pub const SEALED_LOGS: &[consent::sealing::Log] = &[
    consent::sealing::RECORDS,
    campaigns::sending::DELIVERIES,
    campaigns::sending::DELIVERY_EVENTS,
];

/// What a proof of consent tells of messages.
pub const PROOF_PARTS: &[consent::proof::Part] = &[campaigns::results::queries::messages_of];

/// What is kept about somebody, in the order in which they are told of it.
pub const SUBJECT_PARTS: &[tenancy::SubjectPart] = &[
    people::subject::gathered,
    consent::gathered,
    campaigns::gathered,
    notes::gathered,
    cases::gathered,
    tasks::gathered,
    field::gathered,
    notifications::gathered,
    journeys::learning::gathered,
    journeys::suggestions::gathered,
    journeys::certificates::gathered,
    notes::readings_about,
];
