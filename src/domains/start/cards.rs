//! Cards that domains put on the start page.

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

/// Makes a domain's card for a member; `None` when there is nothing to say today. Runs in the transaction of the page, so
/// it must be as quick as a count.
pub type Card = fn(&mut TenantTx<'_>, &Member) -> Result<Option<CardView>, AppError>;

/// One card.
#[derive(Debug, Clone)]
pub struct CardView {
    /// Its heading.
    pub title: String,
    /// Its icon in the sprite.
    pub icon: &'static str,
    /// A sentence under the heading; may be empty.
    pub text: String,
    /// What it lists.
    pub lines: Vec<CardLine>,
    /// How the lines are shown.
    pub layout: Layout,
    /// Where more of it is: address and words.
    pub more: Option<(String, String)>,
}

/// How a card shows its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Places to go.
    Links,
    /// Steps to take one after another, some of them taken.
    Steps,
}

/// One line of a card.
#[derive(Debug, Clone, Default)]
pub struct CardLine {
    /// Where it leads; may be empty.
    pub href: String,
    /// What it says.
    pub label: String,
    /// A note after it; may be empty.
    pub note: String,
    /// A count at its end.
    pub count: Option<Count>,
    /// For steps: whether it is taken.
    pub is_done: bool,
}

/// A count as shown and as read aloud.
#[derive(Debug, Clone)]
pub struct Count {
    /// Such as `99+`.
    pub shown: String,
    /// Such as `120 unread messages`.
    pub words: String,
}
