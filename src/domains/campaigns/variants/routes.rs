//! `/campaigns/{campaign}/variants`: writing what is tried; and `…/winner/{variant}`: sending one of them to the rest.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::campaigns::policy::{self, SENDERS};
use crate::domains::campaigns::queries as campaigns;
use crate::domains::campaigns::wizard::forms::expect_current;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::CampaignId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::VariantsForm;
use super::model::{letter, number_of};
use super::pages::VariantsPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let senders = Access::Roles(SENDERS);
    vec![
        get(
            "/campaigns/{campaign}/variants",
            senders,
            Rate::Standard,
            variants,
        ),
        post(
            "/campaigns/{campaign}/variants",
            senders,
            Rate::Medium,
            save_variants,
        ),
        get(
            "/campaigns/{campaign}/winner/{variant}",
            senders,
            Rate::Standard,
            ask_to_decide,
        ),
        post(
            "/campaigns/{campaign}/winner/{variant}",
            senders,
            Rate::Medium,
            decide,
        ),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct VariantsQuery {
    /// `yes` for another that says nothing yet.
    add: String,
}

async fn page(
    me: &Me,
    id: CampaignId,
    adds: String,
    typed: Option<(VariantsForm, FieldErrors)>,
) -> Result<VariantsPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_campaign(tx.actor())?;
        let shell = me.shell(tx)?;
        VariantsPage::read(tx, shell, id, &adds, typed)
    })
    .await
}

async fn variants(me: Me, id: web::Path<CampaignId>, query: web::Query<VariantsQuery>) -> Reply {
    let page = page(&me, *id, query.into_inner().add, None).await?;
    me.visit.page(&page)
}

async fn save_variants(
    me: Me,
    app: web::Data<App>,
    id: web::Path<CampaignId>,
    posted: Posted<VariantsForm>,
) -> Reply {
    let (id, form, typed, portal) = (*id, posted.form.clone(), posted.form, app.get_ref().clone());
    let outcome =
        app.db
            .once(&me.scope(), posted.key, move |tx| {
                let campaign = campaigns::lock(tx, id)?;
                let drafting = policy::may_draft(tx.actor(), &campaign)?;
                let (plan, numbers) = form.parse(&campaign)?;
                expect_current(&campaign, &form.revision, "share")?;
                let wanted: Vec<_> = numbers.into_iter().zip(&plan.variants).collect();
                actions::check(tx, &portal, &campaign, &wanted)?;
                actions::set(tx, &drafting, &plan)?;
                let here = format!("/campaigns/{id}/variants");
                Ok(match form.then.as_str() {
                    "add" => Answer::see_other(format!("{here}?add=yes")),
                    "next" => Answer::see_other(format!("/campaigns/{id}/audience")),
                    _ if plan.variants.is_empty() => Answer::see_other(format!("/campaigns/{id}/content"))
                        .with(Flash::done("Only A is left.")),
                    _ => Answer::see_other(here).with(Flash::done("Saved.")),
                })
            })
            .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, id, String::new(), Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_decide(me: Me, ids: web::Path<(CampaignId, String)>) -> Reply {
    let (id, variant) = ids.into_inner();
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            campaigns::campaign(tx, id)?;
            let number = number_of(&variant).ok_or(AppError::NotFound)?;
            actions::expect_undecided(tx, id, number)?;
            let name = letter(number);
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Send {name} to the rest?"),
                text: format!("Everybody who waits gets {name}. It can’t be changed afterwards."),
                action: format!("/campaigns/{id}/winner/{variant}"),
                verb: "Send it to the rest",
                cancel: format!("/campaigns/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn decide(
    me: Me,
    app: web::Data<App>,
    ids: web::Path<(CampaignId, String)>,
    posted: Posted<Yes>,
) -> Reply {
    let (id, variant) = ids.into_inner();
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_campaign(tx.actor())?;
            campaigns::campaign(tx, id)?;
            let number = number_of(&variant).ok_or(AppError::NotFound)?;
            actions::decide_by_hand(tx, &by, id, number)?;
            let words = format!("{} goes to the rest.", letter(number));
            Ok(Answer::see_other(format!("/campaigns/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}
