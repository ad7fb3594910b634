//! The library as people see it.

mod asset;
mod form;
mod list;

use crate::domains::tenancy::{self, ContextKind};
use crate::kernel::error::AppError;
use crate::kernel::ids::ContextId;
use crate::platform::db::TenantTx;
use crate::platform::web::Choice;

use super::folders as tree;
use super::model::{Asset, Folder};
use super::policy::Keeper;

pub use asset::{AssetPage, Looking};
pub use form::FormPage;
pub use list::LibraryPage;

/// The teams that can be chosen, and the names of all.
struct Teams(Vec<(ContextId, String)>);

impl Teams {
    fn read(tx: &mut TenantTx<'_>, keeper: &Keeper) -> Result<Self, AppError> {
        let open = tenancy::open_contexts(tx, 500)?;
        let named = open
            .into_iter()
            .filter(|one| one.kind == ContextKind::Team)
            .filter(|one| keeper.teams().is_none_or(|led| led.contains(&one.id)))
            .map(|one| (one.id, one.name));
        Ok(Self(named.collect()))
    }

    fn name(&self, id: Option<ContextId>) -> String {
        let known = self.0.iter().find(|(known, _)| Some(*known) == id);
        known.map(|(_, name)| name.clone()).unwrap_or_default()
    }

    /// Whose an asset may be. Team leaders choose among their teams.
    fn choices(&self, keeper: &Keeper, chosen: &str) -> Vec<Choice> {
        let everyone = keeper.teams().is_none();
        let whole = everyone.then(|| Choice::new("", "The whole organization", chosen.is_empty()));
        let team = |(id, name): &(ContextId, String)| {
            let id = id.to_string();
            let is_chosen = id == chosen;
            Choice::new(id, name, is_chosen)
        };
        whole.into_iter().chain(self.0.iter().map(team)).collect()
    }
}

fn folder_choices(all: &[Folder], chosen: &str) -> Vec<Choice> {
    let choice = |(folder, whole): (Folder, String)| {
        let id = folder.id.to_string();
        let is_chosen = id == chosen;
        Choice::new(id, whole, is_chosen)
    };
    tree::in_order(all).into_iter().map(choice).collect()
}

pub(super) fn folder_name(all: &[Folder], asset: &Asset) -> String {
    let named = tree::in_order(all);
    let found = named
        .into_iter()
        .find(|(folder, _)| Some(folder.id) == asset.folder_id);
    found.map(|(_, whole)| whole).unwrap_or_default()
}
