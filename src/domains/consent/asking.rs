//! Asking people by mail whether they agree, with a link by which they say so themselves (double opt-in).

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domains::people;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::mail::{self, Letter, Locale, Mailbox};

use super::links::{Link, Opens};
use super::model::Channel;
use super::{actions, leaving, preferences, queries};

/// Who is asked what.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub member: MemberId,
    pub channel: Channel,
    pub category: &'a str,
    /// Where they are asked.
    pub address: &'a str,
}

/// Why they are asked.
#[derive(Debug, Clone, Copy)]
pub enum Occasion {
    /// Somebody noted that they would like it.
    WasTold,
    /// What allows it ends at this moment.
    RunsOut(DateTime<Utc>),
}

/// Writes to them.
///
/// # Errors
/// [`AppError::Invalid`] when there is no address, or nothing is sent to it.
pub fn write(
    tx: &mut TenantTx<'_>,
    app: &App,
    question: &Question<'_>,
    occasion: Occasion,
) -> Result<(), AppError> {
    let situation = actions::situation(tx, &app.keys, question.member)?;
    if situation.suppression(question.channel).is_some() {
        return Err(AppError::field(
            "action",
            "Nothing is sent to their address. Lift that first, or let them choose on their preferences page.",
        ));
    }
    if question.address.is_empty() {
        return Err(AppError::field("action", "There is no address to ask them at."));
    }
    let reach = people::reach(tx, question.member)?;
    let locale = Locale::of(&reach.locale);
    let link = Link {
        org: tx.org(),
        member: question.member,
        opens: Opens::Confirming {
            channel: question.channel,
            category: question.category.to_owned(),
        },
    };
    let page = format!(
        "{}/y/{}",
        app.config.public_url,
        link.written(&app.keys, tx.now())
    );
    let zone = situation.relation.zone;
    let (id, until) = match occasion {
        Occasion::WasTold => ("confirm", String::new()),
        Occasion::RunsOut(end) => ("renew", preferences::pages::local_day(end, zone, locale)),
    };
    let values = [
        ("organization", queries::asker(tx)?.name),
        (
            "category",
            leaving::pages::category_name(tx, locale, question.category)?,
        ),
        ("until", until),
    ];
    let to = Mailbox {
        name: reach.name,
        email: question.address.to_owned(),
    };
    let letter = Letter::new(to, locale, id, &values)
        .action(&format!("{id}-action"), page)
        .closing(&format!("{id}-closing"), &[])
        .may_wait();
    mail::post(tx, &app.config, &letter)
}
