//! From records to what may be sent. Pure: the ledger decides, and whoever asks again gets the same answer.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use crate::kernel::ids::ConsentRecordId;

use super::model::{Action, Basis, Channel, EVERYTHING, Record};

/// What was last said about one channel and category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether they may be written to.
    pub is_allowed: bool,
    /// Why they may.
    pub basis: Option<Basis>,
    /// Until when they may.
    pub expires_at: Option<DateTime<Utc>>,
    /// When they said so.
    pub decided_at: DateTime<Utc>,
    /// Where it is written.
    pub record: ConsentRecordId,
}

/// What was last said about each channel and category that anything was said about.
pub type Decisions = BTreeMap<(Channel, String), Decision>;

/// The decisions that these records of one person come to.
///
/// It counts when something was said, not when it was written down: an agreement on paper that is typed in a week later does not
/// outweigh a withdrawal made meanwhile. Of two things said in the same moment the withdrawal counts. What was undone counts as
/// never said. A withdrawal from everything ends each category of its channel, those to come included, until one is allowed again.
pub fn fold(records: &[Record]) -> Decisions {
    let undone: HashSet<ConsentRecordId> = records
        .iter()
        .filter(|record| record.action == Action::Undo)
        .filter_map(|record| record.answers_id)
        .collect();
    let mut told: Vec<&Record> = records
        .iter()
        .filter(|record| !undone.contains(&record.id))
        .collect();
    told.sort_by_key(|record| {
        (
            record.effective_at,
            record.action == Action::Withdraw,
            record.recorded_at,
            record.id,
        )
    });
    let mut decisions = Decisions::new();
    for record in told {
        match record.action {
            Action::Grant | Action::Confirm | Action::Withdraw => decide(&mut decisions, record),
            Action::Request | Action::Undo => {}
        }
    }
    decisions
}

fn decide(decisions: &mut Decisions, record: &Record) {
    let decision = Decision {
        is_allowed: record.action != Action::Withdraw,
        basis: record.basis,
        expires_at: record.expires_at,
        decided_at: record.effective_at,
        record: record.id,
    };
    if record.category == EVERYTHING {
        decisions
            .iter_mut()
            .filter(|((channel, _), _)| *channel == record.channel)
            .for_each(|(_, known)| *known = decision.clone());
    }
    decisions.insert((record.channel, record.category.clone()), decision);
}

/// What was said about a category: about itself, else about everything of the channel.
pub fn about<'a>(decisions: &'a Decisions, channel: Channel, category: &str) -> Option<&'a Decision> {
    decisions
        .get(&(channel, category.to_owned()))
        .or_else(|| decisions.get(&(channel, EVERYTHING.to_owned())))
}
