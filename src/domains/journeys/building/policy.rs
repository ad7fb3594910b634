//! Who builds journeys. Pure; writers demand the proofs made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{ContextId, JourneyId, MemberId};

use super::model::Journey;

/// Who builds journeys.
pub const BUILDERS: &[Role] = &[Role::Coach, Role::TeamLeader, Role::Admin];
/// Who builds all of them; team leaders build those of the teams they lead.
pub const EVERYWHERE: &[Role] = &[Role::Coach, Role::Admin];

/// Which journeys somebody builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All of the organization.
    All,
    /// Those of these teams.
    Teams(Vec<ContextId>),
}

/// That somebody builds journeys.
#[derive(Debug, Clone)]
pub struct Builder {
    by: MemberId,
    reach: Reach,
}

impl Builder {
    /// Who.
    pub fn by(&self) -> MemberId {
        self.by
    }

    /// Which journeys.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Whether they build journeys of this team, or those of nobody's in particular.
    pub fn reaches(&self, team: Option<ContextId>) -> bool {
        match (&self.reach, team) {
            (Reach::All, _) => true,
            (Reach::Teams(led), Some(team)) => led.contains(&team),
            (Reach::Teams(_), None) => false,
        }
    }
}

/// Whether the actor, who leads these teams, builds journeys.
///
/// # Errors
/// [`Denied`] for everyone but coaches, team leaders and admins.
pub fn may_build(actor: &Actor, led: Vec<ContextId>) -> Result<Builder, Denied> {
    let roles = actor.roles();
    let reach = match (roles.any(EVERYWHERE), roles.has(Role::TeamLeader)) {
        (true, _) => Reach::All,
        (false, true) => Reach::Teams(led),
        (false, false) => return Err(denied()),
    };
    let by = actor.member_id().ok_or_else(denied)?;
    Ok(Builder { by, reach })
}

fn denied() -> Denied {
    Denied::because("Journeys are built by coaches and admins, and by team leaders for their teams.")
}

/// That a journey of this team may be begun.
#[derive(Debug)]
pub struct Beginning {
    by: MemberId,
    team: Option<ContextId>,
}

impl Beginning {
    /// Who begins it.
    pub fn by(&self) -> MemberId {
        self.by
    }

    /// Whose it will be.
    pub fn team(&self) -> Option<ContextId> {
        self.team
    }
}

/// Whether a builder may begin a journey of this team.
///
/// # Errors
/// [`AppError::Invalid`] at the team they chose, when it is none of theirs.
pub fn may_begin(builder: &Builder, team: Option<ContextId>) -> Result<Beginning, AppError> {
    match builder.reaches(team) {
        true => Ok(Beginning { by: builder.by, team }),
        false => Err(AppError::field("team", "Choose one of the teams you lead.")),
    }
}

/// That this journey's draft may be changed and published.
#[derive(Debug)]
pub struct Building {
    journey: JourneyId,
    by: MemberId,
}

impl Building {
    /// Which journey.
    pub fn journey(&self) -> JourneyId {
        self.journey
    }

    /// Who changes it.
    pub fn by(&self) -> MemberId {
        self.by
    }
}

/// Whether a builder sees a journey.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub fn may_see(builder: &Builder, journey: &Journey) -> Result<(), AppError> {
    match builder.reaches(journey.team_id) {
        true => Ok(()),
        false => Err(AppError::NotFound),
    }
}

/// Whether a builder changes a journey.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs, [`AppError::Denied`] while it is put away.
pub fn may_change(builder: &Builder, journey: &Journey) -> Result<Building, AppError> {
    may_see(builder, journey)?;
    match journey.archived_at {
        None => Ok(Building {
            journey: journey.id,
            by: builder.by,
        }),
        Some(_) => Err(Denied::because(
            "This journey is put away. Take it into use again before you change it.",
        )
        .into()),
    }
}

/// What is published at the time somebody chose who was allowed to then.
pub fn as_planned(journey: JourneyId, by: MemberId) -> Building {
    Building { journey, by }
}

/// What a job begins for somebody who may write for this team in the library, which the same people may as build journeys.
pub fn as_asked(by: MemberId, team: Option<ContextId>) -> Beginning {
    Beginning { by, team }
}

/// What the sample data brings along, in the name of somebody of it.
pub fn as_sample(by: MemberId, team: Option<ContextId>) -> Beginning {
    Beginning { by, team }
}

/// A journey that the sample data fills.
pub fn sample(journey: JourneyId, by: MemberId) -> Building {
    Building { journey, by }
}
