//! Handlers.

use actix_web::web;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::identity::Caller;
use crate::domains::journeys::building::actions::{self, NewNode, Whither, Words};
use crate::domains::journeys::building::model::Journey;
use crate::domains::journeys::building::outline::{Outline, Target};
use crate::domains::journeys::building::policy;
use crate::domains::journeys::building::publishing::actions as publishing;
use crate::domains::journeys::building::queries::{self, Filter};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::JourneyId;
use crate::kernel::validate::Check;
use crate::platform::web::api::{Json, Listing, json};
use crate::platform::web::paging::Page;
use crate::platform::web::{Answer, Reply};

use super::shapes::{
    AddNode, CreateJourney, JourneySummary, JourneyView, MoveNode, PublishJourney, Published,
};

/// Which scope reads.
pub const READ: &str = "journeys:read";
/// Which scope writes.
pub const WRITE: &str = "journeys:write";

/// Filters of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    q: String,
    archived: bool,
}

/// The journeys the caller builds.
///
/// # Errors
/// As the action.
pub async fn list(caller: Caller, filters: web::Query<Filters>, page: web::Query<Page>) -> Reply {
    caller.require(READ)?;
    let (before, limit) = (page.after::<JourneyId>()?, page.limit()?);
    let filters = filters.into_inner();
    let filter = Filter {
        search: filters.q.trim().to_owned(),
        is_archived: filters.archived,
        before,
    };
    let found = caller
        .tenant(move |tx, _| {
            let builder = actions::builder(tx)?;
            Ok(queries::page(tx, &builder, &filter, limit + 1)?)
        })
        .await?;
    let cursor = |last: &Journey| last.id.to_string();
    json(200, &Listing::of(found, limit, cursor, JourneySummary::from))
}

/// One journey with its draft.
///
/// # Errors
/// As the action.
pub async fn show(caller: Caller, id: web::Path<JourneyId>) -> Reply {
    caller.require(READ)?;
    view(&caller, 200, *id).await
}

async fn view(caller: &Caller, status: u16, id: JourneyId) -> Reply {
    let view = caller
        .tenant(move |tx, _| {
            let (_, journey) = actions::seen(tx, id)?;
            let draft = queries::draft(tx, id)?;
            let outline = Outline::of(queries::nodes(tx, draft.id)?);
            let newest = queries::published(tx, id, None, 1)?;
            Ok(JourneyView::of(journey, draft, newest.first(), &outline))
        })
        .await?;
    json(status, &view)
}

/// What is kept of an answer: the journey itself is read anew by whoever may still see it.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    id: JourneyId,
}

fn words(wanted: &CreateJourney) -> Result<Words, FieldErrors> {
    let mut check = Check::default();
    let title = check.line("title", "Title", &wanted.title, 1, 120);
    let summary = check.text("summary", "What it is about", &wanted.summary, 0, 2_000);
    check.finish(|| Words {
        title,
        summary,
        in_order: wanted.in_order.unwrap_or(true),
        team: wanted.team_id,
    })
}

/// Begins a journey.
///
/// # Errors
/// As the action.
pub async fn create(caller: Caller, app: web::Data<App>, json: Json<CreateJourney>) -> Reply {
    caller.require(WRITE)?;
    let wanted = json.body;
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let builder = actions::builder(tx)?;
        let words = words(&wanted)?;
        let beginning = policy::may_begin(&builder, words.team)?;
        let (id, _) = actions::begin(tx, &beginning, &words)?;
        Answer::json(201, &Kept { id })
    });
    let Kept { id } = answer.await?.content()?;
    view(&caller, 201, id).await
}

fn node(wanted: AddNode) -> Result<NewNode, FieldErrors> {
    let mut check = Check::default();
    let title = check.line("title", "Title", &wanted.title, 1, 160);
    check.refuse_when(
        wanted.parent.is_some() != wanted.kind.is_some(),
        "kind",
        "A lesson has a milestone and a kind; a milestone has neither.",
    );
    check.finish(|| NewNode {
        parent: wanted.parent,
        after: wanted.after,
        is_first: false,
        kind: wanted.kind,
        title,
        asset: None,
        content: None,
    })
}

/// Adds a milestone or lesson.
///
/// # Errors
/// As the action.
pub async fn add(
    caller: Caller,
    app: web::Data<App>,
    id: web::Path<JourneyId>,
    json: Json<AddNode>,
) -> Reply {
    caller.require(WRITE)?;
    let (id, wanted) = (*id, json.body);
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let (building, _) = actions::changing(tx, id)?;
        actions::add(tx, &building, &[node(wanted)?])?;
        Answer::json(201, &Kept { id })
    });
    let Kept { id } = answer.await?.content()?;
    view(&caller, 201, id).await
}

/// Moves a milestone or lesson.
///
/// # Errors
/// As the action.
pub async fn move_node(
    caller: Caller,
    app: web::Data<App>,
    id: web::Path<JourneyId>,
    json: Json<MoveNode>,
) -> Reply {
    caller.require(WRITE)?;
    let (id, wanted) = (*id, json.body);
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let (building, _) = actions::changing(tx, id)?;
        let key = wanted
            .node
            .ok_or_else(|| AppError::field("node", "Say which milestone or lesson."))?;
        let target = Target {
            parent: wanted.parent,
            after: wanted.after,
        };
        actions::move_node(tx, &building, (key, Whither::To(target)), wanted.revision)?;
        Answer::json(200, &Kept { id })
    });
    let Kept { id } = answer.await?.content()?;
    view(&caller, 200, id).await
}

/// Publishes the draft.
///
/// # Errors
/// As the action.
pub async fn publish(
    caller: Caller,
    app: web::Data<App>,
    id: web::Path<JourneyId>,
    wanted: Json<PublishJourney>,
) -> Reply {
    caller.require(WRITE)?;
    let (id, note) = (*id, wanted.body.note);
    let scope = caller.scope();
    let answer = app.db.once(&scope, wanted.key, move |tx| {
        let (building, _) = actions::changing(tx, id)?;
        let mut check = Check::default();
        let note = check.line("note", "What changed", &note, 0, 500);
        check.finish(|| ())?;
        let (version_id, number) = publishing::publish(tx, &building, &note)?;
        Answer::json(201, &Published { version_id, number })
    });
    let published: Published = answer.await?.content()?;
    json(201, &published)
}
