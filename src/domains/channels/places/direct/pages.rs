//! What the pages about beginning a conversation print.

use askama::Template;

use crate::domains::channels::model::DIRECT_LIMIT;
use crate::domains::channels::places::people::forms::Picker;
use crate::domains::channels::sidebar::Group;
use crate::kernel::error::FieldErrors;
use crate::platform::web::Shell;

/// `/direct/new`
#[derive(Template)]
#[template(path = "channels/places/direct.html")]
pub struct DirectPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// The picker.
    pub picker: Picker,
    /// What was wrong.
    pub errors: FieldErrors,
}

impl DirectPage {
    /// Most others in one conversation.
    pub fn most_others(&self) -> usize {
        DIRECT_LIMIT - 1
    }
}

/// `/direct/{member}`
#[derive(Template)]
#[template(path = "channels/places/begin.html")]
pub struct BeginPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// The other's name.
    pub name: String,
    /// Where the form goes.
    pub action: String,
    /// Where "Cancel" goes.
    pub back: String,
}
