//! Journeys and their versions in SQL.

mod nodes;
mod removals;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{ContextId, JourneyId, JourneyVersionId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{journey_versions, journeys};

use super::model::{Journey, Version};
use super::policy::{Beginning, Builder, Building, Reach};

pub use nodes::{
    atoms, counts, delete_all, delete_atoms, delete_node, insert_atoms, insert_nodes, make_room, node, nodes,
    pin_assets, put, retitle, write,
};
pub use removals::{insert_removal, removals, take_removal};

/// Which journeys are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of a title.
    pub search: String,
    /// Those that are put away instead of those in use.
    pub is_archived: bool,
    /// Those after this one.
    pub before: Option<JourneyId>,
}

/// Journeys somebody builds, those changed last first.
pub fn page(
    tx: &mut TenantTx<'_>,
    builder: &Builder,
    filter: &Filter,
    limit: i64,
) -> QueryResult<Vec<Journey>> {
    let mut list = Journey::query()
        .order((journeys::changed_at.desc(), journeys::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Reach::Teams(led) = builder.reach() {
        list = list.filter(journeys::team_id.eq_any(led.clone()));
    }
    list = match filter.is_archived {
        true => list.filter(journeys::archived_at.is_not_null()),
        false => list.filter(journeys::archived_at.is_null()),
    };
    if !filter.search.is_empty() {
        list = list.filter(journeys::title.ilike(contains(&filter.search)));
    }
    if let Some(before) = filter.before {
        let moment: Option<DateTime<Utc>> = journeys::table
            .filter(journeys::id.eq(before))
            .select(journeys::changed_at)
            .first(tx.conn())
            .optional()?;
        if let Some(moment) = moment {
            let same = journeys::changed_at.eq(moment).and(journeys::id.lt(before));
            list = list.filter(journeys::changed_at.lt(moment).or(same));
        }
    }
    list.load(tx.conn())
}

fn contains(text: &str) -> String {
    let plain = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}

/// Every journey that is not archived, in the order in which they were begun.
pub fn open(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Journey>> {
    Journey::query()
        .filter(journeys::archived_at.is_null())
        .order(journeys::id)
        .load(tx.conn())
}

/// One journey.
pub fn journey(tx: &mut TenantTx<'_>, id: JourneyId) -> QueryResult<Journey> {
    Journey::query().filter(journeys::id.eq(id)).first(tx.conn())
}

/// Several journeys, in no order.
pub fn journeys(tx: &mut TenantTx<'_>, ids: &[JourneyId]) -> QueryResult<Vec<Journey>> {
    Journey::query().filter(journeys::id.eq_any(ids)).load(tx.conn())
}

/// Begins a journey.
pub fn insert(tx: &mut TenantTx<'_>, beginning: &Beginning, id: JourneyId, title: &str) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(journeys::table)
        .values((
            journeys::id.eq(id),
            journeys::title.eq(title),
            journeys::team_id.eq(beginning.team()),
            journeys::created_by.eq(beginning.by()),
            journeys::created_at.eq(now),
            journeys::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Calls a journey so, and makes it this team's.
pub fn rename(
    tx: &mut TenantTx<'_>,
    building: &Building,
    title: &str,
    team: Option<ContextId>,
) -> QueryResult<()> {
    diesel::update(journeys::table.filter(journeys::id.eq(building.journey())))
        .set((journeys::title.eq(title), journeys::team_id.eq(team)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that something in a journey was changed now.
pub fn touch(tx: &mut TenantTx<'_>, building: &Building) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(journeys::table.filter(journeys::id.eq(building.journey())))
        .set(journeys::changed_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts a journey away, or takes it into use again.
pub fn archive(
    tx: &mut TenantTx<'_>,
    _: &Builder,
    id: JourneyId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(journeys::table.filter(journeys::id.eq(id)))
        .set(journeys::archived_at.eq(at))
        .execute(tx.conn())
        .map(|_| ())
}

/// The draft of a journey.
pub fn draft(tx: &mut TenantTx<'_>, journey: JourneyId) -> QueryResult<Version> {
    Version::query()
        .filter(journey_versions::journey_id.eq(journey))
        .filter(journey_versions::number.is_null())
        .first(tx.conn())
}

/// The drafts of these journeys, in no order.
pub fn drafts(tx: &mut TenantTx<'_>, journeys: &[JourneyId]) -> QueryResult<Vec<Version>> {
    Version::query()
        .filter(journey_versions::journey_id.eq_any(journeys))
        .filter(journey_versions::number.is_null())
        .load(tx.conn())
}

/// The draft, held until the end of the transaction: whoever changes its shape comes after whoever does now.
pub fn lock(tx: &mut TenantTx<'_>, building: &Building) -> QueryResult<Version> {
    let hold = |tx: &mut TenantTx<'_>| {
        journey_versions::table
            .filter(journey_versions::journey_id.eq(building.journey()))
            .filter(journey_versions::number.is_null())
            .select(journey_versions::id)
            .for_update()
            .first::<JourneyVersionId>(tx.conn())
            .optional()
    };
    // Who waited while it was published finds it numbered; its successor is there by then.
    if hold(tx)?.is_none() {
        hold(tx)?;
    }
    draft(tx, building.journey())
}

/// One version.
pub fn version(tx: &mut TenantTx<'_>, id: JourneyVersionId) -> QueryResult<Version> {
    Version::query()
        .filter(journey_versions::id.eq(id))
        .first(tx.conn())
}

/// One published version by its number.
pub fn numbered(tx: &mut TenantTx<'_>, journey: JourneyId, number: i32) -> QueryResult<Version> {
    Version::query()
        .filter(journey_versions::journey_id.eq(journey))
        .filter(journey_versions::number.eq(number))
        .first(tx.conn())
}

/// The published versions of a journey, the newest first, those below a number.
pub fn published(
    tx: &mut TenantTx<'_>,
    journey: JourneyId,
    below: Option<i32>,
    limit: i64,
) -> QueryResult<Vec<Version>> {
    Version::query()
        .filter(journey_versions::journey_id.eq(journey))
        .filter(journey_versions::number.lt(below.unwrap_or(i32::MAX)))
        .order(journey_versions::number.desc())
        .limit(limit)
        .load(tx.conn())
}

/// The newest published versions of these journeys, in no order.
pub fn newest_of(tx: &mut TenantTx<'_>, journeys: &[JourneyId]) -> QueryResult<Vec<Version>> {
    Version::query()
        .filter(journey_versions::journey_id.eq_any(journeys))
        .filter(journey_versions::number.is_not_null())
        .distinct_on(journey_versions::journey_id)
        .order((journey_versions::journey_id, journey_versions::number.desc()))
        .load(tx.conn())
}

/// Begins an empty draft.
pub fn insert_draft(
    tx: &mut TenantTx<'_>,
    journey: JourneyId,
    id: JourneyVersionId,
    (title, summary): (&str, &str),
    (in_order, revision): (bool, i32),
) -> QueryResult<()> {
    diesel::insert_into(journey_versions::table)
        .values((
            journey_versions::id.eq(id),
            journey_versions::journey_id.eq(journey),
            journey_versions::title.eq(title),
            journey_versions::summary.eq(summary),
            journey_versions::in_order.eq(in_order),
            journey_versions::revision.eq(revision),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes what a draft is called, what it says about itself, and whether its milestones are done in order.
pub fn describe(
    tx: &mut TenantTx<'_>,
    _: &Building,
    draft: JourneyVersionId,
    (title, summary, in_order): (&str, &str, bool),
) -> QueryResult<()> {
    diesel::update(journey_versions::table.filter(journey_versions::id.eq(draft)))
        .set((
            journey_versions::title.eq(title),
            journey_versions::summary.eq(summary),
            journey_versions::in_order.eq(in_order),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Counts one more change of a draft's shape.
pub fn count_change(tx: &mut TenantTx<'_>, building: &Building, draft: JourneyVersionId) -> QueryResult<()> {
    diesel::update(journey_versions::table.filter(journey_versions::id.eq(draft)))
        .set(journey_versions::revision.eq(journey_versions::revision + 1))
        .execute(tx.conn())?;
    touch(tx, building)
}

/// Says when a draft is to be published by itself; never without a moment.
pub fn plan(
    tx: &mut TenantTx<'_>,
    building: &Building,
    draft: JourneyVersionId,
    (at, note): (Option<DateTime<Utc>>, &str),
) -> QueryResult<()> {
    diesel::update(journey_versions::table.filter(journey_versions::id.eq(draft)))
        .set((
            journey_versions::publish_at.eq(at),
            journey_versions::publish_by.eq(at.map(|_| building.by())),
            journey_versions::note.eq(note),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Makes a draft a version: from here on the database refuses every change of it.
pub fn number(
    tx: &mut TenantTx<'_>,
    building: &Building,
    draft: JourneyVersionId,
    (number, note, required): (i32, &str, i32),
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(journey_versions::table.filter(journey_versions::id.eq(draft)))
        .set((
            journey_versions::number.eq(number),
            journey_versions::note.eq(note),
            journey_versions::required.eq(required),
            journey_versions::published_at.eq(now),
            journey_versions::published_by.eq(building.by()),
            journey_versions::publish_at.eq(None::<DateTime<Utc>>),
            journey_versions::publish_by.eq(None::<uuid::Uuid>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}
