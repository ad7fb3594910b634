//! The library for programs: what the caller sees of it on its pages.

use actix_web::web;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domains::identity::Caller;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetFolderId, AssetId, ContextId};
use crate::platform::web::api::{Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{CURSOR, LIMIT, Page};
use crate::platform::web::routes::{ApiDoc, QueryKind, QueryParameter, get};
use crate::platform::web::{Access, Reply, RouteDef};

use super::forms::{LibraryQuery, place, read_place};
use super::model::{Asset, AssetKind, Media, MediaState, Version};
use super::queries::{assets, folders, media};
use super::{actions, facade};

const SCOPE: &str = "journeys:read";

const FILTERED: &[QueryParameter] = &[
    QueryParameter {
        name: "q",
        meaning: "Words of the title, the tags or the text",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "kind",
        meaning: "`page`, `video`, `audio`, `file`, `link`, `quiz` or `worksheet`",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "folder",
        meaning: "Id of a folder; those in it count too",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "tag",
        meaning: "One tag",
        kind: QueryKind::Text,
    },
    CURSOR,
    LIMIT,
];

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/journeys/assets", Access::Api(SCOPE), Rate::Standard, list).api(ApiDoc {
            summary: "Assets of the library, what was changed last first",
            request: None,
            response: (200, Some(schema::<Listing<AssetSummary>>)),
            query: FILTERED,
        }),
        get(
            "/api/journeys/assets/{asset}",
            Access::Api(SCOPE),
            Rate::Standard,
            show,
        )
        .api(ApiDoc {
            summary: "One asset, in the version that is shown",
            request: None,
            response: (200, Some(schema::<AssetView>)),
            query: &[],
        }),
    ]
}

/// An asset in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AssetSummary {
    pub id: AssetId,
    pub kind: AssetKind,
    pub title: String,
    pub folder_id: Option<AssetFolderId>,
    /// Whose it is; the whole organization's without one.
    pub team_id: Option<ContextId>,
    pub tags: Vec<String>,
    /// The version that is shown.
    pub version: i32,
    /// How far its file is; absent for what is not made of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<MediaState>,
    pub changed_at: DateTime<Utc>,
}

impl AssetSummary {
    fn of(asset: Asset, file: Option<&Media>) -> Self {
        Self {
            id: asset.id,
            kind: asset.kind,
            title: asset.title,
            folder_id: asset.folder_id,
            team_id: asset.team_id,
            tags: asset.tags,
            version: asset.version,
            state: file.map(|file| file.state),
            changed_at: asset.changed_at,
        }
    }
}

/// An asset.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AssetView {
    #[serde(flatten)]
    pub asset: AssetSummary,
    /// Markdown: a page, or what is said about the rest.
    pub body: String,
    /// A link's address.
    pub url: Option<String>,
    /// The name of its file.
    pub file_name: Option<String>,
    /// Bytes of its file.
    pub size_bytes: Option<i64>,
    pub duration_ms: Option<i64>,
    pub transcript: Option<String>,
    /// What a quiz or a worksheet is made of: `kind`, and its `questions` or `fields`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Value>,
}

impl AssetView {
    fn of(asset: Asset, version: Version, file: Option<Media>) -> Self {
        Self {
            asset: AssetSummary::of(asset, file.as_ref()),
            body: version.body,
            url: version.url,
            parts: version.parts,
            size_bytes: file.as_ref().map(|file| file.size_bytes),
            duration_ms: file.as_ref().and_then(|file| file.duration_ms),
            transcript: file.as_ref().map(|file| file.transcript.clone()),
            file_name: file.map(|file| file.name),
        }
    }
}

/// Filters of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Filters {
    q: String,
    kind: String,
    folder: String,
    tag: String,
}

/// Where a list goes on.
#[derive(Debug, Clone, Copy)]
struct After(DateTime<Utc>, AssetId);

impl std::str::FromStr for After {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        read_place(text).map(|(at, id)| Self(at, id)).ok_or(())
    }
}

async fn list(caller: Caller, filters: web::Query<Filters>, page: web::Query<Page>) -> Reply {
    caller.require(SCOPE)?;
    let (after, limit) = (page.after::<After>()?, page.limit()?);
    let filters = filters.into_inner();
    let query = LibraryQuery {
        q: filters.q,
        kind: filters.kind,
        folder: filters.folder,
        tag: filters.tag,
        ..LibraryQuery::default()
    };
    let (found, files) = caller
        .tenant(move |tx, _| {
            let keeper = actions::keeper(tx)?;
            let all = folders::all(tx)?;
            let mut filter = query.filter(&all);
            filter.after = after.map(|After(at, id)| (at, id));
            let found = assets::page(tx, &keeper, &filter, limit + 1)?;
            let files = facade::files_of(tx, &found)?;
            Ok((found, files))
        })
        .await?;
    let shown = |asset: Asset| {
        let file = files.iter().find(|file| file.asset_id == asset.id);
        AssetSummary::of(asset, file)
    };
    json(200, &Listing::of(found, limit, place, shown))
}

async fn show(caller: Caller, id: web::Path<AssetId>) -> Reply {
    caller.require(SCOPE)?;
    let id = *id;
    let view = caller
        .tenant(move |tx, _| {
            let keeper = actions::keeper(tx)?;
            let asset = assets::seen(tx, &keeper, id)?;
            let version = assets::version(tx, id, asset.version)?;
            let file = match version.media_id {
                Some(file) => Some(media::one(tx, file)?),
                None => None,
            };
            Ok::<_, AppError>(AssetView::of(asset, version, file))
        })
        .await?;
    json(200, &view)
}
