//! Seals over logs that are only ever added to. Each night what the day before holds is hashed, signed with a key that is not in the
//! database, and chained with the days before; whoever changes, removes or adds a row past the portal cannot make a seal that fits.
//!
//! What nobody can see from inside is a log whose end was cut off together with its seals: for that, keep the latest seals, which the
//! compliance page shows.

pub mod checking;
pub mod jobs;
pub mod pages;
pub mod queries;
pub mod routes;

use chrono::{DateTime, NaiveDate, Utc};

use crate::kernel::ids::OrgId;
use crate::platform::crypto::Signer;

/// What keys of seals are derived for.
const PURPOSE: &str = "log-seals";
/// The form in which rows are hashed today: as JSON without what is empty, so that a column that is added later and may be empty changes no
/// seal of before.
const FORM: i16 = 1;

/// A log that is sealed.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// The table.
    pub table: &'static str,
    /// Its column that says when a row was written down, by the portal's clock.
    pub time: &'static str,
    /// What it holds.
    pub label: &'static str,
    /// For how long.
    pub kept: Kept,
}

/// For how long a log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// For good.
    Always,
    /// As long as the installation says; then a month goes whole, and its seals stay.
    ForATime,
}

/// The records of consent.
pub const RECORDS: Log = Log {
    table: "consent_records",
    time: "recorded_at",
    label: "What people agreed to",
    kept: Kept::Always,
};

/// What a log holds on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// How many rows.
    pub amount: i64,
    /// SHA-256 over them.
    pub hash: Vec<u8>,
}

/// A day that is sealed.
#[derive(Debug, Clone)]
pub struct Seal {
    pub day: NaiveDate,
    pub form: i16,
    pub contents: Contents,
    /// HMAC-SHA256 over the seal before, and all of this one.
    pub root: Vec<u8>,
    pub sealed_at: DateTime<Utc>,
}

impl Seal {
    /// The seal of a day after the one `before`.
    pub fn made(
        signer: &Signer,
        (org, log): (OrgId, &Log),
        before: Option<&Self>,
        (day, contents): (NaiveDate, Contents),
        now: DateTime<Utc>,
    ) -> Self {
        let mut seal = Self {
            day,
            form: FORM,
            contents,
            root: Vec::new(),
            sealed_at: now,
        };
        seal.root = seal.root_after(signer, (org, log), before);
        seal
    }

    /// What its root has to be. Everything has a fixed length but the name of the table, which ends with a zero.
    fn root_after(&self, signer: &Signer, (org, log): (OrgId, &Log), before: Option<&Self>) -> Vec<u8> {
        let mut message = before.map_or_else(|| vec![0; 32], |before| before.root.clone());
        message.extend(org.0.as_bytes());
        message.extend(log.table.as_bytes());
        message.push(0);
        message.extend(self.day.to_epoch_days().to_be_bytes());
        message.extend(self.form.to_be_bytes());
        message.extend(self.contents.amount.to_be_bytes());
        message.extend(&self.contents.hash);
        message.extend(self.sealed_at.timestamp_micros().to_be_bytes());
        signer.sign(&message).to_vec()
    }
}
