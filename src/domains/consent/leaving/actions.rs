//! Taking back what a link in a message is about, by whatever way it comes.

use crate::app::App;
use crate::domains::consent::events::MessageLeft;
use crate::domains::consent::links::{Broken, Link, Opens};
use crate::domains::consent::model::{Action, Channel, EVERYTHING, Method, Record};
use crate::domains::consent::queries::{self, Evidence, Said};
use crate::domains::consent::texts::{self, Wording};
use crate::domains::consent::{actions, policy};
use crate::domains::people;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::mail::{self, Letter, Locale, Mailbox, say};

use super::pages::category_name;

/// What leaving leaves: nothing when the link opens something else.
///
/// # Errors
/// [`Broken`] for links that open something else.
pub(super) fn opened(link: Link) -> Result<(Link, Channel, String), Broken> {
    match link.opens.clone() {
        Opens::Leaving {
            channel, category, ..
        } => Ok((link, channel, category)),
        _ => Err(Broken::Unknown),
    }
}

/// Takes back what a token in a mail is about, as one click with its link would (RFC 2369, 3.2). Answers whether the token was one of this
/// organization: anybody can write such mail, and only the token says for whom.
///
/// # Errors
/// When the database fails.
pub fn by_mail(tx: &mut TenantTx<'_>, app: &App, token: &str, note: &str) -> Result<bool, AppError> {
    let read = Link::read(&app.keys, token, tx.now()).and_then(opened);
    let Some((link, channel, category)) = read.ok().filter(|(link, ..)| link.org == tx.org()) else {
        return Ok(false);
    };
    let seen = Evidence {
        note: note.to_owned(),
        ..Evidence::default()
    };
    match withdraw(tx, app, &link, (channel, &category), Method::Mail, seen) {
        Ok(()) => Ok(true),
        // Whoever it was for has been erased since.
        Err(AppError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether they have said no to this already.
pub(super) fn has_left(records: &[Record], channel: Channel, category: &str) -> bool {
    let decisions = crate::domains::consent::fold::fold(records);
    crate::domains::consent::fold::about(&decisions, channel, category)
        .is_some_and(|decision| !decision.is_allowed)
}

/// Takes back what the link is about, once, and sends a receipt.
///
/// # Errors
/// When the database fails.
pub(super) fn withdraw(
    tx: &mut TenantTx<'_>,
    app: &App,
    link: &Link,
    about: (Channel, &str),
    method: Method,
    seen: Evidence,
) -> Result<(), AppError> {
    let (channel, category) = about;
    queries::lock(tx, link.member)?;
    if has_left(&queries::records(tx, link.member)?, channel, category) {
        return Ok(());
    }
    let locale = texts::locale_of(tx, link.member)?;
    let message = match &link.opens {
        Opens::Leaving { message, .. } => *message,
        _ => None,
    };
    let seen = match message {
        Some(message) if seen.note.is_empty() => Evidence {
            note: format!("By the way out in message {message}"),
            ..seen
        },
        _ => seen,
    };
    let said = said(tx, link, locale, about, seen, ("leaving", "leaving-text"))?;
    let said = Said {
        action: Action::Withdraw,
        basis: None,
        method,
        ..said
    };
    let deciding = policy::by_link(link);
    match category {
        EVERYTHING => actions::leave_everything(tx, &app.keys, &deciding, |channel| Said {
            channel,
            ..said.clone()
        })?,
        _ => {
            actions::write_down(tx, &deciding, &[said])?;
        }
    }
    if let Some(message) = message {
        tx.emit(&MessageLeft {
            message,
            member: link.member,
            channel: channel.as_str().to_owned(),
            category: category.to_owned(),
        })?;
    }
    receipt(tx, app, link, about)
}

/// A withdrawal in the words that somebody was shown.
///
/// # Errors
/// When the database fails.
pub(super) fn said(
    tx: &mut TenantTx<'_>,
    link: &Link,
    locale: Locale,
    about: (Channel, &str),
    seen: Evidence,
    wording: (&'static str, &str),
) -> Result<Said, AppError> {
    let (channel, category) = about;
    let values = [
        ("organization", queries::asker(tx)?.name),
        ("category", category_name(tx, locale, category)?),
        ("channel", texts::channel_name(locale, channel)),
    ];
    let wording = Wording {
        name: wording.0,
        locale,
        body: say(locale, wording.1, &values),
    };
    let address = actions::addresses(tx, link.member, channel)?
        .into_iter()
        .next()
        .unwrap_or_default();
    Ok(Said {
        channel,
        category: category.to_owned(),
        action: Action::Withdraw,
        basis: None,
        method: Method::UnsubscribePage,
        text: Some(wording.kept(tx)?),
        effective_at: tx.now(),
        expires_at: None,
        answers: None,
        evidence: Evidence { address, ..seen },
    })
}

/// Tells the owner of the address, who may not be who had the link: messages are forwarded.
fn receipt(tx: &mut TenantTx<'_>, app: &App, link: &Link, about: (Channel, &str)) -> Result<(), AppError> {
    let reach = people::reach(tx, link.member)?;
    let Some(email) = reach.email else {
        return Ok(());
    };
    let locale = Locale::of(&reach.locale);
    let values = [
        ("organization", queries::asker(tx)?.name),
        ("category", category_name(tx, locale, about.1)?),
        ("channel", texts::channel_name(locale, about.0)),
    ];
    let undo = format!(
        "{}/u/{}",
        app.config.public_url,
        link.written(&app.keys, tx.now())
    );
    let to = Mailbox {
        name: reach.name,
        email,
    };
    let letter = Letter::new(to, locale, "left", &values)
        .action("left-action", undo)
        .closing("left-closing", &[]);
    mail::post(tx, &app.config, &letter)
}
