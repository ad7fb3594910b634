//! What the browser sends about an image.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::model::{Described, Image};

/// Most characters of what an image shows.
pub const LONGEST_ALT: usize = 300;

/// As typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ImageForm {
    pub name: String,
    pub alt: String,
    /// `yes` when it only decorates.
    pub decorates: String,
}

impl ImageForm {
    /// The form of an image.
    pub fn of(image: &Image) -> Self {
        let yes = if image.decorates { "yes" } else { "" };
        Self {
            name: image.name.clone(),
            alt: image.alt.clone(),
            decorates: yes.to_owned(),
        }
    }

    /// What was meant for a new image, which may be called like its file.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse_new(&self) -> Result<Described, FieldErrors> {
        self.parsed(0)
    }

    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<Described, FieldErrors> {
        self.parsed(1)
    }

    fn parsed(&self, shortest_name: usize) -> Result<Described, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "Name", &self.name, shortest_name, 120);
        let alt = check.line("alt", "What it shows", &self.alt, 0, LONGEST_ALT);
        let decorates = self.decorates == "yes";
        check.refuse_when(
            alt.is_empty() && !decorates,
            "alt",
            "Say what it shows, for those who do not see it, or say that it only decorates.",
        );
        check.refuse_when(
            !alt.is_empty() && decorates,
            "alt",
            "What only decorates has no words. Take them out, or the tick below.",
        );
        check.finish(|| Described { name, alt })
    }
}

/// Which part of the library.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LibraryQuery {
    /// Part of a name.
    pub name: String,
    pub before: String,
}
