//! Videos, recordings, files and pages of lessons, from the library. What is not ready leaves the rest of the lesson as it is.

use crate::app::App;
use crate::domains::journeys::building::model::Node;
use crate::domains::journeys::library::{self, Named, PageHtml, Player};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::AssetId;
use crate::platform::db::TenantTx;

/// What a lesson is made of, as it is shown.
#[derive(Debug, Clone)]
pub struct Media {
    pub title: String,
    /// A page, or what is said about the rest.
    pub html: PageHtml,
    /// For what is played; it says itself when it is not ready.
    pub player: Option<Player>,
    /// For what is saved: address, name and size.
    pub file: Option<(String, String, String)>,
    /// How long it plays; 0 when nobody knows.
    pub seconds: i32,
}

/// What a lesson shows; nothing where it names nothing that is there.
///
/// # Errors
/// When the database fails.
pub fn of(tx: &mut TenantTx<'_>, app: &App, node: &Node, member: &Member) -> Result<Option<Media>, AppError> {
    let Some(shown) = named(node) else {
        return Ok(None);
    };
    let asset = match library::asset_for_lesson(tx, shown) {
        Ok(asset) => asset,
        Err(AppError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let player = library::player(tx, app, shown, member)?;
    let seconds = asset.file.as_ref().and_then(|file| file.seconds);
    let is_played = asset.kind.is_played();
    let address = player
        .as_ref()
        .and_then(|player| player.sources.first())
        .map(|source| source.href.clone());
    let file = asset.file.zip(address).filter(|_| !is_played);
    Ok(Some(Media {
        title: asset.title,
        html: asset.html,
        player: player.filter(|_| is_played),
        file: file.map(|(file, address)| (address, file.name, file.measures)),
        seconds: whole(seconds),
    }))
}

/// How long what a lesson plays takes, in seconds; nothing where it plays nothing, or nobody knows.
///
/// # Errors
/// When the database fails.
pub fn seconds(tx: &mut TenantTx<'_>, node: &Node) -> Result<Option<i32>, AppError> {
    let Some(shown) = named(node) else {
        return Ok(None);
    };
    match library::asset_for_lesson(tx, shown) {
        Ok(asset) => {
            let seconds = asset
                .file
                .filter(|_| asset.kind.is_played())
                .and_then(|file| file.seconds);
            Ok(Some(whole(seconds)).filter(|seconds| *seconds > 0))
        }
        Err(AppError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a lesson names of the library.
fn named(lesson: &Node) -> Option<Named> {
    Some(Named {
        asset: AssetId(lesson.asset_id?),
        version: lesson.asset_version,
    })
}

fn whole(seconds: Option<i64>) -> i32 {
    seconds
        .and_then(|seconds| i32::try_from(seconds).ok())
        .unwrap_or_default()
}
