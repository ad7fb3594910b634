//! `/learn/{enrolment}/lessons/{lesson}/discussion`

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::learning::lessons::pages::{self, Shown, Typed};
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, NodeKey};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::post;
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions;

/// The route.
pub fn routes() -> Vec<RouteDef> {
    vec![post(
        "/learn/{enrolment}/lessons/{lesson}/discussion",
        Access::Member,
        Rate::Medium,
        say,
    )]
}

/// What somebody says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct SayForm {
    said: String,
}

async fn say(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(EnrolmentId, NodeKey)>,
    posted: Posted<SayForm>,
) -> Reply {
    let ((id, lesson), form) = (at.into_inner(), posted.form);
    let said = form.said.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::say(tx, id, lesson, &form.said)?;
            Ok(Answer::see_other(format!("/learn/{id}/lessons/{lesson}#discuss"))
                .with(Flash::done("Said in the channel of your cohort.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let app = app.clone();
            let shown = me
                .tenant(move |tx, me| {
                    let shell = me.shell(tx)?;
                    let typed = Typed {
                        said,
                        errors,
                        ..Typed::default()
                    };
                    pages::read(tx, shell, (&app, me), (id, lesson), typed)
                })
                .await?;
            match shown {
                Shown::Open(page) => me.visit.page_with(422, &*page),
                Shown::Locked(page) => me.visit.page_with(403, &*page),
            }
        }
        Err(error) => Err(error),
    }
}
