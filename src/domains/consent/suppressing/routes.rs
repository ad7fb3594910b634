//! `/suppressions`.

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::domains::consent::model::Channel;
use crate::domains::consent::policy::{self, KEEPERS};
use crate::domains::consent::{actions, queries};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::SuppressionId;
use crate::kernel::spreadsheet;
use crate::kernel::time::utc;
use crate::kernel::validate::Check;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::pages::{AddingForm, LiftingForm, LiftingPage, ListQuery, SuppressionsPage, channel_of, plain};

/// Lines read at once for the file.
const BATCH: i64 = 5_000;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get("/suppressions", keepers, Rate::Standard, show),
        post("/suppressions", keepers, Rate::Medium, add),
        get("/suppressions.csv", keepers, Rate::Medium, export),
        get("/suppressions/{suppression}", keepers, Rate::Standard, one),
        post("/suppressions/{suppression}/lifting", keepers, Rate::Medium, lift),
    ]
}

async fn list_page(
    me: &Me,
    app: &App,
    query: ListQuery,
    typed: (AddingForm, FieldErrors),
) -> Result<SuppressionsPage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        policy::may_keep(tx.actor())?;
        let shell = me.shell(tx)?;
        let wanted = plain(&query.address);
        let hash =
            channel_of(&wanted).map(|channel| (channel, actions::address_hash(&keys, tx.org(), &wanted)));
        SuppressionsPage::read(tx, shell, me.zone, &query, hash, typed)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>, query: web::Query<ListQuery>) -> Reply {
    let blank = (AddingForm::default(), FieldErrors::default());
    let page = list_page(&me, &app, query.into_inner(), blank).await?;
    me.visit.confidential_page(200, &page)
}

async fn add(me: Me, app: web::Data<App>, posted: Posted<AddingForm>) -> Reply {
    let (form, typed, keys) = (posted.form.clone(), posted.form, app.keys.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeping = policy::may_keep(tx.actor())?;
            let adding = form.parse()?;
            let mut added = 0_usize;
            for (channel, address) in &adding.addresses {
                let channels: &[Channel] = match channel {
                    Channel::Sms => &[Channel::Sms, Channel::Phone],
                    _ => &[Channel::Email],
                };
                let mut is_new = false;
                for channel in channels {
                    let one = actions::suppress(
                        tx,
                        &keys,
                        &keeping,
                        *channel,
                        address,
                        adding.reason,
                        &adding.note,
                    )?;
                    is_new |= one.is_some();
                }
                added += usize::from(is_new);
            }
            let words = match (added, adding.addresses.len()) {
                (1, 1) => "Nothing is sent to this address any more.".to_owned(),
                (0, 1) => "This address was on the list before.".to_owned(),
                (0, all) => format!("All {all} addresses were on the list before."),
                (added, all) if added == all => format!("Nothing is sent to these {all} addresses any more."),
                (added, all) => {
                    format!("{added} of {all} addresses were added; the others were on the list before.")
                }
            };
            Ok(Answer::see_other("/suppressions").with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = list_page(&me, &app, ListQuery::default(), (typed, errors)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn lifting_page(
    me: &Me,
    id: SuppressionId,
    typed: (LiftingForm, FieldErrors),
) -> Result<LiftingPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_keep(tx.actor())?;
        let shell = me.shell(tx)?;
        LiftingPage::read(tx, shell, me.zone, id, typed)
    })
    .await
}

async fn one(me: Me, id: web::Path<SuppressionId>) -> Reply {
    let page = lifting_page(&me, *id, (LiftingForm::default(), FieldErrors::default())).await?;
    me.visit.confidential_page(200, &page)
}

async fn lift(
    me: Me,
    app: web::Data<App>,
    id: web::Path<SuppressionId>,
    posted: Posted<LiftingForm>,
) -> Reply {
    let (id, form) = (*id, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeping = policy::may_keep(tx.actor())?;
            queries::suppression(tx, id)?;
            let mut check = Check::default();
            let reason = check.line("reason", "Reason", &form.reason, 1, 300);
            check.finish(|| ())?;
            actions::lift(tx, &keeping, id, &reason)?;
            let words = "Lifted. What they said about each kind of message still counts.";
            Ok(Answer::see_other("/suppressions").with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = lifting_page(&me, id, (typed, errors)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn export(me: Me) -> Reply {
    let file = me.tenant(|tx, _| written(tx)).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", "attachment; filename=\"suppressions.csv\""))
        .insert_header(("Cache-Control", "no-store"))
        .body(file))
}

fn written(tx: &mut TenantTx<'_>) -> Result<Vec<u8>, AppError> {
    policy::may_keep(tx.actor())?;
    let mut file = csv::Writer::from_writer(Vec::new());
    let head = [
        "id",
        "channel",
        "address_hash",
        "reason",
        "note",
        "added",
        "lifted",
        "lift_reason",
    ];
    file.write_record(head).map_err(anyhow::Error::from)?;
    let (mut before, mut count) = (None, 0_usize);
    loop {
        let batch = queries::suppressions(tx, before, BATCH)?;
        for one in &batch {
            file.write_record([
                one.id.to_string().as_str(),
                one.channel.as_str(),
                &hex::encode(&one.address_hash),
                one.reason.as_str(),
                &spreadsheet::cell(&one.note),
                &utc(one.created_at),
                &one.lifted_at.map(utc).unwrap_or_default(),
                &spreadsheet::cell(one.lift_reason.as_deref().unwrap_or_default()),
            ])
            .map_err(anyhow::Error::from)?;
        }
        count += batch.len();
        before = batch.last().map(|one| one.id);
        if before.is_none() {
            break;
        }
    }
    tx.audit(
        Entry::general("consent.suppressions.exported", "organization")
            .after(serde_json::json!({ "lines": count })),
    )?;
    file.into_inner()
        .map_err(|cause| AppError::Unexpected(anyhow::anyhow!("writing CSV: {cause}")))
}
