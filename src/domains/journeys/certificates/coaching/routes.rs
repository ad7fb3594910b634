//! `/journeys/{journey}/award` and `/journeys/{journey}/certificates`

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::building::policy::EVERYWHERE;
use crate::domains::journeys::certificates::actions::{self, certifying};
use crate::domains::journeys::certificates::forms::{AwardForm, RevokeForm};
use crate::domains::journeys::certificates::{policy, queries};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CertificateId, JourneyId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::pages::{AwardPage, CertificatesPage, CertificatesQuery, RevocationPage};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let coaches = Access::Roles(EVERYWHERE);
    vec![
        get("/journeys/{journey}/award", coaches, Rate::Standard, award),
        post("/journeys/{journey}/award", coaches, Rate::Medium, decide),
        get("/journeys/{journey}/certificates", coaches, Rate::Standard, list),
        post(
            "/journeys/{journey}/certificates",
            coaches,
            Rate::Medium,
            issue_earlier,
        ),
        get(
            "/journeys/{journey}/certificates/{certificate}/revocation",
            coaches,
            Rate::Standard,
            ask_to_revoke,
        ),
        post(
            "/journeys/{journey}/certificates/{certificate}/revocation",
            coaches,
            Rate::Medium,
            revoke,
        ),
        post(
            "/journeys/{journey}/certificates/{certificate}/reissue",
            coaches,
            Rate::Medium,
            reissue,
        ),
    ]
}

async fn award_page(
    me: &Me,
    journey: JourneyId,
    typed: Option<(AwardForm, FieldErrors)>,
) -> Result<AwardPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        AwardPage::read(tx, shell, journey, typed)
    })
    .await
}

async fn award(me: Me, journey: web::Path<JourneyId>) -> Reply {
    let page = award_page(&me, *journey, None).await?;
    me.visit.page(&page)
}

async fn decide(
    me: Me,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    posted: Posted<AwardForm>,
) -> Reply {
    let (journey, form, typed) = (*journey, posted.form.clone(), posted.form);
    let keys = app.keys.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = certifying(tx, journey)?;
            let award = form.parse()?;
            actions::decide(tx, &keys, &by, &award)?;
            let words = match award.is_on {
                true => "Saved. Whoever finishes from now on is given it.",
                false => "Saved. The journey gives no certificates now; those that were issued stay.",
            };
            Ok(Answer::see_other(format!("/journeys/{journey}/certificates")).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = award_page(&me, journey, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn list(me: Me, journey: web::Path<JourneyId>, query: web::Query<CertificatesQuery>) -> Reply {
    let (journey, query) = (*journey, query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            CertificatesPage::read(tx, shell, me, journey, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn issue_earlier(
    me: Me,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    posted: Posted<Yes>,
) -> Reply {
    let journey = *journey;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = certifying(tx, journey)?;
            let words = match actions::issue_earlier(tx, &by)? {
                0 => "Everybody who finished has one.".to_owned(),
                1 => "One certificate was issued.".to_owned(),
                issued => format!("{issued} certificates were issued."),
            };
            Ok(Answer::see_other(format!("/journeys/{journey}/certificates")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

async fn revocation_page(
    me: &Me,
    at: (JourneyId, CertificateId),
    typed: (RevokeForm, FieldErrors),
) -> Result<RevocationPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        RevocationPage::read(tx, shell, at, typed)
    })
    .await
}

async fn ask_to_revoke(me: Me, at: web::Path<(JourneyId, CertificateId)>) -> Reply {
    let page = revocation_page(&me, *at, (RevokeForm::default(), FieldErrors::default())).await?;
    me.visit.confidential_page(200, &page)
}

async fn revoke(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(JourneyId, CertificateId)>,
    posted: Posted<RevokeForm>,
) -> Reply {
    let (at, form, typed) = (*at, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (journey, id) = at;
            let by = certifying(tx, journey)?;
            let one = queries::certificate(tx, id)?;
            let revoking = policy::may_revoke(&by, &one)?;
            actions::revoke(tx, &revoking, &form.parse()?)?;
            let words = "Revoked. Its public page and its signed copies say so from now on.";
            Ok(Answer::see_other(format!("/journeys/{journey}/certificates")).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = revocation_page(&me, at, (typed, errors)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn reissue(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(JourneyId, CertificateId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (journey, id) = *at;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = certifying(tx, journey)?;
            let former = queries::certificate(tx, id)?;
            actions::reissue(tx, &by, &former)?;
            let words = "A new certificate was issued, with the name and the words of today.";
            Ok(Answer::see_other(format!("/journeys/{journey}/certificates")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}
