//! The mailbox of an organization that sends through a mail server of its own: bounces, complaints and requests to be left alone come back
//! to it, and are taken in as providers' reports are.
//!
//! Invariants. A message is believed as far as it names one of ours: a bounce or complaint by the Message-ID of a delivery, a request to
//! leave by its token. It counts once, by its SHA-256, however often it is read. Nothing is moved or deleted: what was taken in is marked as
//! read, everything else stays as it was found. Facts out: those of consent, and `campaigns.mailbox.changed`.

pub mod actions;
mod forms;
mod model;
mod pages;
mod queries;
mod reading;
pub mod routes;
mod taking;

pub use pages::Line;
pub use queries::{address, forget_old};
pub use reading::read;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

/// What may stand in an address of a mail as it is (RFC 6068, 2).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'@')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'+');

/// How the way out by mail begins (RFC 2369, 3.2); behind it comes the token. None without a mailbox that is read.
///
/// The token stands in the subject, behind a word that says what it is for: mail programs keep subjects as they are, and not every mailbox
/// takes mail for addresses with a plus sign.
///
/// # Errors
/// When the database fails.
pub fn way_out(tx: &mut TenantTx<'_>) -> Result<Option<String>, AppError> {
    let address = queries::address(tx)?;
    Ok(address.map(|address| {
        format!(
            "mailto:{}?subject=unsubscribe%20",
            utf8_percent_encode(&address, PLAIN)
        )
    }))
}
