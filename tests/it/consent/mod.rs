//! What people agree to and take back: the ledger, the preferences page, leaving, keeping, and the proof.

mod api;
mod fold;
mod keeping;
mod leaving;
mod ledger;
mod preferences;
mod renewing;
mod suppressing;

use waymark::domains::consent::links::{Link, Opens};
use waymark::domains::consent::model::Channel;

use crate::support::portal::Portal;

/// A link for somebody of the first organization.
pub fn link(portal: &Portal, who: &str, opens: Opens) -> String {
    Link {
        org: portal.organization("local"),
        member: portal.member(who),
        opens,
    }
    .written(&portal.app.keys, portal.app.clock().now())
}

/// The link with which somebody leaves newsletters by e-mail.
pub fn leaving(portal: &Portal, who: &str, category: &str) -> String {
    link(
        portal,
        who,
        Opens::Leaving {
            message: None,
            channel: Channel::Email,
            category: category.to_owned(),
        },
    )
}

/// What the ledger says about somebody, a line each.
pub fn ledger(portal: &Portal, who: &str) -> Vec<String> {
    let said = portal.look(&format!(
        "SELECT coalesce(string_agg(concat_ws(' ', channel, category, action, method), E'\\n' ORDER BY recorded_at, id), '') FROM consent_records WHERE member_id = '{}'",
        portal.member(who)
    ));
    said.lines().map(str::to_owned).collect()
}

/// The newest mail in the outbox to an address, as text.
pub fn newest_mail(portal: &Portal, to: &str) -> String {
    portal.look(&format!(
        "SELECT coalesce((SELECT convert_from(mime, 'UTF8') FROM outbox_mails WHERE recipient = '{to}' ORDER BY id DESC LIMIT 1), '')"
    ))
}
