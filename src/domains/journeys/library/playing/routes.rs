//! `/journeys/media/{media}/…`: bytes for whoever an address was made for; whether they may have them was decided when it was made.
//! `/journeys/library/media/{media}/…`: what is found out and said about them.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::library::actions as library;
use crate::domains::journeys::library::captions as vtt;
use crate::domains::journeys::library::model::Media;
use crate::domains::journeys::library::policy::KEEPERS;
use crate::domains::journeys::library::queries::media::{self, Played};
use crate::domains::journeys::library::routes::wrong;
use crate::domains::journeys::library::uploads::actions as uploads;
use crate::kernel::error::AppError;
use crate::kernel::ids::MediaId;
use crate::platform::files;
use crate::platform::storage::StorageKey;
use crate::platform::web::download::{self, Download, Keeping, Showing, Wanted};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, PostedFiles, Reply, RouteDef};
use crate::providers::video::{LinkRefused, Local};

use super::actions;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get(
            "/journeys/media/{media}/file",
            Access::Member,
            Rate::Standard,
            file,
        ),
        get(
            "/journeys/media/{media}/poster",
            Access::Member,
            Rate::Standard,
            poster,
        ),
        get(
            "/journeys/media/{media}/captions/{language}",
            Access::Member,
            Rate::Standard,
            captions,
        ),
        post(
            "/journeys/library/media/{media}/measures",
            keepers,
            Rate::Medium,
            measure,
        ),
        post(
            "/journeys/library/media/{media}/captions",
            keepers,
            Rate::Medium,
            caption,
        ),
        post(
            "/journeys/library/media/{media}/captions/removal",
            keepers,
            Rate::Medium,
            uncaption,
        ),
        post(
            "/journeys/library/media/{media}/words",
            keepers,
            Rate::Medium,
            words,
        ),
    ]
}

/// What an address carries.
#[derive(Debug, Deserialize)]
struct Pass {
    #[serde(default)]
    pass: String,
}

fn admitted(me: &Me, app: &App, id: MediaId, pass: &Pass) -> Result<(), AppError> {
    let now = app.clock().now();
    match Local::new(app.keys.clone()).verify(id.0, me.member.0, &pass.pass, now) {
        Ok(()) => Ok(()),
        Err(LinkRefused::Expired) => Err(AppError::Gone),
        Err(LinkRefused::Forged) => Err(AppError::NotFound),
    }
}

async fn found(me: &Me, id: MediaId) -> Result<Media, AppError> {
    me.tenant_keeping_plans(move |tx, _| Ok(media::one(tx, id)?))
        .await
}

async fn file(
    me: Me,
    app: web::Data<App>,
    id: web::Path<MediaId>,
    pass: web::Query<Pass>,
    request: HttpRequest,
) -> Reply {
    let wanted = Wanted::of(&request);
    admitted(&me, &app, *id, &pass)?;
    let file = found(&me, *id).await?;
    let is_shown = ["image/", "video/", "audio/"]
        .iter()
        .any(|kind| file.mime.starts_with(kind));
    let showing = if is_shown {
        Showing::Inline
    } else {
        Showing::Download
    };
    let key = file.storage_key.as_deref().ok_or(AppError::NotFound)?;
    hand_out(&app, (&file.id.to_string(), key), &file.name, showing, &wanted).await
}

async fn poster(
    me: Me,
    app: web::Data<App>,
    id: web::Path<MediaId>,
    pass: web::Query<Pass>,
    request: HttpRequest,
) -> Reply {
    let wanted = Wanted::of(&request);
    admitted(&me, &app, *id, &pass)?;
    let file = found(&me, *id).await?;
    let key = file.thumb_key.as_deref().ok_or(AppError::NotFound)?;
    let tag = key.rsplit('/').next().unwrap_or_default();
    hand_out(&app, (tag, key), &file.name, Showing::Inline, &wanted).await
}

async fn hand_out(
    app: &App,
    (tag, key): (&str, &str),
    name: &str,
    showing: Showing,
    wanted: &Wanted,
) -> Reply {
    let key: StorageKey = key
        .parse()
        .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause)))?;
    let download = Download {
        key: &key,
        tag,
        name,
        showing,
        keeping: Keeping::Nothing,
    };
    download::send(app.storage.as_ref(), download, wanted).await
}

