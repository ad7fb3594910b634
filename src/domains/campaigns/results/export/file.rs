//! The files, written line by line.

use std::collections::HashMap;

use csv::Writer;
use serde_json::json;

use crate::app::App;
use crate::domains::campaigns::model::{Campaign, EventKind, Reason};
use crate::domains::campaigns::policy::Campaigning;
use crate::domains::campaigns::queries as campaigns;
use crate::domains::campaigns::results::breakdown::links::links;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, DeliveryId};
use crate::kernel::spreadsheet;
use crate::kernel::time::machine;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::queries::{self, Event, LeftOut, Sent};

/// Lines read at once.
const BATCH: i64 = 5_000;

const PEOPLE: [&str; 14] = [
    "line",
    "person",
    "handle",
    "outcome",
    "outcome_at",
    "answer",
    "gathered_at",
    "due_at",
    "handed_over_at",
    "delivered_at",
    "times_put_off",
    "provider_reference",
    "message_id",
    "member_id",
];

const LINKS: [&str; 6] = ["link", "words", "address", "clicks", "people", "machine_hits"];

/// Each message of a campaign with what became of it, and everybody who was left out with the reason. That it was taken is noted in the
/// log.
///
/// # Errors
/// [`AppError::NotFound`].
pub(super) fn people(tx: &mut TenantTx<'_>, _: &Campaigning, id: CampaignId) -> Result<Vec<u8>, AppError> {
    let campaign = campaigns::campaign(tx, id)?;
    let mut file = begun(&PEOPLE)?;
    let messages = messages(tx, &campaign, &mut file)?;
    let left_out = left_out(tx, &campaign, &mut file)?;
    tx.audit(
        Entry::of("campaigns.results.exported", "campaign", id)
            .after(json!({ "what": "people", "messages": messages, "left_out": left_out })),
    )?;
    ended(file)
}

/// How often each link of a campaign was followed. That it was taken is noted in the log.
///
/// # Errors
/// [`AppError::NotFound`].
pub(super) fn of_links(
    tx: &mut TenantTx<'_>,
    _: &Campaigning,
    app: &App,
    id: CampaignId,
) -> Result<Vec<u8>, AppError> {
    let campaign = campaigns::campaign(tx, id)?;
    let mut file = begun(&LINKS)?;
    let links = links(tx, app, &campaign)?;
    for link in &links {
        line(
            &mut file,
            [
                link.number.to_string(),
                spreadsheet::cell(&link.label).into_owned(),
                spreadsheet::cell(&link.address).into_owned(),
                link.followed.clicks.to_string(),
                link.followed.people.to_string(),
                link.followed.machines.to_string(),
            ],
        )?;
    }
    tx.audit(
        Entry::of("campaigns.results.exported", "campaign", id)
            .after(json!({ "what": "links", "links": links.len() })),
    )?;
    ended(file)
}

fn messages(
    tx: &mut TenantTx<'_>,
    campaign: &Campaign,
    file: &mut Writer<Vec<u8>>,
) -> Result<usize, AppError> {
    let (mut after, mut count) = (None, 0);
    loop {
        let batch = queries::sent(tx, campaign, after, BATCH)?;
        let ids: Vec<DeliveryId> = batch.iter().map(|one| one.id).collect();
        let mut events: HashMap<DeliveryId, Vec<Event>> = HashMap::new();
        for event in queries::events(tx, campaign, &ids)? {
            events.entry(event.delivery).or_default().push(event);
        }
        for one in &batch {
            let events = events.remove(&one.id).unwrap_or_default();
            line(file, message(one, &events))?;
        }
        count += batch.len();
        after = batch.last().map(|one| one.id);
        if after.is_none() {
            return Ok(count);
        }
    }
}

fn message(sent: &Sent, events: &[Event]) -> [String; PEOPLE.len()] {
    let last = events.last();
    let first = |kind: EventKind| events.iter().find(|event| event.kind == kind.as_str());
    let when = |event: Option<&Event>| event.map(|event| machine(event.at)).unwrap_or_default();
    let answer = events.iter().rev().find(|event| !event.detail.is_empty());
    let reference = events
        .iter()
        .rev()
        .find_map(|event| event.provider_ref.as_deref());
    let put_off = events
        .iter()
        .filter(|event| event.kind == EventKind::Deferred.as_str())
        .count();
    [
        "message".to_owned(),
        spreadsheet::cell(&sent.name).into_owned(),
        spreadsheet::cell(&sent.handle).into_owned(),
        outcome(last).to_owned(),
        when(last),
        answer
            .map(|event| spreadsheet::cell(&event.detail).into_owned())
            .unwrap_or_default(),
        machine(sent.made_at),
        machine(sent.due_at),
        when(first(EventKind::Accepted)),
        when(first(EventKind::Delivered)),
        put_off.to_string(),
        spreadsheet::cell(reference.unwrap_or_default()).into_owned(),
        sent.id.to_string(),
        sent.member.to_string(),
    ]
}

/// What became of a message: the last that happened to it.
fn outcome(last: Option<&Event>) -> &'static str {
    match last.map(|event| event.kind.parse::<EventKind>()) {
        Some(Ok(kind)) => kind.label(),
        _ => "Waiting",
    }
}

fn left_out(
    tx: &mut TenantTx<'_>,
    campaign: &Campaign,
    file: &mut Writer<Vec<u8>>,
) -> Result<usize, AppError> {
    let (mut after, mut count) = (None, 0);
    loop {
        let batch = queries::left_out(tx, campaign, after, BATCH)?;
        for one in &batch {
            line(file, without_message(one))?;
        }
        count += batch.len();
        after = batch.last().map(|one| one.member);
        if after.is_none() {
            return Ok(count);
        }
    }
}

fn without_message(one: &LeftOut) -> [String; PEOPLE.len()] {
    let reason = one.reason.parse::<Reason>();
    let mut cells = [const { String::new() }; PEOPLE.len()];
    let known = [
        "left out".to_owned(),
        spreadsheet::cell(&one.name).into_owned(),
        spreadsheet::cell(&one.handle).into_owned(),
        "Left out".to_owned(),
        machine(one.at),
        reason
            .map_or(one.reason.as_str(), |reason| reason.label())
            .to_owned(),
        machine(one.at),
    ];
    for (cell, text) in cells.iter_mut().zip(known) {
        *cell = text;
    }
    if let Some(last) = cells.last_mut() {
        *last = one.member.to_string();
    }
    cells
}

/// A file with its first line. The mark at the front lets spreadsheets read it as UTF-8.
fn begun(head: &[&str]) -> Result<Writer<Vec<u8>>, AppError> {
    let mut file = Writer::from_writer("\u{feff}".as_bytes().to_vec());
    file.write_record(head).map_err(anyhow::Error::from)?;
    Ok(file)
}

fn line<const CELLS: usize>(file: &mut Writer<Vec<u8>>, cells: [String; CELLS]) -> Result<(), AppError> {
    file.write_record(&cells).map_err(anyhow::Error::from)?;
    Ok(())
}

fn ended(file: Writer<Vec<u8>>) -> Result<Vec<u8>, AppError> {
    file.into_inner()
        .map_err(|cause| AppError::Unexpected(anyhow::anyhow!("writing CSV: {cause}")))
}
