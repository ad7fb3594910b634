//! The list.

use askama::Template;

use crate::domains::journeys::library::forms::{LibraryQuery, place};
use crate::domains::journeys::library::model::{Asset, AssetKind, Folder, Media};
use crate::domains::journeys::library::queries::{assets, folders};
use crate::domains::journeys::library::{actions, facade};
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::AssetId;
use crate::kernel::time::{ago, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::{Teams, folder_choices, folder_name};

/// Assets on a page.
const PAGE: i64 = 30;

/// One asset of the list.
pub struct Card {
    pub id: AssetId,
    pub title: String,
    pub icon: &'static str,
    pub kind: &'static str,
    /// Such as `Video, 3:07`.
    pub note: String,
    /// The team's name; empty for what is everyone's.
    pub team: String,
    pub folder: String,
    pub tags: Vec<String>,
    pub when: String,
    pub machine: String,
    /// Empty when all is well, else how far its file is.
    pub state: &'static str,
    pub is_failed: bool,
}

/// `/journeys/library`
#[derive(Template)]
#[template(path = "journeys/library/list.html")]
pub struct LibraryPage {
    pub shell: Shell,
    pub query: LibraryQuery,
    pub is_filtered: bool,
    pub cards: Vec<Card>,
    pub kinds: Vec<Choice>,
    pub folders: Vec<Choice>,
    pub teams: Vec<Choice>,
    pub tags: Vec<Choice>,
    pub can_add: bool,
    pub can_arrange: bool,
    pub can_set_up: bool,
    pub start: String,
    pub next: String,
}

impl LibraryPage {
    /// A page of what the acting member sees of the library.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for who does not work in it.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, query: LibraryQuery) -> Result<Self, AppError> {
        let keeper = actions::keeper(tx)?;
        let all = folders::all(tx)?;
        let teams = Teams::read(tx, &keeper)?;
        let mut found = assets::page(tx, &keeper, &query.filter(&all), PAGE + 1)?;
        let shown = usize::try_from(PAGE).unwrap_or_default();
        let is_more = found.len() > shown;
        found.truncate(shown);
        let next = found
            .last()
            .filter(|_| is_more)
            .map(|last| list(&query, &place(last)));
        let files = facade::files_of(tx, &found)?;
        let now = tx.now();
        let card = |asset: &Asset| card(asset, &files, (&all, &teams), now);
        let is_filtered = [&query.q, &query.kind, &query.folder, &query.team, &query.tag]
            .iter()
            .any(|text| !text.is_empty());
        Ok(Self {
            shell,
            is_filtered,
            cards: found.iter().map(card).collect(),
            kinds: AssetKind::ALL
                .iter()
                .map(|kind| Choice::new(kind.as_str(), kind.label(), query.kind == kind.as_str()))
                .collect(),
            folders: folder_choices(&all, &query.folder),
            teams: teams
                .choices(&keeper, &query.team)
                .into_iter()
                .filter(|one| !one.value.is_empty())
                .collect(),
            tags: assets::tags(tx)?
                .into_iter()
                .map(|tag| Choice::new(tag.clone(), tag.clone(), tag == query.tag))
                .collect(),
            can_add: keeper.teams().is_none_or(|led| !led.is_empty()),
            can_arrange: keeper.may_arrange().is_ok(),
            can_set_up: tx.roles().has(Role::Admin),
            start: match query.after.is_empty() {
                true => String::new(),
                false => list(&query, ""),
            },
            next: next.unwrap_or_default(),
            query,
        })
    }
}

fn list(query: &LibraryQuery, after: &str) -> String {
    let filters = [
        ("q", query.q.as_str()),
        ("kind", &query.kind),
        ("folder", &query.folder),
        ("team", &query.team),
        ("tag", &query.tag),
        ("archived", &query.archived),
        ("after", after),
    ];
    address("/journeys/library", &filters)
}

fn card(
    asset: &Asset,
    files: &[Media],
    (all, teams): (&[Folder], &Teams),
    now: chrono::DateTime<chrono::Utc>,
) -> Card {
    let file = files.iter().find(|file| file.asset_id == asset.id);
    let pending = file.filter(|file| file.storage_key.is_none());
    Card {
        id: asset.id,
        title: asset.title.clone(),
        icon: asset.kind.icon(),
        kind: asset.kind.label(),
        note: facade::note(asset, file),
        team: teams.name(asset.team_id),
        folder: folder_name(all, asset),
        tags: asset.tags.clone(),
        when: ago(asset.changed_at, now),
        machine: machine(asset.changed_at),
        state: pending.map_or("", |file| file.state.label()),
        is_failed: pending.is_some_and(|file| !file.state.is_under_way()),
    }
}
