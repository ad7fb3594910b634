//! What the pages about assignments and leaves print.

use askama::Template;

use crate::domains::people::model::{AssignmentKind, Department, Leave, Shift, Worksite};
use crate::domains::people::policy;
use crate::domains::people::worksites::queries as worksites;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{AssignmentId, LeaveId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::actions::period;
use super::forms::{AssignmentForm, LeaveForm, Target};
use super::queries::{self, Candidate, Listed};

/// One assignment in a list.
pub struct AssignmentLine {
    pub id: AssignmentId,
    pub steward: MemberId,
    pub name: String,
    pub kind: &'static str,
    pub tone: &'static str,
    /// The person or the cell, in words; empty where the page is about it.
    pub whom: String,
    /// `since 3 March 2026`, with what a leave does to it.
    pub when: String,
    pub is_away: bool,
}

/// Lines of assignments, with whom they reach when the page is about a steward or a worksite.
pub fn lines(me: &Member, now: chrono::DateTime<chrono::Utc>, listed: Vec<Listed>) -> Vec<AssignmentLine> {
    let line = |one: Listed| {
        let mut when = period(one.effective_from, one.effective_to, now, me.zone);
        if let Some(until) = one.away_until {
            when = format!("{when} · away {}", period(now, Some(until), now, me.zone));
        }
        AssignmentLine {
            id: one.id,
            steward: one.steward_id,
            name: one.steward,
            kind: one.kind.label(),
            tone: match one.kind {
                AssignmentKind::Primary => "accent",
                AssignmentKind::Temporary => "warning",
                AssignmentKind::Backup | AssignmentKind::Training => "",
            },
            whom: one.member.unwrap_or_else(|| one.cell.join(" · ")),
            when,
            is_away: one.away_until.is_some(),
        }
    };
    listed.into_iter().map(line).collect()
}

/// One kind in the form.
pub struct KindChoice {
    pub value: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub chosen: bool,
}

fn kinds(chosen: &str) -> Vec<KindChoice> {
    AssignmentKind::ALL
        .iter()
        .map(|kind| KindChoice {
            value: kind.as_str(),
            label: kind.label(),
            hint: match kind {
                AssignmentKind::Primary => "There is one at a time.",
                AssignmentKind::Backup => "Whom it falls to while the steward is away.",
                AssignmentKind::Temporary => "In the steward's place until a day you name.",
                AssignmentKind::Training => "Reads along and may write notes, without phone numbers.",
            },
            chosen: chosen == kind.as_str(),
        })
        .collect()
}

/// `/people/{member}/stewards/new` and `/worksites/{worksite}/stewards/new`
#[derive(Template)]
#[template(path = "people/assign.html")]
pub struct AssignPage {
    pub shell: Shell,
    pub title: String,
    pub action: String,
    pub back: String,
    pub back_label: String,
    pub candidates: Vec<Candidate>,
    pub kinds: Vec<KindChoice>,
    pub is_cell: bool,
    pub departments: Vec<Department>,
    pub shifts: Vec<Shift>,
    pub form: AssignmentForm,
    pub errors: FieldErrors,
}

impl AssignPage {
    /// The form for a person or a worksite.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for unknown ones, [`AppError::Denied`] for others than admins.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        target: Target,
        form: AssignmentForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let (title, back, back_label) = match target {
            Target::Person(member) => {
                let person = tenancy::person(tx, member)?;
                let title = format!("A steward for {}", person.card.name);
                (title, format!("/people/{member}/record"), person.card.name)
            }
            Target::Worksite(id) => {
                let Worksite { name, .. } = worksites::worksite(tx, id)?;
                policy::may_arrange(tx.actor()).map_err(|denied| policy::hidden_or(tx.actor(), denied))?;
                (format!("A steward for {name}"), format!("/worksites/{id}"), name)
            }
        };
        policy::may_arrange(tx.actor())?;
        let (is_cell, departments) = match target {
            Target::Person(_) => (false, Vec::new()),
            Target::Worksite(id) => (true, worksites::departments(tx, &[id])?),
        };
        let action = match target {
            Target::Person(member) => format!("/people/{member}/stewards"),
            Target::Worksite(id) => format!("/worksites/{id}/stewards"),
        };
        let chosen = match form.kind.as_str() {
            "" => AssignmentKind::Primary.as_str(),
            kind => kind,
        };
        Ok(Self {
            shell,
            title,
            action,
            back,
            back_label,
            candidates: queries::candidates(tx)?,
            kinds: kinds(chosen),
            is_cell,
            departments,
            shifts: worksites::shifts(tx)?,
            form,
            errors,
        })
    }
}

