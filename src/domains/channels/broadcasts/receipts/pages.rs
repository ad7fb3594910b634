//! The people who have not answered.

use askama::Template;

use crate::domains::channels::broadcasts::pages::of_people_alone;
use crate::platform::web::Shell;

/// One of them.
pub struct Silent {
    /// Who.
    pub id: String,
    /// Their page.
    pub href: String,
    /// Name.
    pub name: String,
    /// For the avatar.
    pub initials: String,
    /// For the avatar.
    pub hue: u16,
    /// `Seen 20 Nov 2026, 16:05`, `Not seen yet`.
    pub note: String,
    /// When they were last asked again.
    pub nudged: Option<String>,
    /// Whether they can be asked again: not within 24 hours of the last time.
    pub can_nudge: bool,
}

/// Who has not confirmed a broadcast.
#[derive(Template)]
#[template(path = "broadcasts/waiting.html")]
pub struct WaitingPage {
    /// The frame.
    pub shell: Shell,
    /// The broadcast's title.
    pub title: String,
    /// The broadcast's page.
    pub path: String,
    /// `412 of 4,812 people have not confirmed.`
    pub lead: String,
    /// How many can be asked again now.
    pub nudgeable: i64,
    /// The people.
    pub people: Vec<Silent>,
    /// Address of those after them.
    pub next: String,
    /// Address of the first page, when this is not it.
    pub first: String,
}

impl WaitingPage {
    /// Where to ask again.
    pub fn nudge(&self) -> String {
        format!("{}/nudge", self.path)
    }

    /// `Nudge 17 people`.
    pub fn nudge_label(&self) -> String {
        format!("Nudge {}", of_people_alone(self.nudgeable))
    }
}
