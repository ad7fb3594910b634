//! `/journeys/library/assets/{asset}/parts`: the page on which a quiz or a worksheet is written.

use actix_web::web;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::library::policy::KEEPERS;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::AssetId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::{self, Pressed};
use super::forms::{PartsForm, Press};
use super::pages::{Kept, PartsPage, Typed};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get(
            "/journeys/library/assets/{quiz}/parts",
            keepers,
            Rate::Standard,
            show,
        ),
        post(
            "/journeys/library/assets/{quiz}/parts",
            keepers,
            Rate::Standard,
            write,
        ),
        get(
            "/journeys/library/assets/{quiz}/parts/removal",
            keepers,
            Rate::Standard,
            ask_to_discard,
        ),
        post(
            "/journeys/library/assets/{quiz}/parts/removal",
            keepers,
            Rate::Medium,
            discard,
        ),
    ]
}

/// The line to go on with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct At {
    at: String,
}

async fn page(me: &Me, id: AssetId, at: String, typed: Option<Typed>) -> Result<PartsPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        PartsPage::read(tx, shell, (id, &at), typed)
    })
    .await
}

async fn show(me: Me, id: web::Path<AssetId>, at: web::Query<At>) -> Reply {
    let page = page(&me, *id, at.into_inner().at, None).await?;
    me.visit.page(&page)
}

/// What came of a press.
#[derive(Debug, Serialize, Deserialize)]
struct Outcome {
    /// What the window has seen now; empty where a version was made or was not.
    seen: String,
    /// The line to go on with.
    at: Option<Uuid>,
    /// The version that was made.
    version: Option<i32>,
    /// What keeps it from being one.
    missing: Option<String>,
    when: DateTime<Utc>,
}

async fn write(me: Me, app: web::Data<App>, id: web::Path<AssetId>, posted: Posted<PartsForm>) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (mut seen, mut at, mut version, mut missing) = (String::new(), None, None, None);
            match actions::press(tx, id, &form)? {
                Pressed::Kept(stamp, line) => (seen, at) = (stamp, line),
                Pressed::Made(number) => version = Some(number),
                Pressed::Unfinished(gaps) => missing = gaps.into_iter().next(),
            }
            let when = tx.now();
            Answer::json(
                200,
                &Outcome {
                    seen,
                    at,
                    version,
                    missing,
                    when,
                },
            )
        })
        .await;
    match outcome {
        Ok(answer) => kept(&me, id, &typed, answer.content()?),
        Err(AppError::Conflict(_)) => came_back(&me, id, 409, typed, FieldErrors::default()).await,
        Err(AppError::Invalid(errors)) => came_back(&me, id, 422, typed, errors).await,
        Err(error) => Err(error),
    }
}

fn kept(me: &Me, id: AssetId, form: &PartsForm, outcome: Outcome) -> Reply {
    let (asset, path) = (
        format!("/journeys/library/assets/{id}"),
        format!("/journeys/library/assets/{id}/parts"),
    );
    if let Some(version) = outcome.version {
        let words = format!(
            "This is version {version}. Lessons keep the one they have until you take this one over there."
        );
        return me.visit.go_with(&asset, Flash::done(words));
    }
    if let Some(missing) = outcome.missing {
        let words = format!("Kept, but no version yet: {missing}");
        return me.visit.go_with(&path, Flash::problem(words));
    }
    if me.visit.partial {
        return me.visit.page(&Kept::at(outcome.seen, outcome.when, me.zone));
    }
    match (Press::of(&form.then), outcome.at) {
        (Press::Keep | Press::Overwrite, _) => me.visit.go_with(&path, Flash::done("Kept.")),
        (_, Some(at)) => me.visit.go(&format!("{path}?at={at}")),
        (_, None) => me.visit.go(&path),
    }
}

async fn came_back(me: &Me, id: AssetId, status: u16, form: PartsForm, errors: FieldErrors) -> Reply {
    let is_overtaken = status == 409;
    let typed = Typed {
        form,
        errors,
        is_overtaken,
    };
    let page = page(me, id, String::new(), Some(typed)).await?;
    match me.visit.partial {
        true => me.visit.page_with(status, &page.told()),
        false => me.visit.page_with(status, &page),
    }
}

async fn ask_to_discard(me: Me, id: web::Path<AssetId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            let there = actions::written(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: "Throw the changes away?".to_owned(),
                text: format!(
                    "What was written of “{}” since version {} is gone then. The versions stay.",
                    there.asset.title, there.asset.version
                ),
                action: format!("/journeys/library/assets/{id}/parts/removal"),
                verb: "Throw them away",
                cancel: format!("/journeys/library/assets/{id}/parts"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn discard(me: Me, app: web::Data<App>, id: web::Path<AssetId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let words = match actions::discard(tx, id)? {
                true => "The changes are gone.",
                false => "There were no changes.",
            };
            Ok(Answer::see_other(format!("/journeys/library/assets/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}
