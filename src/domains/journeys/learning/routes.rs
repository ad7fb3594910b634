//! `/learn`

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::ids::EnrolmentId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::learning;
use super::enrolling;
use super::pages::{LearnPage, PathPage};

/// The routes. Open to every member: who learns nothing is shown nothing.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/learn", Access::Member, Rate::Standard, list),
        get("/learn/{enrolment}", Access::Member, Rate::Standard, show),
        get(
            "/learn/{enrolment}/leaving",
            Access::Member,
            Rate::Standard,
            ask_to_leave,
        ),
        post("/learn/{enrolment}/leaving", Access::Member, Rate::Medium, leave),
    ]
}

async fn list(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            let shell = me.shell(tx)?;
            LearnPage::read(tx, shell, me)
        })
        .await?;
    me.visit.page(&page)
}

async fn show(me: Me, id: web::Path<EnrolmentId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            PathPage::read(tx, shell, me, id)
        })
        .await?;
    me.visit.page(&page)
}

async fn ask_to_leave(me: Me, id: web::Path<EnrolmentId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            let learning = learning(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Leave “{}”?", learning.enrolment().title),
                text: "It goes from your journeys. What you did is kept, so that you can go on where you were when your coach enrols you again."
                    .to_owned(),
                action: format!("/learn/{id}/leaving"),
                verb: "Leave",
                cancel: format!("/learn/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn leave(me: Me, app: web::Data<App>, id: web::Path<EnrolmentId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let learning = learning(tx, id)?;
            enrolling::actions::leave(tx, enrolling::actions::Leaving::of_learner(&learning))?;
            Ok(Answer::see_other("/learn").with(Flash::done("You left that journey.")))
        })
        .await?;
    answer.reply(&me.visit)
}
