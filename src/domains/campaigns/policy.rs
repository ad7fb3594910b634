//! Who sends to many people. Pure; writers demand the proofs made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::Denied;
use crate::kernel::ids::MemberId;

use super::model::{Campaign, State};

/// Who makes campaigns and looks at what became of them.
pub const SENDERS: &[Role] = &[Role::Communicator, Role::Admin];
/// Who decides through which services messages leave.
pub const PROVIDER_KEEPERS: &[Role] = &[Role::Admin];

/// Who looks at what somebody was sent: those who send, and those who answer for it.
pub const LOG_READERS: &[Role] = &[Role::Communicator, Role::PrivacyOfficer, Role::Admin];

/// Whether the actor looks at what somebody was sent.
///
/// # Errors
/// [`Denied`] for everyone but communicators, privacy officers and admins.
pub fn may_read_log(actor: &Actor) -> Result<(), Denied> {
    match actor.member_id() {
        Some(_) if actor.roles().any(LOG_READERS) => Ok(()),
        _ => Err(Denied::because(
            "What people were sent is looked at by communicators, privacy officers and admins.",
        )),
    }
}

/// That campaigns may be made and changed.
#[derive(Debug)]
pub struct Campaigning(MemberId);

impl Campaigning {
    /// By whom.
    pub fn by(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor makes campaigns.
///
/// # Errors
/// [`Denied`] for everyone but communicators and admins.
pub fn may_campaign(actor: &Actor) -> Result<Campaigning, Denied> {
    match actor.member_id() {
        Some(me) if actor.roles().any(SENDERS) => Ok(Campaigning(me)),
        _ => Err(Denied::because("Campaigns are for communicators and admins.")),
    }
}

/// What the sample data brings along, in the name of somebody of it.
pub fn as_sample(author: MemberId) -> Campaigning {
    Campaigning(author)
}

/// A draft that the sample data writes.
pub fn sample_draft(campaign: &Campaign) -> Drafting<'_> {
    Drafting(campaign)
}

/// That a campaign's words, audience and times may still be changed.
#[derive(Debug)]
pub struct Drafting<'a>(&'a Campaign);

impl Drafting<'_> {
    /// Which campaign.
    pub fn campaign(&self) -> &Campaign {
        self.0
    }
}

/// Whether a campaign may still be changed: only a draft. What was sent off is what people get.
///
/// # Errors
/// [`Denied`] for everyone but communicators and admins, and once it was sent off.
pub fn may_draft<'a>(actor: &Actor, campaign: &'a Campaign) -> Result<Drafting<'a>, Denied> {
    may_campaign(actor)?;
    match campaign.state {
        State::Draft => Ok(Drafting(campaign)),
        _ => Err(Denied::because(
            "This campaign was sent off and can't be changed any more. Make a copy of it.",
        )),
    }
}

/// That somebody other than who sent it off lets a campaign to many people go.
#[derive(Debug)]
pub struct Approving(MemberId);

impl Approving {
    /// Who approves.
    pub fn by(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor may approve: nobody approves what they sent off themselves.
///
/// # Errors
/// [`Denied`].
pub fn may_approve(actor: &Actor, campaign: &Campaign) -> Result<Approving, Denied> {
    let by = may_campaign(actor)?.by();
    match campaign.launched_by == Some(by) {
        true => Err(Denied::because(
            "Somebody else has to approve it: you sent it off yourself.",
        )),
        false => Ok(Approving(by)),
    }
}

/// That the services behind which messages leave may be changed.
#[derive(Debug)]
pub struct Providing(MemberId);

impl Providing {
    /// Who changes them.
    pub fn by(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor decides about providers.
///
/// # Errors
/// [`Denied`] for everyone but admins.
pub fn may_provide(actor: &Actor) -> Result<Providing, Denied> {
    match actor.member_id() {
        Some(me) if actor.roles().any(PROVIDER_KEEPERS) => Ok(Providing(me)),
        _ => Err(Denied::because("Providers are set by admins.")),
    }
}
