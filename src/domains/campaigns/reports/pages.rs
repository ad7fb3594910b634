//! The page of what somebody texted.

use askama::Template;
use chrono_tz::Tz;

use crate::domains::consent::rules::{Reply, read_reply};
use crate::domains::consent::standing;
use crate::domains::people;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::texts_of;

/// Texts that are shown.
const SHOWN: i64 = 200;

/// One text.
pub struct TextLine {
    pub body: String,
    pub number: String,
    pub when: String,
    pub machine: String,
    /// Whether it may ask to stop, in words that no program understands.
    pub may_ask_to_stop: bool,
}

/// `/people/{member}/texts`
#[derive(Template)]
#[template(path = "campaigns/reports/texts.html")]
pub struct TextsPage {
    pub shell: Shell,
    pub member: MemberId,
    pub name: String,
    pub lines: Vec<TextLine>,
}

impl TextsPage {
    /// Reads what came from any number of theirs.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such person.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, zone: Tz, member: MemberId) -> Result<Self, AppError> {
        let name = people::reach(tx, member)?.name;
        let lines = texts_of(tx, member, SHOWN)?
            .into_iter()
            .map(|one| TextLine {
                when: local_date_time(one.at, zone),
                machine: machine(one.at),
                may_ask_to_stop: may_ask_to_stop(&one.body),
                number: one.number,
                body: one.body,
            })
            .collect();
        Ok(Self {
            shell,
            member,
            name,
            lines,
        })
    }
}

/// Any reasonable way of asking counts (47 CFR 64.1200(a)(10)).
fn may_ask_to_stop(body: &str) -> bool {
    standing::rules()
        .map(|rules| read_reply(body, None, rules))
        .is_some_and(|reply| matches!(reply, Reply::Other { mentions_stop: true }))
}
