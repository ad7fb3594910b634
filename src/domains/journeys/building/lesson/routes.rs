//! `/journeys/{journey}/nodes/{node}`: one milestone or lesson open.

use actix_web::web;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::building::actions::{self, Occasion, Wrote};
use crate::domains::journeys::building::borrowing::{self, Wish};
use crate::domains::journeys::building::content::Content;
use crate::domains::journeys::building::policy::{BUILDERS, Building};
use crate::domains::journeys::building::queries;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{JourneyId, NodeKey};
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, address};

use super::forms::NodeForm;
use super::pages::{Kept, Looking, NodePage, Typed};
use super::steps::Press;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let builders = Access::Roles(BUILDERS);
    vec![
        get("/journeys/{journey}/nodes/{node}", builders, Rate::Standard, show),
        post(
            "/journeys/{journey}/nodes/{node}",
            builders,
            Rate::Standard,
            write,
        ),
    ]
}

async fn page(
    me: &Me,
    (id, node): (JourneyId, NodeKey),
    looking: Looking,
    typed: Option<Typed>,
) -> Result<NodePage, AppError> {
    me.tenant(move |tx, me| {
        let (_, journey) = actions::changing(tx, id)?;
        let shell = me.shell(tx)?;
        NodePage::read(tx, shell, (&journey, node), (me.zone, looking), typed)
    })
    .await
}

async fn show(me: Me, path: web::Path<(JourneyId, NodeKey)>, looking: web::Query<Looking>) -> Reply {
    let page = page(&me, *path, looking.into_inner(), None).await?;
    me.visit.page(&page)
}

/// What came of writing a lesson.
#[derive(Debug, Serialize, Deserialize)]
struct Outcome {
    /// What the window has seen now.
    seen: String,
    /// The line to go on with.
    at: Option<Uuid>,
    when: DateTime<Utc>,
}

fn tried(
    tx: &mut TenantTx<'_>,
    building: &Building,
    key: NodeKey,
    (form, zone): (&NodeForm, chrono_tz::Tz),
) -> Result<(Wrote, Option<Uuid>), AppError> {
    let draft = queries::draft(tx, building.journey())?;
    let there = queries::node(tx, draft.id, key)?;
    let mut node = form.parse(&there, zone)?;
    let press = Press::of(&form.then);
    let wish = match press {
        Press::TakeOver => Wish::TakeOver,
        _ => Wish::Keep,
    };
    borrowing::settle(tx, &there, &mut node, wish)?;
    let mut at = None;
    if let Some(mut content) = Content::of(&node)? {
        at = press.press(&mut content)?;
        node.content = Some(content.written()?);
    }
    let there = actions::stamp(&there);
    let seen = match press {
        Press::Overwrite => there.as_str(),
        _ => form.seen.as_str(),
    };
    let occasion = match press {
        Press::Typing => Occasion::Typed,
        _ => Occasion::Saved,
    };
    Ok((actions::write(tx, building, (&node, seen), occasion)?, at))
}

async fn write(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(JourneyId, NodeKey)>,
    posted: Posted<NodeForm>,
) -> Reply {
    let (id, key) = *path;
    let (form, typed, zone) = (posted.form.clone(), posted.form, me.zone);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (building, _) = actions::changing(tx, id)?;
            match tried(tx, &building, key, (&form, zone))? {
                (Wrote::Kept(seen), at) => {
                    let when = tx.now();
                    Answer::json(200, &Outcome { seen, at, when })
                }
                (Wrote::Overtaken(_), _) => Err(AppError::Conflict(String::new())),
            }
        })
        .await;
    match outcome {
        Ok(answer) => kept(&me, (id, key), &typed, answer.content()?).await,
        Err(AppError::Conflict(_)) => came_back(&me, (id, key), 409, typed, FieldErrors::default()).await,
        Err(AppError::Invalid(errors)) => came_back(&me, (id, key), 422, typed, errors).await,
        Err(error) => Err(error),
    }
}

async fn kept(me: &Me, (id, key): (JourneyId, NodeKey), form: &NodeForm, outcome: Outcome) -> Reply {
    if me.visit.partial {
        return me.visit.page(&Kept::at(outcome.seen, outcome.when, me.zone));
    }
    let path = format!("/journeys/{id}/nodes/{key}");
    let find = form.find.trim();
    match (Press::of(&form.then), outcome.at) {
        // Who presses Enter in the field means this one, whichever button comes first.
        (Press::Find, _) => me
            .visit
            .go(&format!("{}#asset", address(&path, &[("find", find)]))),
        (Press::Save, _) if !find.is_empty() => {
            let path = format!("{}#asset", address(&path, &[("find", find)]));
            me.visit.go_with(&path, Flash::done("Saved."))
        }
        (Press::Save | Press::Overwrite, _) => me.visit.go_with(&path, Flash::done("Saved.")),
        (Press::TakeOver, _) => me
            .visit
            .go_with(&path, Flash::done("The newest version is in this lesson now.")),
        (_, Some(at)) => me.visit.go(&format!("{path}?at={at}")),
        (_, None) => me.visit.go(&path),
    }
}

async fn came_back(
    me: &Me,
    what: (JourneyId, NodeKey),
    status: u16,
    form: NodeForm,
    errors: FieldErrors,
) -> Reply {
    let is_overtaken = status == 409;
    let typed = Typed {
        form,
        errors,
        is_overtaken,
    };
    let page = page(me, what, Looking::default(), Some(typed)).await?;
    match me.visit.partial {
        true => me.visit.page_with(status, &page.told()),
        false => me.visit.page_with(status, &page),
    }
}
