//! The page where someone's writing is paused or resumed.

use askama::Template;

use crate::kernel::error::FieldErrors;
use crate::platform::web::Shell;

use super::forms::{Length, SilenceForm};

/// The page.
#[derive(Template)]
#[template(path = "channels/moderation/silence.html")]
pub struct SilencePage {
    /// The frame.
    pub shell: Shell,
    /// Where to go back.
    pub back: String,
    /// Where to send a pause; `/end` below it lifts one.
    pub action: String,
    /// Whose writing.
    pub name: String,
    /// The channel.
    pub channel: String,
    /// `until 20 Nov 2026, 16:05`; none when they may write.
    pub paused: Option<String>,
    /// Why it was paused.
    pub reason: String,
    /// The lengths.
    pub lengths: &'static [Length],
    /// What was typed.
    pub form: SilenceForm,
    /// What was wrong.
    pub errors: FieldErrors,
}
