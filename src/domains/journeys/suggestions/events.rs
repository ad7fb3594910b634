//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::{EnrolmentId, MemberId, SuggestionId};

events! {
    SuggestionProposed = "journeys.suggestion.proposed", "There is something that a coach could write to a learner." { suggestion: SuggestionId, enrolment: EnrolmentId }
    SuggestionApproved = "journeys.suggestion.approved", "Somebody approved a suggestion, as it was or with other words." { suggestion: SuggestionId, by: MemberId }
    SuggestionSent = "journeys.suggestion.sent", "An approved suggestion was sent to the learner." { suggestion: SuggestionId, enrolment: EnrolmentId }
    SuggestionRejected = "journeys.suggestion.rejected", "Somebody rejected a suggestion; nothing was sent." { suggestion: SuggestionId, by: MemberId }
    SuggestionExpired = "journeys.suggestion.expired", "Nobody decided about a suggestion in time; nothing was sent." { suggestion: SuggestionId }
    WritingChanged = "journeys.suggestion.settings_changed", "How suggestions are made was set anew." { by: MemberId }
}
