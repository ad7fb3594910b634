//! Runs one PostgreSQL program to its end.

use std::process::Command;

use super::error::EmbeddedError;

/// What the program printed; when it failed, what it complained about.
pub(super) fn run(name: &str, command: &mut Command) -> Result<String, EmbeddedError> {
    let failed = |said: String| EmbeddedError::ProgramFailed {
        program: name.to_owned(),
        said,
    };
    let told = command.output().map_err(|error| failed(error.to_string()))?;
    if told.status.success() {
        return Ok(String::from_utf8_lossy(&told.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&told.stderr).trim().to_owned();
    Err(failed(if complaint.is_empty() {
        told.status.to_string()
    } else {
        complaint
    }))
}
