//! Facts this room tells. Ids only.

use crate::events;
use crate::kernel::ids::{JourneyId, JourneyVersionId};

events! {
    JourneyCreated = "journeys.journey.created", "Somebody began a journey." { journey: JourneyId }
    JourneyPublished = "journeys.journey.published", "A journey got another version that learners can begin." { journey: JourneyId, version: JourneyVersionId, number: i32 }
    JourneyArchived = "journeys.journey.archived", "A journey was put away; who learns in it goes on." { journey: JourneyId }
    JourneyRestored = "journeys.journey.restored", "A journey that was put away is in use again." { journey: JourneyId }
}
