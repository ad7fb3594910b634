//! Who may broadcast to whom, and who may do what with a broadcast. Pure: standing and thing in, proof or refusal out.

use chrono::{DateTime, Utc};

use crate::domains::channels::model::ChannelType;
use crate::domains::tenancy::model::ContextKind;
use crate::kernel::actor::{Member, Role, Roles};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{ContextId, MemberId};

use super::model::{Broadcast, BroadcastState};

/// Above this many people the sender types their number before it goes out.
pub const CONFIRM_ABOVE: i64 = 100;
/// The roles that may send, the widest reach first.
pub const SENDERS: &[Role] = &[Role::Admin, Role::Communicator, Role::TeamLeader, Role::Coach];
/// The roles whose reach is the whole organization, and who see every broadcast of it.
const OVERSEERS: &[Role] = &[Role::Admin, Role::Communicator];

/// A sender as the rules see them.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What they may do.
    pub roles: Roles,
    /// The open contexts they lead.
    pub leads: Vec<(ContextId, ContextKind)>,
}

/// What an audience comes down to, for the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The people of a channel.
    Channel {
        /// Its kind.
        kind: ChannelType,
        /// What it is bound to.
        context: Option<ContextId>,
    },
    /// The people of a context, or some of them.
    Context(ContextId),
    /// People whom the sender looks after, as another part of the portal says.
    Vouched,
    /// People all over the organization.
    Organization,
}

/// Proof that someone may broadcast at all.
#[derive(Debug, Clone, Copy)]
pub struct MaySend(());

/// Proof that an audience lies within a sender's reach.
#[derive(Debug, Clone, Copy)]
pub struct Addressable {
    role: Role,
}

impl Addressable {
    /// The role that gives the reach; throttles are those of this role.
    pub fn role(self) -> Role {
        self.role
    }
}

/// Whether these roles may broadcast to anyone.
///
/// # Errors
/// [`AppError::Denied`] for everyone else.
pub fn may_send_at_all(roles: Roles) -> Result<MaySend, AppError> {
    if roles.any(SENDERS) && !roles.sponsor_only() {
        return Ok(MaySend(()));
    }
    Err(Denied::because("Only team leaders, coaches, communicators and admins send broadcasts.").into())
}

/// Whether the audience lies within reach: for communicators and admins always, for team leaders when they lead the
/// context behind it, for coaches when that is a cohort. Direct conversations are never an audience.
///
/// # Errors
/// [`AppError::Denied`].
pub fn may_address(standing: &Standing, reach: Reach) -> Result<Addressable, AppError> {
    may_send_at_all(standing.roles)?;
    if matches!(
        reach,
        Reach::Channel {
            kind: ChannelType::Direct,
            ..
        }
    ) {
        return Err(Denied::because(
            "A direct conversation can't be the audience of a broadcast. Write in it instead.",
        )
        .into());
    }
    let everywhere = OVERSEERS.iter().find(|role| standing.roles.has(**role));
    match everywhere.copied().or_else(|| leading_role(standing, reach)) {
        Some(role) => Ok(Addressable { role }),
        None => Err(Denied::because("You can broadcast only to the teams and groups you lead.").into()),
    }
}

fn leading_role(standing: &Standing, reach: Reach) -> Option<Role> {
    let context = match reach {
        Reach::Channel { context, .. } => context?,
        Reach::Context(context) => context,
        Reach::Vouched => return looking_after(standing.roles),
        Reach::Organization => return None,
    };
    let (_, kind) = standing.leads.iter().find(|(led, _)| *led == context)?;
    let coaches = standing.roles.has(Role::Coach) && *kind == ContextKind::Cohort;
    match standing.roles.has(Role::TeamLeader) {
        true => Some(Role::TeamLeader),
        false => Some(Role::Coach).filter(|_| coaches),
    }
}

/// In which role somebody looks after learners.
fn looking_after(roles: Roles) -> Option<Role> {
    let both = [Role::TeamLeader, Role::Coach];
    both.into_iter().find(|role| roles.has(*role))
}

/// In which capacity someone sees a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// They were sent it.
    pub received: bool,
    /// They see its figures: the author, communicators and admins.
    pub oversees: bool,
}

/// Whether a broadcast may be seen, given whether this person was sent it.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn may_see(
    me: &Member,
    broadcast: &Broadcast,
    receipt: Option<&super::receipts::Receipt>,
) -> Result<Sight, AppError> {
    let sight = Sight {
        received: receipt.is_some(),
        oversees: broadcast.author_id == me.member || me.roles.any(OVERSEERS),
    };
    if sight.received || sight.oversees {
        Ok(sight)
    } else {
        Err(AppError::NotFound)
    }
}

/// Proof that a broadcast may be taken back.
pub struct Cancellable<'a>(&'a Broadcast);

impl Cancellable<'_> {
    /// The broadcast.
    pub fn broadcast(&self) -> &Broadcast {
        self.0
    }
}

