//! What browsers send about worksites.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// Departments and shifts are few; who pastes a table meant the import.
const LINES: usize = 200;

/// A worksite as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WorksiteForm {
    pub name: String,
    pub address: String,
    /// Departments to add, one a line.
    pub departments: String,
}

/// A worksite as meant.
#[derive(Debug, Clone)]
pub struct WorksiteWords {
    pub name: String,
    pub address: String,
    /// Names of departments it should have besides those it has.
    pub departments: Vec<String>,
}

impl WorksiteForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A missing or over-long name, an over-long address or department.
    pub fn parse(&self) -> Result<WorksiteWords, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "The name", &self.name, 1, 120);
        let address = check.line("address", "The address", &self.address, 0, 300);
        let departments = lines(
            &mut check,
            "departments",
            "A department's name",
            &self.departments,
            120,
        );
        check.finish(|| WorksiteWords {
            name,
            address,
            departments,
        })
    }
}

/// The organization's shifts as typed, one a line, in the order of the day.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ShiftsForm {
    pub shifts: String,
}

impl ShiftsForm {
    /// Reads the form.
    ///
    /// # Errors
    /// An over-long name, or one that is there twice.
    pub fn parse(&self) -> Result<Vec<String>, FieldErrors> {
        let mut check = Check::default();
        let shifts = lines(&mut check, "shifts", "A shift's name", &self.shifts, 40);
        check.finish(|| shifts)
    }
}

/// The lines that say something, each once, whatever its case.
fn lines(check: &mut Check, field: &str, label: &str, text: &str, max: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let name = check.line(field, label, line, 1, max);
        if !names
            .iter()
            .any(|known| known.to_lowercase() == name.to_lowercase())
        {
            names.push(name);
        }
    }
    check.refuse_when(names.len() > LINES, field, "Write 200 lines or fewer.");
    names
}

/// Which page of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WorksitesQuery {
    pub q: String,
    pub after: String,
    pub closed: String,
}
