//! Deciding what is due for one person: pushing it to their devices, and writing to them once for all of it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::app::App;
use crate::domains::consent::actions::Situation;
use crate::domains::consent::model::{Channel, Frequency};
use crate::domains::people::record::queries::Reach;
use crate::domains::tenancy::MemberState;
use crate::domains::{consent, people, tenancy};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::mail;

use super::decide::{Facts, Reader, Verdict, decide};
use super::letters::{self, About};
use super::model::{PushState, Reason, State};
use super::pushing::deciding;
use super::queries::{self, Due};

/// What was done for one person.
#[derive(Debug, Default)]
pub struct Done {
    pub is_told: bool,
    /// When more is to be decided for them.
    pub later: Vec<DateTime<Utc>>,
}

/// What is known about a person who may be told.
pub struct Known {
    pub member: MemberId,
    pub reach: Reach,
    is_active: bool,
    situation: Situation,
    /// How often they want e-mail of each kind; pushes are never gathered.
    frequencies: HashMap<String, Frequency>,
}

impl Known {
    /// Reads it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such person.
    pub fn read(tx: &mut TenantTx<'_>, app: &App, member: MemberId) -> Result<Self, AppError> {
        let person = tenancy::person(tx, member)?;
        let preferences = consent::queries::preferences(tx, member)?;
        Ok(Self {
            member,
            reach: people::reach(tx, member)?,
            is_active: person.user.is_some() && person.card.state == MemberState::Active,
            situation: consent::actions::situation(tx, &app.keys, member)?,
            frequencies: preferences
                .into_iter()
                .filter(|known| known.channel == Channel::Email)
                .map(|known| (known.category, known.frequency))
                .collect(),
        })
    }

    /// What decides about one kind of messages over one channel.
    pub fn reader(&self, channel: Channel, category: &str) -> Reader {
        let wished = self.frequencies.get(category).copied();
        Reader {
            is_active: self.is_active,
            has_address: self.reach.email.is_some(),
            is_suppressed: self.situation.suppression(channel).is_some(),
            standing: self.situation.standing(channel, category),
            frequency: wished
                .filter(|_| channel == Channel::Email)
                .unwrap_or(Frequency::RealTime),
            pauses: self.situation.pauses.clone(),
            zone: self.zone(),
        }
    }

    fn zone(&self) -> Tz {
        let own = self.reach.time_zone.parse();
        own.unwrap_or(self.situation.relation.zone)
    }
}

/// Decides what is due for `member`, pushes it, and writes to them if anything is to be told.
///
/// # Errors
/// When the database fails, or the mail cannot be built.
pub fn tell(tx: &mut TenantTx<'_>, app: &App, member: MemberId) -> Result<Done, AppError> {
    let known = Known::read(tx, app, member)?;
    let mut done = Done {
        later: deciding::push(tx, &known)?,
        ..Done::default()
    };
    let now = tx.now();
    let mut told: Vec<Due> = Vec::new();
    for one in queries::due(tx, member)? {
        let reader = known.reader(Channel::Email, one.kind.category());
        match after_push(&one, decide(facts(&one), &reader, now), now) {
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
    done.is_told = write(tx, app, &known, &told)?;
    Ok(done)
}

/// Who was just pushed has the same grace once more to see it, before a mail says it again.
fn after_push(one: &Due, verdict: Verdict, now: DateTime<Utc>) -> Verdict {
    let is_pushed = matches!(one.push_state, Some(PushState::OnItsWay | PushState::Told));
    let rest = one.pushed_at.map(|at| at + one.kind.grace());
    match rest.filter(|until| is_pushed && verdict == Verdict::Tell && *until > now) {
        Some(until) => Verdict::Later(until),
        None => verdict,
    }
}

/// One mail for all of it; answers whether there was one.
fn write(tx: &mut TenantTx<'_>, app: &App, known: &Known, told: &[Due]) -> Result<bool, AppError> {
    let Some(email) = known.reach.email.as_ref().filter(|_| !told.is_empty()) else {
        return Ok(false);
    };
    let organization = consent::asker(tx)?.name;
    let about = About {
        member: known.member,
        name: &known.reach.name,
        email,
        locale: &known.reach.locale,
        organization: &organization,
    };
    let letter = letters::letter(app, tx.org(), &about, told, tx.now());
    mail::post(tx, &app.config, &letter)?;
    for one in told {
        queries::settle(tx, one.id, State::Told, None::<Reason>)?;
    }
    Ok(true)
}

/// What counts of it when it is decided.
pub fn facts(due: &Due) -> Facts {
    Facts {
        is_gone: due.is_gone,
        is_read: due.is_read,
        is_muted: due.is_muted,
        was_gathered: due.state == State::Gathering,
    }
}
