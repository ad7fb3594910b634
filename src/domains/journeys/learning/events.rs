//! Facts this room tells. Ids only.

use crate::events;
use crate::kernel::ids::{EnrolmentId, JourneyId, JourneyVersionId, MemberId, NodeKey, SubmissionId};

events! {
    EnrolmentStarted = "journeys.enrolment.started", "Somebody learns a journey from now on." { enrolment: EnrolmentId, member: MemberId, journey: JourneyId, version: JourneyVersionId }
    EnrolmentLeft = "journeys.enrolment.left", "Somebody no longer learns a journey." { enrolment: EnrolmentId, member: MemberId, journey: JourneyId }
    EnrolmentMoved = "journeys.enrolment.moved", "Somebody learns another version of their journey." { enrolment: EnrolmentId, member: MemberId, journey: JourneyId, from: JourneyVersionId, to: JourneyVersionId }
    LessonCompleted = "journeys.lesson.completed", "A learner finished a lesson, or a coach counted it as done." { enrolment: EnrolmentId, member: MemberId, journey: JourneyId, lesson: NodeKey, is_waived: bool }
    LessonReopened = "journeys.lesson.reopened", "A coach took back that a lesson was done." { enrolment: EnrolmentId, member: MemberId, journey: JourneyId, lesson: NodeKey }
    MilestoneCompleted = "journeys.milestone.completed", "A learner finished every lesson of a milestone that counts." { enrolment: EnrolmentId, member: MemberId, journey: JourneyId, milestone: NodeKey }
    JourneyCompleted = "journeys.journey.completed", "A learner finished every lesson of a journey that counts." { enrolment: EnrolmentId, member: MemberId, journey: JourneyId }
    ReviewRequested = "journeys.review.requested", "A learner handed in work that a coach looks at." { enrolment: EnrolmentId, member: MemberId, journey: JourneyId, lesson: NodeKey, submission: SubmissionId }
    ReviewGiven = "journeys.review.given", "A coach approved work, or returned it with comments." { enrolment: EnrolmentId, member: MemberId, journey: JourneyId, lesson: NodeKey, submission: SubmissionId, is_approved: bool }
}
