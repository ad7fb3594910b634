//! What a notification is.

use chrono::TimeDelta;

use crate::pg_enum;

pg_enum! {
    /// What happened.
    Kind as NotificationKind {
        /// A message named them.
        Mention = "mention": "A mention",
        /// A message called everyone in a channel of theirs.
        Everyone = "everyone": "A call to everyone",
        /// Somebody wrote to them directly.
        Direct = "direct": "A direct message",
        /// A broadcast was sent to them.
        Broadcast = "broadcast": "A broadcast",
        /// They were given a certificate.
        Certificate = "certificate": "A certificate",
        /// A coach answered what they handed in.
        Answer = "answer": "An answer to work",
    }
}

impl Kind {
    /// Under which category of messages they decide about it.
    pub const fn category(self) -> &'static str {
        match self {
            Self::Mention | Self::Everyone | Self::Direct | Self::Certificate | Self::Answer => "social",
            Self::Broadcast => "alerts",
        }
    }

    /// How long they have to see it in the portal first.
    pub const fn grace(self) -> TimeDelta {
        match self {
            Self::Mention | Self::Everyone | Self::Direct | Self::Certificate | Self::Answer => {
                TimeDelta::minutes(10)
            }
            Self::Broadcast => TimeDelta::minutes(2),
        }
    }
}

pg_enum! {
    /// Whether they were told.
    State as NotificationState {
        /// It is not decided yet.
        Waiting = "waiting": "E-mail waits",
        /// It waits for the mail of the day or of the week.
        Gathering = "gathering": "E-mail waits for the next digest",
        /// They were written to.
        Told = "told": "Sent by e-mail",
        /// They were not, for a reason that stands beside it.
        NotTold = "not_told": "No e-mail",
    }
}

pg_enum! {
    /// Whether they were told by push.
    PushState as NotificationPushState {
        /// It is not decided yet.
        Waiting = "waiting": "Push waits",
        /// It was handed over to be sent.
        OnItsWay = "on_its_way": "Push is on its way",
        /// A push service took it for at least one device of theirs.
        Told = "told": "Sent by push",
        /// It did not go to any, for a reason that stands beside it.
        NotTold = "not_told": "No push",
    }
}

/// Why somebody was not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Read,
    Gone,
    Muted,
    Inactive,
    NoAddress,
    Suppressed,
    Withdrawn,
    Expired,
    NoBasis,
    NoDevice,
    Undelivered,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::Read,
        Self::Gone,
        Self::Muted,
        Self::Inactive,
        Self::NoAddress,
        Self::Suppressed,
        Self::Withdrawn,
        Self::Expired,
        Self::NoBasis,
        Self::NoDevice,
        Self::Undelivered,
    ];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Gone => "gone",
            Self::Muted => "muted",
            Self::Inactive => "inactive",
            Self::NoAddress => "no_address",
            Self::Suppressed => "suppressed",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::NoBasis => "no_basis",
            Self::NoDevice => "no_device",
            Self::Undelivered => "undelivered",
        }
    }

    /// What the person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Read => "you had seen it here",
            Self::Gone => "it was taken away, or you are no longer in the channel",
            Self::Muted => "you muted the channel",
            Self::Inactive => "your account was not active",
            Self::NoAddress => "there is no e-mail address of yours",
            Self::Suppressed => "nothing is sent to your address any more",
            Self::Withdrawn => "you asked not to get this kind of message by e-mail",
            Self::Expired => "your consent to this kind of message has run out",
            Self::NoBasis => "you never agreed to this kind of message",
            Self::NoDevice => "push was switched off on your devices",
            Self::Undelivered => "no push service took it",
        }
    }

    /// What the person reads when it is about push.
    pub const fn label_of_push(self) -> &'static str {
        match self {
            Self::Withdrawn => "you asked not to get this kind of message by push",
            Self::NoBasis => "you never agreed to this kind of message by push",
            other => other.label(),
        }
    }

    /// The reason a stored word stands for.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}
