//! Facts this module tells.

use crate::events;
use crate::kernel::ids::{MemberId, OrgId};

use super::model::{InvitationId, TokenId};

events! {
    InvitationCreated = "identity.invitation.created", "Someone was invited to become a member." { invitation: InvitationId }
    InvitationRenewed = "identity.invitation.renewed", "An invitation was sent again under a new link." { invitation: InvitationId }
    InvitationRevoked = "identity.invitation.revoked", "An invitation can no longer be accepted." { invitation: InvitationId }
    InvitationAccepted = "identity.invitation.accepted", "An invited person became a member." { invitation: InvitationId, member: MemberId }
    TokenCreated = "identity.token.created", "A member made a personal API token." { token: TokenId, member: MemberId }
    TokenRevoked = "identity.token.revoked", "A personal API token stopped working before its time." { token: TokenId, member: MemberId }
    ProfileChanged = "identity.profile.changed", "A member changed how others see them, their language or their time zone." { member: MemberId }
    PasswordChanged = "identity.password.changed", "A member's login has another password; its other sessions ended." { member: MemberId }
    SecondFactorChanged = "identity.second_factor.changed", "A member's login turned its second factor on or off." { member: MemberId, is_on: bool }
    OrganizationChanged = "identity.organization.changed", "The organization's name, time zone, language or sign-in rules changed." { org: OrgId }
}
