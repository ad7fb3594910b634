//! Bringing a journey in.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Read, Seek};

use uuid::Uuid;

use crate::domains::journeys::building::actions::{self, Taken, Words};
use crate::domains::journeys::building::model::Node;
use crate::domains::journeys::building::policy::{self, Beginning};
use crate::domains::journeys::building::queries;
use crate::domains::journeys::library;
use crate::domains::journeys::library::policy::Keeper;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, JourneyId, MemberId};
use crate::platform::db::TenantTx;

use super::archive::Archive;
use super::book::Book;
use super::{lending, markdown};

/// The file that holds the journey.
pub const BOOK: &str = "journey.json";
/// The most assets of one journey.
const MOST_ASSETS: usize = 2_000;

/// What an archive holds: a journey that was taken out, or a folder of Markdown. Checked as a whole, its files not yet.
///
/// # Errors
/// A sentence for whoever brought it.
pub fn read<R: Read + Seek>(archive: &mut Archive<R>, title: &str) -> Result<Book, String> {
    let whole = archive
        .names()
        .find(|name| name.rsplit('/').next() == Some(BOOK))
        .map(str::to_owned);
    let mut book = match whole {
        Some(name) => serde_json::from_slice::<Book>(&archive.small(&name)?)
            .map_err(|cause| format!("The journey in it can't be read: {cause}."))?,
        None => markdown::book(&texts(archive)?, title)?,
    };
    if !title.trim().is_empty() {
        title.trim().clone_into(&mut book.title);
    }
    book.taken(&HashMap::new())?;
    check_assets(&book)?;
    Ok(book)
}

/// How many files of a folder of Markdown are not taken in: all that are no Markdown. What systems put beside them does not count.
pub fn left_out<R: Read + Seek>(archive: &Archive<R>) -> usize {
    let is_book = |name: &str| name.rsplit('/').next() == Some(BOOK);
    if archive.names().any(is_book) {
        return 0;
    }
    let is_hidden = |part: &str| part.starts_with('.') || part == "__MACOSX";
    let files = archive.names().filter(|name| !name.ends_with('/'));
    let told = files.filter(|name| !name.to_ascii_lowercase().ends_with(".md"));
    told.filter(|name| !name.split('/').any(is_hidden)).count()
}

fn texts<R: Read + Seek>(archive: &mut Archive<R>) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let names: Vec<String> = archive
        .names()
        .filter(|name| name.to_ascii_lowercase().ends_with(".md"))
        .map(str::to_owned)
        .collect();
    let mut files = BTreeMap::new();
    for name in names {
        let bytes = archive.small(&name)?;
        files.insert(name, bytes);
    }
    Ok(files)
}

fn check_assets(book: &Book) -> Result<(), String> {
    if book.assets.len() > MOST_ASSETS {
        return Err(format!("A journey brings at most {MOST_ASSETS} assets along."));
    }
    let (mut names, mut paths) = (HashSet::new(), HashSet::new());
    for asset in &book.assets {
        // An id stands for what is here already, as in the first edition.
        let is_name = !asset.name.is_empty() && asset.name.len() <= 40 && asset.name.parse::<Uuid>().is_err();
        if !is_name || !names.insert(asset.name.as_str()) {
            return Err("Two of its assets have the same name, or one has none.".to_owned());
        }
        let mut own = asset.file.iter().flat_map(|file| file.paths());
        if !own.all(|path| paths.insert(path)) {
            return Err("Two of its assets are the same file of the archive.".to_owned());
        }
    }
    Ok(())
}

/// Begins a journey with what was brought in.
///
/// # Errors
/// When the database fails.
pub fn bring_in(
    tx: &mut TenantTx<'_>,
    (beginning, keeper): (&Beginning, &Keeper),
    taken: &Taken,
) -> Result<JourneyId, AppError> {
    let Some(said) = &taken.draft else {
        return Err(AppError::field("file", "There is no journey in it."));
    };
    let words = Words {
        title: said.title.clone(),
        summary: said.summary.clone(),
        in_order: said.in_order,
        team: beginning.team(),
    };
    let (id, draft) = actions::begin(tx, beginning, &words)?;
    let nodes = with_own_assets(tx, keeper, &taken.nodes);
    let nodes = lending::brought(tx, (beginning, keeper), &taken.nodes, nodes)?;
    queries::insert_nodes(tx, draft, &nodes)?;
    queries::insert_atoms(tx, draft, &taken.atoms)?;
    Ok(id)
}

/// Begins a journey of the sample data, which brings no assets along, in the name of somebody of it.
///
/// # Errors
/// When the book contradicts itself, or the database fails.
pub fn bring_in_sample(tx: &mut TenantTx<'_>, by: MemberId, book: &Book) -> Result<JourneyId, AppError> {
    let taken = book
        .taken(&HashMap::new())
        .map_err(|said| AppError::Unexpected(anyhow::anyhow!(said)))?;
    let beginning = policy::as_sample(by, None);
    let keeper = library::policy::going_on_for(by, &[Role::Coach], Vec::new())?;
    bring_in(tx, (&beginning, &keeper), &taken)
}

/// The same nodes without what is not in the library of whoever brings them in: a file may name anything.
fn with_own_assets(tx: &mut TenantTx<'_>, keeper: &Keeper, nodes: &[Node]) -> Vec<Node> {
    let mut is_seen = |asset: &Uuid| library::queries::assets::seen(tx, keeper, AssetId(*asset)).is_ok();
    let mut own = |node: &Node| Node {
        asset_id: node.asset_id.filter(&mut is_seen),
        ..node.clone()
    };
    nodes.iter().map(&mut own).collect()
}
