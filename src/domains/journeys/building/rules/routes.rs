//! `/journeys/{journey}/nodes/{node}/rules`

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::building::actions as building;
use crate::domains::journeys::building::policy::BUILDERS;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{JourneyId, NodeKey};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Posted, Reply, RouteDef};

use super::actions;
use super::forms::RuleForm;
use super::pages::{RulesPage, Typed};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let builders = Access::Roles(BUILDERS);
    vec![
        get(
            "/journeys/{journey}/nodes/{node}/rules",
            builders,
            Rate::Standard,
            show,
        ),
        post(
            "/journeys/{journey}/nodes/{node}/rules",
            builders,
            Rate::Medium,
            change,
        ),
    ]
}

/// Which kind of condition is being added.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Adding {
    kind: String,
}

async fn page(
    me: &Me,
    (id, node): (JourneyId, NodeKey),
    kind: String,
    typed: Option<Typed>,
) -> Result<RulesPage, AppError> {
    me.tenant(move |tx, me| {
        let (_, journey) = building::changing(tx, id)?;
        let shell = me.shell(tx)?;
        RulesPage::read(tx, shell, (&journey, node), (me.zone, &kind), typed)
    })
    .await
}

async fn show(me: Me, path: web::Path<(JourneyId, NodeKey)>, adding: web::Query<Adding>) -> Reply {
    let page = page(&me, *path, adding.into_inner().kind, None).await?;
    me.visit.page(&page)
}

async fn change(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(JourneyId, NodeKey)>,
    posted: Posted<RuleForm>,
) -> Reply {
    let (id, node) = *path;
    let (form, typed, zone) = (posted.form.clone(), posted.form, me.zone);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (building, _) = building::changing(tx, id)?;
            actions::change(tx, &building, node, (&form, zone))?;
            Ok(Answer::see_other(format!("/journeys/{id}/nodes/{node}/rules")))
        })
        .await;
    let (status, errors, conflict) = match outcome {
        Ok(answer) => return answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => (422, errors, String::new()),
        Err(AppError::Conflict(said)) => (409, FieldErrors::default(), said),
        Err(error) => return Err(error),
    };
    let typed = Typed {
        form: typed,
        errors,
        conflict,
    };
    let page = page(&me, (id, node), String::new(), Some(typed)).await?;
    me.visit.page_with(status, &page)
}
