//! The links of a campaign, with how often each was followed.

use crate::app::App;
use crate::domains::campaigns::model::Campaign;
use crate::domains::campaigns::sending::Letters;
use crate::domains::campaigns::single;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

use super::queries::{self, Followed};

/// A link of a message.
#[derive(Debug, Clone)]
pub struct LinkResult {
    /// Its place in the message, counted from 1.
    pub number: usize,
    /// Its words, or what stands for its picture. Empty when the message cannot be read any more.
    pub label: String,
    /// The address as it was written, with variables in braces where they differ from person to person.
    pub address: String,
    pub followed: Followed,
}

/// Every link that is counted, in the order of the message, also those that nobody followed.
///
/// # Errors
/// When the database fails.
pub fn links(tx: &mut TenantTx<'_>, app: &App, campaign: &Campaign) -> Result<Vec<LinkResult>, AppError> {
    let mut counted = queries::followed(tx, campaign.id)?;
    let mut take = |index: usize| {
        let found = counted
            .iter()
            .position(|one| usize::try_from(one.link).is_ok_and(|link| link == index));
        found.map(|place| counted.swap_remove(place)).unwrap_or_default()
    };
    // What the variables of single messages say differs from one to the next.
    let is_single = single::is_one(tx, campaign.id)?;
    let said = |letters: &Letters, text: &str| match is_single {
        true => text.to_owned(),
        false => letters.to_all(text),
    };
    let mut found: Vec<LinkResult> = match Letters::read(tx, app, campaign, None) {
        Ok(letters) => letters
            .compiled()
            .links()
            .iter()
            .map(|link| {
                let index = usize::try_from(link.index).unwrap_or(usize::MAX);
                LinkResult {
                    number: index.saturating_add(1),
                    label: said(&letters, &link.label),
                    address: said(&letters, &link.address),
                    followed: take(index),
                }
            })
            .collect(),
        // Without a template yet, or with one that does not compile any more.
        Err(AppError::Conflict(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    let others = counted.into_iter().map(|followed| LinkResult {
        number: usize::try_from(followed.link).unwrap_or_default() + 1,
        label: String::new(),
        address: String::new(),
        followed,
    });
    found.extend(others);
    found.sort_by_key(|one| one.number);
    Ok(found)
}
