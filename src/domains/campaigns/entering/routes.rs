//! `/campaigns/{campaign}/closing`: ending a campaign for whoever comes in before its day.

use actix_web::web;

use crate::app::App;
use crate::domains::campaigns::policy::{self, SENDERS};
use crate::domains::campaigns::queries;
use crate::domains::identity::Me;
use crate::kernel::ids::CampaignId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let senders = Access::Roles(SENDERS);
    vec![
        get(
            "/campaigns/{campaign}/closing",
            senders,
            Rate::Standard,
            ask_to_end,
        ),
        post("/campaigns/{campaign}/closing", senders, Rate::Medium, end),
    ]
}

async fn ask_to_end(me: Me, id: web::Path<CampaignId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let campaign = queries::campaign(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("End “{}”?", campaign.name),
                text: "Whoever comes into the audience from now on gets nothing. What is to be sent already still leaves. It can’t be begun again, but it can be copied."
                    .to_owned(),
                action: format!("/campaigns/{id}/closing"),
                verb: "End it",
                cancel: format!("/campaigns/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn end(me: Me, app: web::Data<App>, id: web::Path<CampaignId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_campaign(tx.actor())?;
            super::end_now(tx, &by, id)?;
            Ok(Answer::see_other(format!("/campaigns/{id}"))
                .with(Flash::done("Nobody who comes in gets it any more.")))
        })
        .await?
        .reply(&me.visit)
}
