//! What axe found on a page, in words.
//!
//! `axe.min.js` beside this file is axe-core 4.14.1 as published on npm, unchanged
//! (SHA-256 `29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c`), under the Mozilla
//! Public License 2.0; its header carries the notice. It is used by tests only and not distributed
//! with the portal.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

/// The library's source.
pub const SOURCE: &str = include_str!("axe.min.js");

/// Runs the library, if it was loaded, with the rules we hold ourselves to. Not inside frames that no script can enter: what they
/// show is mail, not the portal.
pub const RUN: &str = r#"
const done = arguments[arguments.length - 1];
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
axe.run({ include: [document], exclude: ['iframe[sandbox]'] }, { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations', 'incomplete'] })
  .then((result) => done({ violations: result.violations, incomplete: result.incomplete }),
        (error) => done({ error: String(error) }));
"#;

/// What axe is sure of, and what it could not decide.
#[derive(Debug, Deserialize)]
pub struct Report {
    pub violations: Vec<Finding>,
    pub incomplete: Vec<Finding>,
}

/// One broken rule and everywhere it is broken.
#[derive(Debug, Deserialize)]
pub struct Finding {
    /// The rule, for instance `color-contrast`.
    pub id: String,
    pub impact: Option<String>,
    pub help: String,
    #[serde(rename = "helpUrl")]
    pub help_url: String,
    pub nodes: Vec<Place>,
}

/// One element that breaks a rule.
#[derive(Debug, Deserialize)]
pub struct Place {
    pub html: String,
    target: Value,
    #[serde(rename = "failureSummary")]
    failure_summary: Option<String>,
}

impl Report {
    /// # Panics
    /// Unless axe found nothing wrong and left nothing undecided.
    #[track_caller]
    pub fn expect_clean(&self) {
        let found = self.violations.len() + self.incomplete.len();
        assert!(found == 0, "axe is not content:\n{self}");
    }

    /// Whether a rule is broken.
    pub fn violates(&self, rule: &str) -> bool {
        self.violations.iter().any(|finding| finding.id == rule)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, findings) in [("violation", &self.violations), ("undecided", &self.incomplete)] {
            for finding in findings {
                writeln!(text, "{kind}: {finding}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let impact = self.impact.as_deref().unwrap_or("no impact given");
        writeln!(text, "{} ({impact}): {} {}", self.id, self.help, self.help_url)?;
        for place in &self.nodes {
            writeln!(text, "    {}  {}", place.target, place.html)?;
            let summary = place.failure_summary.as_deref().unwrap_or_default();
            writeln!(text, "      {}", summary.replace('\n', " "))?;
        }
        Ok(())
    }
}
