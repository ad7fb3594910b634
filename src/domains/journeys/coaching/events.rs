//! Facts this room tells. Ids only.

use crate::events;
use crate::kernel::ids::{EnrolmentId, JourneyId, MemberId, NudgeId};

events! {
    LearnerNudged = "journeys.learner.nudged", "A coach wrote to a learner who does not get on." { nudge: NudgeId, enrolment: EnrolmentId, member: MemberId, journey: JourneyId }
}
