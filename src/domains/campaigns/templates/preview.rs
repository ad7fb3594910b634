//! What a template says to one person, real or as awkward as people come.

use std::collections::{BTreeMap, HashMap};

use lettre::message::Mailbox;

use crate::config::Config;
use crate::domains::campaigns::content::{
    Compiled, Kind, Links, Organization, Recipient, RenderError, RenderedParts, Sender, SenderDetails,
    Variable, render_parts,
};
use crate::domains::consent::model::Channel as ContactChannel;
use crate::domains::{consent, people, tenancy};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;

use super::model::Words;
use super::queries;

/// As whom a template is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// As the chosen person is.
    Real,
    /// Whoever has the longest name.
    Longest,
    /// The chosen person, without any name.
    Nameless,
    /// The chosen person, with no value that is not required.
    Missing,
    /// Somebody who reads French.
    French,
}

impl Case {
    /// All of them, as they are offered.
    pub const ALL: [Self; 5] = [
        Self::Real,
        Self::Longest,
        Self::Nameless,
        Self::Missing,
        Self::French,
    ];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Longest => "longest",
            Self::Nameless => "nameless",
            Self::Missing => "missing",
            Self::French => "french",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Real => "As they are",
            Self::Longest => "Worst case: the longest name there is",
            Self::Nameless => "Worst case: no name",
            Self::Missing => "Worst case: no optional values",
            Self::French => "Worst case: reads French",
        }
    }

    /// The case of a word; as they are for any other.
    pub fn of(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|case| case.as_str() == word)
            .unwrap_or(Self::Real)
    }
}

/// One person as a message sees them.
#[derive(Debug, Clone)]
pub struct Scene {
    pub name: String,
    pub address: String,
    pub locale: String,
    values: BTreeMap<String, String>,
}

impl Scene {
    /// The chosen person, made as awkward as the case asks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such person.
    pub fn of(tx: &mut TenantTx<'_>, chosen: MemberId, case: Case, words: &Words) -> Result<Self, AppError> {
        let shown = match case {
            Case::Longest => queries::longest_name(tx)?.unwrap_or(chosen),
            Case::French => queries::french_reader(tx)?.unwrap_or(chosen),
            Case::Real | Case::Nameless | Case::Missing => chosen,
        };
        let reach = people::reach(tx, shown)?;
        let phone = consent::actions::addresses(tx, shown, ContactChannel::Sms)?;
        let mut scene = Self {
            address: reach.email.unwrap_or_default(),
            locale: reach.locale,
            values: BTreeMap::new(),
            name: reach.name,
        };
        match case {
            Case::Nameless => scene.name.clear(),
            Case::French => "fr".clone_into(&mut scene.locale),
            Case::Real | Case::Longest | Case::Missing => {}
        }
        if case != Case::Missing {
            scene.know_names(phone.into_iter().next());
        }
        scene.fill(&words.variables, case == Case::Missing);
        Ok(scene)
    }

    fn know_names(&mut self, phone: Option<String>) {
        let (first, last) = self
            .name
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or((&self.name, ""));
        let known = [
            ("member.first_name", first.to_owned()),
            ("member.last_name", last.trim().to_owned()),
            ("member.phone", phone.unwrap_or_default()),
        ];
        let known = known.into_iter().filter(|(_, value)| !value.is_empty());
        self.values
            .extend(known.map(|(path, value)| (path.to_owned(), value)));
    }

    /// Example values for what a campaign fills in: none where there is a fallback to be seen.
    fn fill(&mut self, variables: &[Variable], only_required: bool) {
        for one in variables {
            let path = match one.name.contains('.') {
                true => one.name.clone(),
                false => format!("vars.{}", one.name),
            };
            let is_shown = one.required || (!only_required && one.fallback.is_none());
            if is_shown && !path.starts_with("organization.") && !path.starts_with("member.") {
                self.values.entry(path).or_insert_with(|| example(one));
            }
        }
    }
}

