//! Deciding what is due for one person, and writing to them once for all of it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domains::consent::actions::Situation;
use crate::domains::consent::model::{Channel, Frequency};
use crate::domains::tenancy::MemberState;
use crate::domains::{consent, people, tenancy};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::mail;

use super::decide::{Facts, Reader, Verdict, decide};
use super::letters::{self, About};
use super::model::{Reason, State};
use super::queries::{self, Due};

/// What was done for one person.
#[derive(Debug, Default)]
pub struct Done {
    pub is_told: bool,
    /// When more is to be decided for them.
    pub later: Vec<DateTime<Utc>>,
}

/// Decides what is due for `member` and writes to them if anything is to be told.
///
/// # Errors
/// When the database fails, or the mail cannot be built.
pub fn tell(tx: &mut TenantTx<'_>, app: &App, member: MemberId) -> Result<Done, AppError> {
    let due = queries::due(tx, member)?;
    let reach = people::reach(tx, member)?;
    let person = tenancy::person(tx, member)?;
    let is_active = person.user.is_some() && person.card.state == MemberState::Active;
    let situation = consent::actions::situation(tx, &app.keys, member)?;
    let frequencies: HashMap<String, Frequency> = consent::queries::preferences(tx, member)?
        .into_iter()
        .filter(|known| known.channel == Channel::Email)
        .map(|known| (known.category, known.frequency))
        .collect();
    let now = tx.now();
    let mut done = Done::default();
    let mut told: Vec<Due> = Vec::new();
    for one in due {
        let category = one.kind.category();
        let reader = Reader {
            is_active,
            has_address: reach.email.is_some(),
            is_suppressed: situation.suppression(Channel::Email).is_some(),
            standing: situation.standing(Channel::Email, category),
            frequency: frequencies.get(category).copied().unwrap_or(Frequency::RealTime),
            pauses: situation.pauses.clone(),
            zone: zone_of(&reach.time_zone, &situation),
        };
        match decide(facts(&one), &reader, now) {
            Verdict::Tell => told.push(one),
            Verdict::Leave(reason) => queries::settle(tx, one.id, State::NotTold, Some(reason))?,
            Verdict::Later(until) => {
                queries::put_off(tx, one.id, one.state, until)?;
                done.later.push(until);
            }
            Verdict::Gather(until) => {
                queries::put_off(tx, one.id, State::Gathering, until)?;
                done.later.push(until);
            }
        }
    }
    let Some(email) = reach.email.filter(|_| !told.is_empty()) else {
        return Ok(done);
    };
    let organization = consent::asker(tx)?.name;
    let about = About {
        member,
        name: &reach.name,
        email: &email,
        locale: &reach.locale,
        organization: &organization,
    };
    let letter = letters::letter(app, tx.org(), &about, &told, now);
    mail::post(tx, &app.config, &letter)?;
    for one in told {
        queries::settle(tx, one.id, State::Told, None::<Reason>)?;
    }
    done.is_told = true;
    Ok(done)
}

fn facts(due: &Due) -> Facts {
    Facts {
        is_gone: due.is_gone,
        is_read: due.is_read,
        is_muted: due.is_muted,
        was_gathered: due.state == State::Gathering,
    }
}

fn zone_of(word: &str, situation: &Situation) -> chrono_tz::Tz {
    word.parse().unwrap_or(situation.relation.zone)
}
