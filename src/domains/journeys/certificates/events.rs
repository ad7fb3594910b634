//! Facts this room tells. Ids only.

use crate::events;
use crate::kernel::ids::{CertificateId, EnrolmentId, JourneyId, MemberId};

events! {
    AwardChanged = "journeys.award.changed", "What finishing a journey is rewarded with was turned on, off or put into other words." { journey: JourneyId }
    CertificateIssued = "journeys.certificate.issued", "Somebody was given a certificate for finishing a journey." { certificate: CertificateId, enrolment: EnrolmentId, member: MemberId, journey: JourneyId }
    CertificateRevoked = "journeys.certificate.revoked", "A certificate no longer counts." { certificate: CertificateId, enrolment: EnrolmentId, member: MemberId, journey: JourneyId }
}
