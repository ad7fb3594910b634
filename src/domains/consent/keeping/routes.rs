//! `/people/{member}/consent`.

use actix_web::{HttpResponse, web};
use chrono_tz::Tz;

use crate::app::App;
use crate::domains::consent::asking::{self, Occasion, Question};
use crate::domains::consent::model::{Action, Channel};
use crate::domains::consent::policy::{self, KEEPERS};
use crate::domains::consent::queries::{self, Evidence, Said};
use crate::domains::consent::standing::expiry;
use crate::domains::consent::{actions, fold, proof, texts};
use crate::domains::identity::Me;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::{Noting, NotingForm};
use super::pages::ConsentPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get("/people/{member}/consent", keepers, Rate::Standard, show),
        post("/people/{member}/consent", keepers, Rate::Medium, note),
        get(
            "/people/{member}/consent/proof.zip",
            keepers,
            Rate::Medium,
            download,
        ),
    ]
}

async fn page(
    me: &Me,
    app: &App,
    member: MemberId,
    typed: (NotingForm, FieldErrors),
) -> Result<ConsentPage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        policy::may_keep(tx.actor())?;
        let shell = me.shell(tx)?;
        ConsentPage::read(tx, shell, &keys, me.zone, member, typed)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>, member: web::Path<MemberId>) -> Reply {
    let blank = NotingForm {
        channel: Channel::Email.as_str().to_owned(),
        ..NotingForm::default()
    };
    let page = page(&me, &app, *member, (blank, FieldErrors::default())).await?;
    me.visit.confidential_page(200, &page)
}

async fn note(me: Me, app: web::Data<App>, member: web::Path<MemberId>, posted: Posted<NotingForm>) -> Reply {
    let (member, form, typed) = (*member, posted.form.clone(), posted.form);
    let portal = app.get_ref().clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeping = policy::may_keep(tx.actor())?;
            tenancy::person(tx, member)?;
            let zone = queries::asker(tx)?.zone();
            let known: Vec<String> = texts::categories(tx, Locale::English)?
                .into_iter()
                .map(|category| category.key)
                .collect();
            let noting = form.parse(&known, zone, tx.now())?;
            let said = noted(tx, member, &noting)?;
            if noting.action == Action::Request {
                let question = Question {
                    member,
                    channel: noting.channel,
                    category: &noting.category,
                    address: &said.evidence.address,
                };
                asking::write(tx, &portal, &question, Occasion::WasTold)?;
            }
            actions::write_down(tx, &keeping.about(member), &[said])?;
            let words = match noting.action {
                Action::Request => {
                    "They were asked by mail. Nothing is allowed until they confirm.".to_owned()
                }
                Action::Grant => {
                    outweighed(tx, member, &noting, zone)?.unwrap_or_else(|| "Noted.".to_owned())
                }
                _ => "Noted.".to_owned(),
            };
            Ok(Answer::see_other(format!("/people/{member}/consent")).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, &app, member, (typed, errors)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// What to say about a yes that was noted just now and that a later no outweighs; nothing when it counts.
fn outweighed(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    noting: &Noting,
    zone: Tz,
) -> Result<Option<String>, AppError> {
    let decisions = fold::fold(&queries::records(tx, member)?);
    let no = fold::about(&decisions, noting.channel, &noting.category).filter(|said| !said.is_allowed);
    Ok(no.map(|no| {
        let day = no.decided_at.with_timezone(&zone).date_naive();
        let place = if day > noting.said_on {
            "came later"
        } else {
            "is of the same day"
        };
        format!(
            "Noted. Their no of {} {place} and still counts.",
            day.format("%-d %b %Y")
        )
    }))
}

/// What is written down of what was noted about somebody.
///
/// # Errors
/// [`AppError::Invalid`] when a ground cannot hold so long.
pub fn noted(tx: &mut TenantTx<'_>, member: MemberId, noting: &Noting) -> Result<Said, AppError> {
    let asker = queries::asker(tx)?;
    let expires_at = noting
        .basis
        .map(|basis| expiry(basis, noting.said_on, asker.place(), asker.zone()))
        .transpose()
        .map_err(|why| AppError::field("basis", why))?
        .flatten();
    let address = actions::addresses(tx, member, noting.channel)?
        .into_iter()
        .next()
        .unwrap_or_default();
    Ok(Said {
        channel: noting.channel,
        category: noting.category.clone(),
        action: noting.action,
        basis: noting.basis,
        method: noting.method,
        text: None,
        effective_at: noting.effective_at,
        expires_at,
        answers: None,
        evidence: Evidence {
            address,
            note: noting.note.clone(),
            ..Evidence::default()
        },
    })
}

async fn download(me: Me, app: web::Data<App>, member: web::Path<MemberId>) -> Reply {
    let (keys, member) = (app.keys.clone(), *member);
    let archive = me
        .tenant(move |tx, _| {
            let keeping = policy::may_keep(tx.actor())?;
            tenancy::person(tx, member)?;
            proof::signed(tx, &keys, &keeping, member)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"consent-{member}.zip\""),
        ))
        .insert_header(("Cache-Control", "no-store"))
        .body(archive))
}