/// Something such a variable could hold.
fn example(variable: &Variable) -> String {
    match (&variable.fallback, variable.kind) {
        (Some(fallback), _) => fallback.clone(),
        (None, Kind::Number) => "1250.5".to_owned(),
        (None, Kind::Date) => "2026-12-24".to_owned(),
        (None, Kind::Url) => "https://example.org/".to_owned(),
        (None, Kind::Text) => match variable.label.trim() {
            "" => format!("({})", variable.name),
            label => format!("({label})"),
        },
    }
}

/// By whom messages are sent: the organization, from the portal's own address.
///
/// # Errors
/// When the portal's address cannot stand in a header; the configuration is checked for that.
pub fn sender(tx: &mut TenantTx<'_>, config: &Config) -> Result<(Sender, String), AppError> {
    let asker = consent::asker(tx)?;
    let from: Mailbox = config
        .mail
        .from
        .parse()
        .map_err(|cause: lettre::address::AddressError| AppError::Unexpected(cause.into()))?;
    let address = from.email.to_string();
    let postal: Vec<&str> = asker
        .postal_address
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let organization = Organization::new([
        ("name", asker.name.clone()),
        ("postal_address", postal.join(", ")),
        ("email", address.clone()),
        ("website", config.public_url.clone()),
    ]);
    let details = SenderDetails {
        name: &asker.name,
        address: &address,
        reply_to: None,
        list: None,
        feedback_id: None,
        organization: &organization,
    };
    let sender = Sender::new(&details).map_err(|cause| AppError::Unexpected(cause.into()))?;
    Ok((sender, from.email.domain().to_owned()))
}

/// Gives `work` the person and their links. Links to leave lead to the page where whoever opens them decides for themselves, so
/// that looking at a message never unsubscribes anybody; counted links lead straight to where they point.
pub fn with_links<T>(
    compiled: &Compiled,
    sender: &Sender,
    scene: &Scene,
    config: &Config,
    work: impl FnOnce(&Recipient<'_>, &Links<'_>) -> T,
) -> T {
    let recipient = Recipient {
        name: &scene.name,
        address: &scene.address,
        locale: &scene.locale,
        values: &scene.values,
    };
    // An address of its own is set where others can reach the portal; without one the link still has to be one.
    let portal = match config.public_url.as_str() {
        "" => "http://localhost",
        known => known,
    };
    let own = format!("{portal}/preferences");
    let nowhere = |_: u32, _: &mut String| {};
    let links = Links {
        unsubscribe_https: Some(&own),
        unsubscribe_mailto: None,
        preferences: Some(&own),
        view_online: Some(&own),
        tracked: &nowhere,
        open_pixel: None,
    };
    let known: HashMap<u32, String> = compiled
        .links()
        .iter()
        .filter_map(|link| {
            let leads_to = compiled.destination(link.index, sender, &recipient, &links)?;
            Some((link.index, leads_to))
        })
        .collect();
    let straight = |index: u32, address: &mut String| {
        if let Some(leads_to) = known.get(&index) {
            address.push_str(leads_to);
        }
    };
    let links = Links {
        tracked: &straight,
        ..links
    };
    work(&recipient, &links)
}

/// What the person gets.
///
/// # Errors
/// When a required value is missing, or the template does too much.
pub fn parts(
    compiled: &Compiled,
    sender: &Sender,
    scene: &Scene,
    config: &Config,
) -> Result<RenderedParts, RenderError> {
    with_links(compiled, sender, scene, config, |recipient, links| {
        render_parts(compiled, sender, recipient, links)
    })
}

/// Whoever has this handle, as it was typed; the acting member when nothing was.
///
/// # Errors
/// [`AppError::Invalid`] at `field` when nobody here is called so.
pub fn chosen(tx: &mut TenantTx<'_>, field: &'static str, handle: &str) -> Result<MemberId, AppError> {
    let handle = handle.trim().trim_start_matches('@').to_lowercase();
    if handle.is_empty() {
        return tx.my_id();
    }
    let found = tenancy::find_by_handles(tx, std::slice::from_ref(&handle))?;
    match found.first() {
        Some(card) => Ok(card.id),
        None => Err(AppError::field(
            field,
            format!("Nobody here is called @{handle}."),
        )),
    }
}
