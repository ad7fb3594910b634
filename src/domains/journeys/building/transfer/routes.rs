//! `/journeys/import` and `/journeys/{journey}/export`.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::building::actions::{self, Taken};
use crate::domains::journeys::building::policy::{self, BUILDERS};
use crate::domains::journeys::building::{pages, queries};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ContextId, JourneyId};
use crate::kernel::validate::Check;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::upload::Upload;
use crate::platform::web::{Access, Answer, Flash, PostedFiles, Reply, RouteDef};

use super::intake;
use super::pages::{ImportForm, ImportPage};

/// The routes; before what takes the name of a journey in the same place.
pub fn routes() -> Vec<RouteDef> {
    let builders = Access::Roles(BUILDERS);
    vec![
        get("/journeys/import", builders, Rate::Standard, blank),
        post("/journeys/import", builders, Rate::Medium, bring),
        get("/journeys/{journey}/export", builders, Rate::Medium, export),
    ]
}

async fn import_page(me: &Me, form: ImportForm, errors: FieldErrors) -> Result<ImportPage, AppError> {
    me.tenant(move |tx, me| {
        let builder = actions::builder(tx)?;
        Ok(ImportPage {
            teams: pages::teams(tx, &builder, &form.team)?,
            shell: me.shell(tx)?,
            form,
            errors,
        })
    })
    .await
}

async fn blank(me: Me) -> Reply {
    let page = import_page(&me, ImportForm::default(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

/// What the form says beside the file.
fn meant(form: &ImportForm) -> Result<(String, Option<ContextId>), FieldErrors> {
    let mut check = Check::default();
    let title = check.line("title", "Title", &form.title, 0, 120);
    let team = check.optional("team", "a team", &form.team);
    check.finish(|| (title, team))
}

async fn read(file: Upload, title: String) -> Result<Taken, AppError> {
    let read = web::block(move || {
        let bytes =
            std::fs::read(file.path()).map_err(|_| "The file did not arrive. Choose it again.".to_owned())?;
        intake::read(&bytes, &title)
    })
    .await
    .map_err(|cause| AppError::Unexpected(cause.into()))?;
    read.map_err(|said| AppError::field("file", said))
}

async fn taken(
    (files, refused): (Vec<Upload>, Vec<String>),
    form: &ImportForm,
) -> Result<(Taken, Option<ContextId>), AppError> {
    let (title, team) = meant(form)?;
    let file = match (files.into_iter().next(), refused.into_iter().next()) {
        (Some(file), _) => file,
        (None, Some(refused)) => return Err(AppError::field("file", refused)),
        (None, None) => return Err(AppError::field("file", "Choose a file first.")),
    };
    Ok((read(file, title).await?, team))
}

async fn bring(me: Me, app: web::Data<App>, posted: PostedFiles<ImportForm>) -> Reply {
    me.tenant(|tx, _| actions::builder(tx)).await?;
    let (form, key) = (posted.form, posted.key);
    let outcome = match taken((posted.files, posted.refused), &form).await {
        Ok((taken, team)) => {
            app.db
                .once(&me.scope(), key, move |tx| {
                    let builder = actions::builder(tx)?;
                    let beginning = policy::may_begin(&builder, team)?;
                    let id = intake::bring_in(tx, &beginning, &taken)?;
                    let words = Flash::done("The journey is here, as a draft.");
                    Ok(Answer::see_other(format!("/journeys/{id}/build")).with(words))
                })
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = import_page(&me, form, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Which version is taken out; the draft without a number.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    version: String,
}

async fn export(me: Me, id: web::Path<JourneyId>, which: web::Query<Which>) -> Reply {
    let (id, number) = (*id, which.version.parse::<i32>().ok());
    let archive = me
        .tenant(move |tx, _| {
            let (_, journey) = actions::seen(tx, id)?;
            let version = match number {
                Some(number) => queries::numbered(tx, id, number)?,
                None => queries::draft(tx, id)?,
            };
            intake::taken_out(tx, &journey, &version)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"journey.zip\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(archive))
}
