//! Uploading, describing, taking back and opening files.

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::channels::messages::queries as messages;
use crate::domains::channels::messages::routes::Empty;
use crate::domains::channels::{attachments::policy, queries as channel_queries};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{AttachmentId, ChannelId};
use crate::platform::db::TenantTx;
use crate::platform::files::{self, Kept, Rendition};
use crate::platform::web::api::json;
use crate::platform::web::download::{Keeping, Wanted};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::upload::PostedFiles;
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::model::StoredFile;
use super::pages::{Attached, DescriptionPage};
use super::{actions, intake};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post(
            "/channels/{channel}/attachments",
            Access::Member,
            Rate::Medium,
            upload,
        ),
        get(
            "/channels/{channel}/attachments/{attachment}",
            Access::Member,
            Rate::Standard,
            open,
        ),
        post(
            "/channels/{channel}/attachments/{attachment}",
            Access::Member,
            Rate::Medium,
            describe,
        ),
        post(
            "/channels/{channel}/attachments/{attachment}/removal",
            Access::Member,
            Rate::Medium,
            withdraw,
        ),
        get(
            "/channels/{channel}/attachments/{attachment}/description",
            Access::Member,
            Rate::Standard,
            description_page,
        ),
    ]
}

type FilePath = web::Path<(ChannelId, AttachmentId)>;

/// One file for the composer's script: 201 with what to show, 413 or 422 with why not. The same file with the same key is
/// kept once.
async fn upload(
    me: Me,
    app: web::Data<App>,
    channel: web::Path<ChannelId>,
    posted: PostedFiles<Empty>,
) -> Reply {
    if let Some(why) = posted.refused.into_iter().next() {
        return Err(AppError::TooLarge(why));
    }
    let taken = intake::take(&app, &me.scope(), *channel, posted.key.uuid(), posted.files).await?;
    match taken.files.first() {
        Some(file) => json(201, &Attached::of(*channel, file)),
        None => Err(AppError::field(
            "file",
            taken
                .refused
                .into_iter()
                .next()
                .unwrap_or_else(|| "Choose a file first.".to_owned()),
        )),
    }
}

async fn open(
    me: Me,
    app: web::Data<App>,
    path: FilePath,
    rendition: web::Query<Rendition>,
    request: HttpRequest,
) -> Reply {
    let (channel, id) = path.into_inner();
    let wanted = Wanted::of(&request);
    let file = me.tenant(move |tx, _| actions::open(tx, channel, id)).await?;
    let kept = Kept {
        id: id.0,
        name: &file.name,
        storage_key: &file.storage_key,
        thumb_key: file.thumb_key.as_deref(),
        keeping: Keeping::ForADay,
    };
    files::send(app.storage.as_ref(), kept, &rendition, &wanted).await
}

/// What a picture shows.
#[derive(Deserialize)]
struct DescriptionForm {
    #[serde(default)]
    alt_text: String,
}

async fn describe(me: Me, app: web::Data<App>, path: FilePath, posted: Posted<DescriptionForm>) -> Reply {
    let (channel, id) = path.into_inner();
    let (typed, visitor) = (posted.form.alt_text.clone(), me.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let file = actions::describe(tx, channel, id, &typed)?;
            match visitor.visit.partial {
                true => Ok(Answer::no_content()),
                false => Ok(Answer::see_other(place_of(tx, channel, &file)?)
                    .with(Flash::done("The description is saved. Thank you."))),
            }
        })
        .await;
    match outcome {
        Err(AppError::Invalid(errors)) if !me.visit.partial => {
            let page = me
                .tenant(move |tx, me| description(tx, me, channel, id, Some((posted.form.alt_text, errors))))
                .await?;
            me.visit.page_with(422, &page)
        }
        outcome => outcome?.reply(&me.visit),
    }
}

/// Where the message with this file is, or the channel it waits in.
fn place_of(tx: &mut TenantTx<'_>, channel: ChannelId, file: &StoredFile) -> Result<String, AppError> {
    let Some(seq) = file.seq else {
        return Ok(format!("/channels/{channel}?latest"));
    };
    let message = messages::by_seqs(tx, channel, &[seq])?
        .into_iter()
        .next()
        .ok_or(AppError::NotFound)?
        .0;
    Ok(format!("/channels/{channel}?at={seq}#m-{}", message.id))
}

async fn withdraw(me: Me, app: web::Data<App>, path: FilePath, posted: Posted<Empty>) -> Reply {
    let (channel, id) = path.into_inner();
    let partial = me.visit.partial;
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        actions::withdraw(tx, channel, id)?;
        Ok(if partial {
            Answer::no_content()
        } else {
            Answer::see_other(format!("/channels/{channel}?latest")).with(Flash::done("The file is removed."))
        })
    });
    answer.await?.reply(&me.visit)
}

async fn description_page(me: Me, path: FilePath) -> Reply {
    let (channel, id) = path.into_inner();
    let page = me
        .tenant(move |tx, me| description(tx, me, channel, id, None))
        .await?;
    me.visit.page(&page)
}

fn description(
    tx: &mut TenantTx<'_>,
    me: &Me,
    channel: ChannelId,
    id: AttachmentId,
    typed: Option<(String, FieldErrors)>,
) -> Result<DescriptionPage, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let file = actions::open(tx, channel, id)?;
    policy::may_describe(me, &place, &file)?;
    let action = format!("/channels/{channel}/attachments/{id}");
    let (alt_text, errors) = typed.unwrap_or_else(|| (file.alt_text.clone(), FieldErrors::default()));
    let src = if file.thumb_key.is_some() {
        format!("{action}?size=small")
    } else {
        String::new()
    };
    Ok(DescriptionPage {
        shell: me.shell(tx)?,
        back: place_of(tx, channel, &file)?,
        src,
        action,
        name: file.name,
        alt_text,
        errors,
    })
}