/// Whether it may be taken back: by its author, communicators and admins, until it is sent. Ask with the row locked.
///
/// # Errors
/// [`AppError::NotFound`] for others; [`AppError::Conflict`] when it is too late.
pub fn may_cancel<'a>(me: &Member, broadcast: &'a Broadcast) -> Result<Cancellable<'a>, AppError> {
    if !may_see(me, broadcast, None)?.oversees {
        return Err(AppError::NotFound);
    }
    match broadcast.state {
        BroadcastState::Scheduled => Ok(Cancellable(broadcast)),
        BroadcastState::Sent => Err(AppError::Conflict(
            "This broadcast has already been sent, so it can't be cancelled any more.".to_owned(),
        )),
        BroadcastState::Cancelled => Err(AppError::Conflict(
            "This broadcast was already cancelled.".to_owned(),
        )),
    }
}

/// Proof that a scheduled broadcast may go out, or be called off, now.
pub struct Due<'a>(&'a Broadcast);

impl Due<'_> {
    /// The broadcast.
    pub fn broadcast(&self) -> &Broadcast {
        self.0
    }
}

/// Whether it waits and its time has come. Ask with the row locked: that makes it go out once.
pub fn due(broadcast: &Broadcast, now: DateTime<Utc>) -> Option<Due<'_>> {
    (broadcast.state == BroadcastState::Scheduled && broadcast.send_at <= now).then_some(Due(broadcast))
}

/// Proof that those who have not answered may be asked again.
pub struct Nudgeable<'a>(&'a Broadcast);

impl Nudgeable<'_> {
    /// The broadcast.
    pub fn broadcast(&self) -> &Broadcast {
        self.0
    }
}

/// Whether people may be asked again: by its author while they may still send, by communicators and admins.
///
/// # Errors
/// [`AppError::NotFound`] for those who do not see its figures; [`AppError::Conflict`] when nobody was asked.
pub fn may_nudge<'a>(me: &Member, broadcast: &'a Broadcast) -> Result<Nudgeable<'a>, AppError> {
    if !may_see(me, broadcast, None)?.oversees {
        return Err(AppError::NotFound);
    }
    may_send_at_all(me.roles)?;
    let refusal = match broadcast.state {
        _ if !broadcast.requires_ack => "This broadcast does not ask for confirmation.",
        BroadcastState::Sent => return Ok(Nudgeable(broadcast)),
        BroadcastState::Cancelled => "This broadcast was cancelled, so nobody was asked to confirm it.",
        _ => "This broadcast has not been sent yet, so nobody has been asked to confirm it.",
    };
    Err(AppError::Conflict(refusal.to_owned()))
}

/// Whether the list of who was sent it, and what they did with it, may be taken away as a file.
///
/// # Errors
/// [`AppError::NotFound`] for those who do not see its figures.
pub fn may_export(me: &Member, broadcast: &Broadcast) -> Result<MaySend, AppError> {
    match may_see(me, broadcast, None)?.oversees {
        true => may_send_at_all(me.roles),
        false => Err(AppError::NotFound),
    }
}

/// Proof that a recipient may answer.
#[derive(Debug, Clone, Copy)]
pub struct Answerable(MemberId);

impl Answerable {
    /// The recipient.
    pub fn recipient(self) -> MemberId {
        self.0
    }
}

/// Whether this person was asked.
///
/// # Errors
/// [`AppError::NotFound`] for those who were not sent it; [`AppError::Conflict`] when it asks for nothing.
pub fn may_acknowledge(
    me: &Member,
    broadcast: &Broadcast,
    receipt: Option<&super::receipts::Receipt>,
) -> Result<Answerable, AppError> {
    match (receipt, broadcast.requires_ack) {
        (None, _) => Err(AppError::NotFound),
        (Some(_), true) => Ok(Answerable(me.member)),
        (Some(_), false) => Err(AppError::Conflict(
            "This broadcast does not ask for a confirmation.".to_owned(),
        )),
    }
}

/// Proof that someone may read the log of everyone's broadcasts.
#[derive(Debug, Clone, Copy)]
pub struct MayAudit(());

/// Whether the log may be read: by admins and privacy officers.
///
/// # Errors
/// [`AppError::Denied`] for others.
pub fn may_audit(me: &Member) -> Result<MayAudit, AppError> {
    match me.roles.any(&[Role::Admin, Role::PrivacyOfficer]) {
        true => Ok(MayAudit(())),
        false => Err(Denied::because("Only admins and privacy officers read the broadcast log.").into()),
    }
}

/// Whose broadcasts a sender finds in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Their own.
    Mine,
    /// Everyone's.
    All,
}

/// The wider of what was asked for and what may be: only overseers list what others sent.
pub fn listing(me: &Member, wants_all: Option<&str>) -> Listing {
    match wants_all {
        Some("mine") => Listing::Mine,
        _ if may_list_all(me) => Listing::All,
        _ => Listing::Mine,
    }
}

/// Whether this person may list what others sent.
pub fn may_list_all(me: &Member) -> bool {
    me.roles.any(OVERSEERS)
}