/// A leave in a list.
pub struct LeaveLine {
    pub id: LeaveId,
    pub when: String,
}

/// `/stewards/{member}`: whom somebody looks after, and when they are away.
#[derive(Template)]
#[template(path = "people/steward.html")]
pub struct StewardPage {
    pub shell: Shell,
    pub card: MemberCard,
    pub is_me: bool,
    pub can_arrange: bool,
    pub can_note_absence: bool,
    pub assignments: Vec<AssignmentLine>,
    pub leaves: Vec<LeaveLine>,
    pub candidates: Vec<Candidate>,
    pub form: LeaveForm,
    pub errors: FieldErrors,
    /// What the days mean, once somebody has people without a backup; empty otherwise.
    pub warning: String,
}

impl StewardPage {
    /// The page of a steward: their own, or for admins anybody's.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everyone else.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        steward: MemberId,
        form: LeaveForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let person = tenancy::person(tx, steward)?;
        policy::may_note_absence(tx.actor(), steward).map_err(|_| AppError::NotFound)?;
        let now = tx.now();
        let listed = queries::of_steward(tx, steward)?;
        let alone = queries::without_backup(tx, steward, now)?;
        let leave = |leave: Leave| LeaveLine {
            id: leave.id,
            when: period(leave.starts_at, Some(leave.ends_at), now, me.zone),
        };
        let candidates = queries::candidates(tx)?;
        Ok(Self {
            shell,
            is_me: steward == me.member,
            can_arrange: policy::may_arrange(tx.actor()).is_ok(),
            can_note_absence: true,
            assignments: lines(me, now, listed),
            leaves: queries::leaves_of(tx, steward)?.into_iter().map(leave).collect(),
            candidates: candidates
                .into_iter()
                .filter(|candidate| candidate.id != steward)
                .collect(),
            form,
            errors,
            warning: match alone {
                0 => String::new(),
                1 => "1 person has no backup today.".to_owned(),
                many => format!("{many} people have no backup today."),
            },
            card: person.card,
        })
    }
}

/// A steward on the workload page.
pub struct LoadLine {
    pub id: MemberId,
    pub name: String,
    pub people: i64,
    pub backups: i64,
    pub away: String,
    /// More than the organization means one steward to look after.
    pub is_over: bool,
}

/// `/stewards`
#[derive(Template)]
#[template(path = "people/workload.html")]
pub struct WorkloadPage {
    pub shell: Shell,
    pub stewards: Vec<LoadLine>,
    pub meant: i32,
}

impl WorkloadPage {
    /// How much is whose.
    ///
    /// # Errors
    /// [`AppError::Denied`] for others than admins.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, me: &Member) -> Result<Self, AppError> {
        policy::may_arrange(tx.actor())?;
        let (now, meant) = (tx.now(), queries::people_per_steward(tx)?);
        let line = |load: queries::Load| LoadLine {
            id: load.id,
            name: load.name,
            is_over: load.people > i64::from(meant),
            people: load.people,
            backups: load.backups,
            away: load
                .away_until
                .map(|until| format!("away {}", period(now, Some(until), now, me.zone)))
                .unwrap_or_default(),
        };
        Ok(Self {
            shell,
            stewards: queries::workload(tx)?.into_iter().map(line).collect(),
            meant,
        })
    }
}
