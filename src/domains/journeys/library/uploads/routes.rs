//! `/journeys/library/uploads`: files in pieces, for the script that sends them.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::library::actions as library;
use crate::domains::journeys::library::forms::AssetForm;
use crate::domains::journeys::library::model::{AssetKind, Media, MediaState};
use crate::domains::journeys::library::policy::KEEPERS;
use crate::domains::journeys::library::queries::media::Part;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, EventId, MediaId, fresh};
use crate::platform::files;
use crate::platform::media::safe_file_name;
use crate::platform::storage::StorageKey;
use crate::platform::web::api::json;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, patch, post};
use crate::platform::web::upload::{LARGEST_PIECE, Piece};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::{self, Announcement, Destination, Following, Taken};
use super::intake;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        post("/journeys/library/uploads", keepers, Rate::Medium, begin),
        get(
            "/journeys/library/uploads/{upload}",
            keepers,
            Rate::Standard,
            show,
        ),
        patch(
            "/journeys/library/uploads/{upload}",
            keepers,
            Rate::Standard,
            piece,
        ),
        post(
            "/journeys/library/uploads/{upload}/completion",
            keepers,
            Rate::Medium,
            complete,
        ),
        post(
            "/journeys/library/uploads/{upload}/removal",
            keepers,
            Rate::Medium,
            give_up,
        ),
    ]
}

/// How far an upload is.
#[derive(Debug, Serialize, Deserialize)]
struct Progress {
    upload: MediaId,
    asset: AssetId,
    /// Bytes that are here.
    offset: i64,
    size: i64,
    state: MediaState,
    failure: String,
    /// Most bytes of one piece.
    piece: usize,
}

impl Progress {
    fn of(file: &Media, offset: i64) -> Self {
        Self {
            upload: file.id,
            asset: file.asset_id,
            offset,
            size: file.size_bytes,
            state: file.state,
            failure: file.failure.clone(),
            piece: LARGEST_PIECE / 2,
        }
    }
}

/// What is announced: a file by name and size, and the form about it.
#[derive(Debug, Clone, Deserialize)]
struct BeginForm {
    #[serde(default)]
    file_name: String,
    #[serde(default)]
    size: i64,
    /// The asset whose next version it is; empty for a new one.
    #[serde(default)]
    asset: String,
    /// `keep` or `drop`, where the file before has captions or a transcript.
    #[serde(default)]
    words: String,
    /// `yes` when it is shown in published journeys at once.
    #[serde(default)]
    published: String,
    #[serde(flatten)]
    form: AssetForm,
}

impl BeginForm {
    fn parse(&self) -> Result<Announcement, AppError> {
        let name = safe_file_name(&self.file_name);
        let (into, alt) = match self.asset.parse() {
            Ok(asset) => {
                let following = Following::read(&self.words, &self.published);
                (Destination::Version(asset, following), String::new())
            }
            Err(_) => {
                let written = self.form.parse(AssetKind::of_file(&name), 0)?;
                let into = Destination::New(written.described, written.body);
                (intake::named(into, &name), written.alt)
            }
        };
        Ok(Announcement {
            name,
            size: self.size,
            into,
            alt,
        })
    }
}

async fn begin(me: Me, app: web::Data<App>, posted: Posted<BeginForm>) -> Reply {
    let (form, config) = (posted.form, app.config.clone());
    let id = MediaId(posted.key.uuid());
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            let wanted = form.parse()?;
            actions::check_size(&wanted.name, wanted.size, &config.web)?;
            let file = actions::begin(tx, &keeper, id, &wanted)?;
            Answer::json(201, &Progress::of(&file, 0))
        })
        .await?
        .reply(&me.visit)
}

async fn show(me: Me, id: web::Path<MediaId>) -> Reply {
    let id = *id;
    let progress = me
        .tenant(move |tx, _| {
            let keeper = library::keeper(tx)?;
            let (file, received) = actions::mine(tx, &keeper, id)?;
            Ok(Progress::of(&file, received))
        })
        .await?;
    json(200, &progress)
}

/// Keeps a piece: its bytes first, and then the row that names them. 409 says where to go on.
async fn piece(me: Me, app: web::Data<App>, id: web::Path<MediaId>, piece: Piece) -> Reply {
    let id = *id;
    let (file, received) = me
        .tenant(move |tx, _| {
            let keeper = library::keeper(tx)?;
            actions::mine(tx, &keeper, id)
        })
        .await?;
    let Some(starts) = piece.starts else {
        return Err(AppError::BadRequest(
            "The header Upload-Offset says where the piece starts.".to_owned(),
        ));
    };
    let part = Part {
        starts: i64::try_from(starts).unwrap_or(i64::MAX),
        size_bytes: i64::try_from(piece.bytes.len()).unwrap_or(i64::MAX),
        storage_key: StorageKey::new(me.org.0, "pieces", fresh::<EventId>().0)
            .map_err(|cause| AppError::Unexpected(cause.into()))?
            .to_string(),
    };
    if part.starts != received || part.size_bytes < 1 {
        return json(409, &Progress::of(&file, received));
    }
    let key: StorageKey = part
        .storage_key
        .parse()
        .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause)))?;
    app.storage
        .put(&key, piece.bytes, "application/octet-stream")
        .await
        .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause).context("keeping a piece")))?;
    let row = part.clone();
    let taken = me
        .tenant(move |tx, _| {
            let keeper = library::keeper(tx)?;
            actions::note_piece(tx, &keeper, id, &row)
        })
        .await;
    if !matches!(taken, Ok(Taken::Kept(_))) {
        files::discard(app.storage.as_ref(), &part.storage_key, None).await;
    }
    match taken? {
        Taken::Kept(offset) => Ok(HttpResponse::NoContent()
            .insert_header(("Upload-Offset", offset.to_string()))
            .finish()),
        Taken::Misplaced(offset) => json(409, &Progress::of(&file, offset)),
    }
}

async fn complete(me: Me, app: web::Data<App>, id: web::Path<MediaId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            let file = actions::complete(tx, &keeper, id)?;
            Answer::json(202, &Progress::of(&file, file.size_bytes))
        })
        .await?
        .reply(&me.visit)
}

async fn give_up(me: Me, app: web::Data<App>, id: web::Path<MediaId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            let to = match actions::give_up(tx, &keeper, id)? {
                Some(asset) => format!("/journeys/library/assets/{asset}"),
                None => "/journeys/library".to_owned(),
            };
            Ok(Answer::see_other(to).with(Flash::done("The upload is given up.")))
        })
        .await?
        .reply(&me.visit)
}
