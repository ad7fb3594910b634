//! `/journeys/library/assets/{asset}/correction`.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::library::actions as library;
use crate::domains::journeys::library::policy::KEEPERS;
use crate::domains::journeys::library::queries::assets;
use crate::kernel::ids::AssetId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get(
            "/journeys/library/assets/{asset}/correction",
            keepers,
            Rate::Standard,
            ask_to_correct,
        ),
        post(
            "/journeys/library/assets/{asset}/correction",
            keepers,
            Rate::Medium,
            correct,
        ),
    ]
}

async fn ask_to_correct(me: Me, id: web::Path<AssetId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            let keeper = library::keeper(tx)?;
            let asset = assets::seen(tx, &keeper, id)?;
            keeper.may_write(asset.team_id)?;
            let uses = assets::uses(tx, id)?;
            let behind: Vec<&str> = uses
                .iter()
                .filter(|one| one.is_behind)
                .map(|one| one.title.as_str())
                .collect();
            let text = match behind.as_slice() {
                [] => "Every published journey that shows it shows this version already.".to_owned(),
                titles => format!(
                    "Learners see it at once, whichever version of the journey they follow: {}. Do it for what is wrong and must not wait; \
                     anything else reaches learners when the journey is published again. It is written down in the audit log.",
                    titles.join(", ")
                ),
            };
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Show version {} of “{}” in published journeys?", asset.version, asset.title),
                text,
                action: format!("/journeys/library/assets/{id}/correction"),
                verb: "Show it everywhere",
                cancel: format!("/journeys/library/assets/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn correct(me: Me, app: web::Data<App>, id: web::Path<AssetId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            assets::seen(tx, &keeper, id)?;
            let asset = assets::held(tx, id)?;
            let by = keeper.may_write(asset.team_id)?;
            let said = match actions::correct(tx, &by, &asset)? {
                0 => "It was shown everywhere already.".to_owned(),
                1 => "One published lesson shows it now.".to_owned(),
                many => format!("{many} published lessons show it now."),
            };
            Ok(Answer::see_other(format!("/journeys/library/assets/{id}")).with(Flash::done(said)))
        })
        .await?
        .reply(&me.visit)
}
