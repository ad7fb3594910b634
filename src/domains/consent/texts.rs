//! The words people are shown when they decide, kept as they were.

use crate::domains::people;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ConsentTextId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::mail::{Locale, say};

use super::model::{Category, Channel};
use super::queries;

/// Categories that every organization has, in the order people see them.
const BUILT_IN: [&str; 5] = ["newsletters", "campaign", "alerts", "social", "transactional"];

/// Every category of the organization, in words of a language.
///
/// # Errors
/// When the database fails.
pub fn categories(tx: &mut TenantTx<'_>, locale: Locale) -> Result<Vec<Category>, AppError> {
    let built_in = BUILT_IN.map(|key| Category {
        key: key.to_owned(),
        name: say(locale, &format!("category-{key}"), &[]),
        about: say(locale, &format!("category-{key}-about"), &[]),
    });
    let own = queries::own_categories(tx)?.into_iter().map(|own| {
        let (name, about) = match locale {
            Locale::English => (own.name_en, own.about_en),
            Locale::French => (own.name_fr, own.about_fr),
        };
        Category {
            key: own.key,
            name,
            about,
        }
    });
    // What cannot be switched off comes last.
    let (last, rest): (Vec<_>, Vec<_>) = built_in
        .into_iter()
        .partition(|category| category.key == super::model::TRANSACTIONAL);
    Ok(rest.into_iter().chain(own).chain(last).collect())
}

/// A channel in words of a language.
pub fn channel_name(locale: Locale, channel: Channel) -> String {
    say(locale, &format!("channel-{channel}"), &[])
}

/// Who asks, how to reach them, and that consent can be taken back: what a request for consent must say (SOR/2012-36 s. 4, GDPR
/// recital 42).
///
/// # Errors
/// When the database fails.
pub fn statement(tx: &mut TenantTx<'_>, locale: Locale) -> Result<String, AppError> {
    stated(tx, locale, "consent-statement")
}

/// [`statement`] for a page where somebody agrees with a button and not by ticking a box.
///
/// # Errors
/// When the database fails.
pub fn statement_of_button(tx: &mut TenantTx<'_>, locale: Locale) -> Result<String, AppError> {
    stated(tx, locale, "confirming-statement")
}

fn stated(tx: &mut TenantTx<'_>, locale: Locale, id: &str) -> Result<String, AppError> {
    let asks = queries::asker(tx)?;
    let reach: Vec<String> = [asks.postal_address, asks.contact_line]
        .into_iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let id = match reach.is_empty() {
        true => format!("{id}-short"),
        false => id.to_owned(),
    };
    Ok(say(
        locale,
        &id,
        &[("organization", asks.name), ("reach", reach.join(", "))],
    ))
}

/// A wording and its place among the others.
#[derive(Debug, Clone)]
pub struct Wording {
    /// What it is about, such as `preferences/grant`.
    pub name: &'static str,
    /// Its language.
    pub locale: Locale,
    /// Exactly what was shown.
    pub body: String,
}

impl Wording {
    /// What ticking or unticking a box on the preferences page says.
    pub fn of_box(
        name: &'static str,
        locale: Locale,
        statement: &str,
        category: &Category,
        channel: Channel,
    ) -> Self {
        Self {
            name,
            locale,
            body: format!(
                "{}\n{}\n\n{statement}",
                say(
                    locale,
                    "category-by-channel",
                    &[
                        ("category", category.name.clone()),
                        ("channel", channel_name(locale, channel)),
                    ],
                ),
                category.about
            ),
        }
    }

    /// The id under which the ledger keeps it: the same wording once.
    ///
    /// # Errors
    /// When the database fails.
    pub fn kept(&self, tx: &mut TenantTx<'_>) -> Result<ConsentTextId, AppError> {
        Ok(queries::keep_text(
            tx,
            self.name,
            self.locale.as_str(),
            &self.body,
        )?)
    }
}

/// The language of a person's messages.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn locale_of(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Locale, AppError> {
    let reach = people::reach(tx, member)?;
    Ok(Locale::of(&reach.locale))
}
