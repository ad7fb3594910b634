//! What surrounds every page: theme, navigation, the person, one notice.

use uuid::Uuid;

use crate::kernel::ids::{EventId, fresh};
use crate::platform::mail::{Locale, say};

/// Everything the layouts print besides the page itself.
#[derive(Debug, Clone)]
pub struct Shell {
    /// `light`, `dark` or `system`.
    pub theme: &'static str,
    /// Language of the page.
    pub lang: &'static str,
    /// Token for forms.
    pub csrf: String,
    /// A fresh idempotency key for forms.
    pub key: String,
    /// Path of this page.
    pub path: String,
    /// Id of this request.
    pub request_id: String,
    /// A notice carried over a redirect.
    pub flash: Option<Flash>,
    /// Who is signed in.
    pub person: Option<Person>,
    /// Navigation for this person.
    pub nav: Vec<NavItem>,
    /// Whether scripts are linked at all.
    pub javascript: bool,
}

/// A notice.
#[derive(Debug, Clone)]
pub struct Flash {
    /// `positive`, `danger` or `info`.
    pub kind: &'static str,
    /// The sentence.
    pub text: String,
}

impl Flash {
    /// Something was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self {
            kind: "positive",
            text: text.into(),
        }
    }

    /// Something was not done.
    pub fn problem(text: impl Into<String>) -> Self {
        Self {
            kind: "danger",
            text: text.into(),
        }
    }
}

/// The signed-in person, as the head of the page shows them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Member id.
    pub member_id: String,
    /// Name.
    pub name: String,
    /// Initials for the avatar.
    pub initials: String,
    /// Colour of the avatar, 0 to 11.
    pub hue: u16,
    /// Organization.
    pub org_name: String,
    /// Role labels.
    pub roles: String,
    /// Organizations to switch to.
    pub organizations: Vec<OrganizationChoice>,
    /// Total unread, in words, for the title.
    pub unread_label: Option<String>,
}

/// An organization the person belongs to.
#[derive(Debug, Clone)]
pub struct OrganizationChoice {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whether it is the current one.
    pub current: bool,
}

impl Shell {
    /// A word around what the page says, in the language of the page: what is called so in `locales/*/pages.ftl`.
    pub fn word(&self, id: &str) -> String {
        say(Locale::of(self.lang), id, &[])
    }

    /// Whether the person has anything under this heading.
    pub fn has_section(&self, section: &str) -> bool {
        self.nav.iter().any(|item| item.section == section)
    }

    /// Whether this place is among the person's.
    pub fn leads_to(&self, href: &str) -> bool {
        self.nav.iter().any(|item| item.href == href)
    }
}

/// One place to go.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Where.
    pub href: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Its icon in the sprite.
    pub icon: &'static str,
    /// A short count.
    pub badge: Option<String>,
    /// The count in words.
    pub badge_label: Option<String>,
    /// Whether it is where the person is.
    pub current: bool,
    /// Whether it is in the phone's tab bar.
    pub in_tab_bar: bool,
    /// Heading it stands under: empty, `Organise` or `Admin`.
    pub section: &'static str,
}

impl NavItem {
    /// A place without a badge.
    pub fn new(href: &'static str, label: &'static str, icon: &'static str) -> Self {
        Self {
            href,
            label,
            icon,
            badge: None,
            badge_label: None,
            current: false,
            in_tab_bar: false,
            section: "",
        }
    }

    /// Stands under this heading.
    #[must_use]
    pub fn under(self, section: &'static str) -> Self {
        Self { section, ..self }
    }

    /// Stands in the tab bar of phones.
    #[must_use]
    pub fn in_tab_bar(self) -> Self {
        Self {
            in_tab_bar: true,
            ..self
        }
    }

    /// Carries a count, shown when it is not zero; `words` says it in full, such as `12 unread messages`.
    #[must_use]
    pub fn count(self, count: i64, words: String) -> Self {
        if count == 0 {
            return self;
        }
        let short = if count > 99 {
            "99+".to_owned()
        } else {
            count.to_string()
        };
        Self {
            badge: Some(short),
            badge_label: Some(words),
            ..self
        }
    }
}

/// The first letters of the first and last word of a name.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter(|word| word.chars().next().is_some_and(char::is_alphanumeric));
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// A colour of the avatar ramp that stays with the person.
pub fn hue(id: Uuid) -> u16 {
    id.as_bytes().iter().fold(0_u16, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u16::from(*byte))
    }) % 12
}

/// A fresh key for a form.
pub fn form_key() -> String {
    fresh::<EventId>().to_string()
}
