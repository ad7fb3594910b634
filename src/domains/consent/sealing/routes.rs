//! `/compliance/log-checks`.

use actix_web::web;

use crate::app::App;
use crate::domains::consent::policy::{self, KEEPERS};
use crate::domains::identity::Me;
use crate::platform::jobs::NewJob;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::post;
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::jobs::SEAL;
use super::pages::CheckForm;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![post(
        "/compliance/log-checks",
        Access::Roles(KEEPERS),
        Rate::Medium,
        check,
    )]
}

async fn check(me: Me, app: web::Data<App>, posted: Posted<CheckForm>) -> Reply {
    let form = posted.form;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            policy::may_keep(tx.actor())?;
            let args = form.parse()?;
            tx.enqueue(NewJob::new(SEAL, args).unique("asked"))?;
            Ok(Answer::see_other("/compliance")
                .with(Flash::done("The logs are being compared with their seals.")))
        })
        .await?;
    answer.reply(&me.visit)
}