async fn captions(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(MediaId, String)>,
    pass: web::Query<Pass>,
) -> Reply {
    let (id, language) = path.into_inner();
    admitted(&me, &app, id, &pass)?;
    let text = me
        .tenant(move |tx, _| Ok(media::caption_text(tx, id, &language)?))
        .await?;
    let mut response = HttpResponse::Ok()
        .content_type("text/vtt; charset=utf-8")
        .body(text);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What a browser found out by playing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct MeasureForm {
    duration_ms: String,
    width: String,
    height: String,
}

impl MeasureForm {
    fn played(&self) -> Played {
        let pixels = |text: &str| text.parse().ok().filter(|count| (1..=30_000).contains(count));
        Played {
            duration_ms: self
                .duration_ms
                .parse()
                .ok()
                .filter(|length| (1..=1_000 * 3_600 * 100).contains(length)),
            width: pixels(&self.width),
            height: pixels(&self.height),
        }
    }
}

/// Keeps the length and the picture of a video, as a browser of who may write it found them out.
async fn measure(
    me: Me,
    app: web::Data<App>,
    id: web::Path<MediaId>,
    posted: PostedFiles<MeasureForm>,
) -> Reply {
    let (id, played) = (*id, posted.form.played());
    me.tenant(move |tx, _| {
        let keeper = library::keeper(tx)?;
        uploads::mine(tx, &keeper, id).map(|_| ())
    })
    .await?;
    let picture = match posted.files.first() {
        Some(upload) => files::store(app.storage.as_ref(), me.org, upload).await?.ok(),
        None => None,
    };
    let poster = picture.as_ref().and_then(|picture| picture.thumb_key.clone());
    if let Some(picture) = &picture {
        // The small one is what is shown.
        files::discard(app.storage.as_ref(), &picture.storage_key, None).await;
    }
    let key = poster.clone();
    let kept = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            actions::measure(tx, &keeper, id, played, key.as_deref())?;
            Ok(Answer::no_content())
        })
        .await;
    if let (Err(_), Some(poster)) = (&kept, &poster) {
        files::discard(app.storage.as_ref(), poster, None).await;
    }
    kept?.reply(&me.visit)
}

/// Captions in a language.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct CaptionForm {
    language: String,
}

async fn caption(
    me: Me,
    app: web::Data<App>,
    id: web::Path<MediaId>,
    posted: PostedFiles<CaptionForm>,
) -> Reply {
    let (id, form) = (*id, posted.form);
    let asset = me
        .tenant(move |tx, _| {
            let keeper = library::keeper(tx)?;
            Ok(uploads::mine(tx, &keeper, id)?.0.asset_id)
        })
        .await?;
    let read = match posted.files.first() {
        Some(file) => match tokio::fs::read(file.path()).await {
            Ok(bytes) => vtt::read(&bytes),
            Err(cause) => return Err(AppError::Unexpected(cause.into())),
        },
        None => Err("Choose a file with captions first.".to_owned()),
    };
    let language = form.language.trim().to_owned();
    let kept = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            actions::keep_captions(tx, &keeper, id, &form.language, read)?;
            let words = Flash::done("The captions are kept.");
            Ok(Answer::see_other(format!("/journeys/library/assets/{asset}")).with(words))
        })
        .await;
    match kept {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => wrong(&me, &app, asset, errors, language).await,
        Err(error) => Err(error),
    }
}

async fn uncaption(
    me: Me,
    app: web::Data<App>,
    id: web::Path<MediaId>,
    posted: Posted<CaptionForm>,
) -> Reply {
    let (id, form) = (*id, posted.form);
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            let asset = actions::remove_captions(tx, &keeper, id, form.language.trim())?;
            let to = Answer::see_other(format!("/journeys/library/assets/{asset}"));
            Ok(to.with(Flash::done("The captions are removed.")))
        })
        .await?
        .reply(&me.visit)
}

/// What becomes of captions and transcript of an earlier version.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct WordsForm {
    /// `take` takes them over; anything else says that those which were taken over fit.
    then: String,
}

async fn words(me: Me, app: web::Data<App>, id: web::Path<MediaId>, posted: Posted<WordsForm>) -> Reply {
    let (id, form) = (*id, posted.form);
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            let (asset, said) = match form.then.as_str() {
                "take" => (
                    actions::take_words(tx, &keeper, id)?,
                    "They are taken over. See whether their times fit.",
                ),
                _ => (
                    actions::words_fit(tx, &keeper, id)?,
                    "Good: they count as its own from now on.",
                ),
            };
            let to = Answer::see_other(format!("/journeys/library/assets/{asset}"));
            Ok(to.with(Flash::done(said)))
        })
        .await?
        .reply(&me.visit)
}
