//! What a coach decides about a lesson of one learner, as written.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domains::journeys::learning::model::ActKind;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::NodeKey;
use crate::kernel::validate::Check;

/// A decision as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ActForm {
    pub node: String,
    pub kind: String,
    pub reason: String,
    /// Until which day it is open; may be empty.
    pub until: String,
}

/// A decision as meant.
#[derive(Debug, Clone)]
pub struct NewAct {
    pub node: NodeKey,
    pub kind: ActKind,
    pub reason: String,
    /// The last day on which it is open.
    pub until: Option<NaiveDate>,
}

impl ActForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A missing reason, lesson or decision.
    pub fn parse(&self) -> Result<NewAct, FieldErrors> {
        let mut check = Check::default();
        let node: Option<NodeKey> = check.one_of("node", "a lesson", &self.node);
        let kind: Option<ActKind> = check.one_of("kind", "what you decide", &self.kind);
        let reason = check.line("reason", "The reason", &self.reason, 1, 500);
        let until = check.day("until", &self.until);
        let meant = check.finish(|| (node, kind))?;
        match meant {
            (Some(node), Some(kind)) => Ok(NewAct {
                node,
                kind,
                reason,
                until: until.filter(|_| kind == ActKind::Unlock),
            }),
            _ => Err(FieldErrors::default()),
        }
    }
}
