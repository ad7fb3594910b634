//! The letter that carries the link.

use chrono::{DateTime, Utc};

use crate::kernel::actor::zone_or_utc;
use crate::kernel::time;
use crate::platform::mail::{Letter, Locale, Mailbox};

/// What the letter says.
pub struct Invite<'a> {
    pub email: &'a str,
    pub display_name: &'a str,
    pub inviter: &'a str,
    pub org_name: &'a str,
    pub time_zone: &'a str,
    pub locale: &'a str,
    pub link: String,
    pub expires_at: DateTime<Utc>,
}

/// In the organization's language, with the time it ends in the organization's zone.
pub fn invitation(invite: Invite<'_>) -> Letter {
    let to = Mailbox {
        name: invite.display_name.to_owned(),
        email: invite.email.to_owned(),
    };
    let organization = ("organization", invite.org_name.to_owned());
    let until = (
        "until",
        time::local_date_time(invite.expires_at, zone_or_utc(invite.time_zone)),
    );
    Letter::new(
        to,
        Locale::of(invite.locale),
        "invitation",
        &[("inviter", invite.inviter.to_owned()), organization.clone()],
    )
    .action("invitation-action", invite.link)
    .closing("invitation-closing", &[until, organization])
    .readable_until(invite.expires_at)
}
