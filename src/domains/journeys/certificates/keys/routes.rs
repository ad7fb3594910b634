//! `/admin/signing-keys`

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::certificates::forms::WithdrawalForm;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::CertificateKeyId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::{self, keeping};
use super::pages::{KeysPage, WithdrawalPage};

const LIST: &str = "/admin/signing-keys";
const WITHDRAWAL: &str = "/admin/signing-keys/{key}/withdrawal";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let admins = Access::Roles(&[Role::Admin]);
    vec![
        get(LIST, admins, Rate::Standard, list),
        post(LIST, admins, Rate::Medium, renew),
        get(WITHDRAWAL, admins, Rate::Standard, ask),
        post(WITHDRAWAL, admins, Rate::Medium, withdraw),
    ]
}

async fn list(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            let shell = me.shell(tx)?;
            KeysPage::read(tx, shell, me)
        })
        .await?;
    me.visit.page(&page)
}

async fn renew(me: Me, app: web::Data<App>, posted: Posted<Yes>) -> Reply {
    let keys = app.keys.clone();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = keeping(tx)?;
            actions::renew(tx, &keys, &by)?;
            let words = "The new key signs from now on. What the one before signed stays valid.";
            Ok(Answer::see_other(LIST).with(Flash::done(words)))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn page(
    me: &Me,
    id: CertificateKeyId,
    typed: (WithdrawalForm, FieldErrors),
) -> Result<WithdrawalPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        WithdrawalPage::read(tx, shell, id, typed)
    })
    .await
}

async fn ask(me: Me, id: web::Path<CertificateKeyId>) -> Reply {
    let page = page(&me, *id, (WithdrawalForm::default(), FieldErrors::default())).await?;
    me.visit.page(&page)
}

async fn withdraw(
    me: Me,
    app: web::Data<App>,
    id: web::Path<CertificateKeyId>,
    posted: Posted<WithdrawalForm>,
) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let keys = app.keys.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = keeping(tx)?;
            let words = match actions::withdraw(tx, &keys, (&by, id), &form.parse()?)? {
                0 => "The key is withdrawn. No certificate that counts was signed with it.".to_owned(),
                1 => "The key is withdrawn, and one certificate is signed anew.".to_owned(),
                count => format!("The key is withdrawn, and {count} certificates are signed anew."),
            };
            Ok(Answer::see_other(LIST).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, id, (typed, errors)).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}
