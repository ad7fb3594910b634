//! Two records of one person made one, and parted again.
//!
//! Invariants: who has a login is never given up, nor who has acted here, was held, erased or asked for their data; what is written
//! about the one becomes the other's without being opened; every foreign key to members is in [`registry`], which a test holds it to;
//! for ninety days the record that was given up leads to the one that was kept, and the two can be parted.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domains::people::policy::Arranging;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod registry;
pub mod routes;

/// Two records that are being made one, or two of one. As long as there is this, the transaction reaches what is written about both.
#[derive(Debug)]
pub struct Merging {
    kept: MemberId,
    given_up: MemberId,
}

impl Merging {
    /// Reaches what is written about both, until [`Merging::done`].
    fn begin(
        tx: &mut TenantTx<'_>,
        _: &Arranging,
        kept: MemberId,
        given_up: MemberId,
    ) -> Result<Self, AppError> {
        queries::lay_open(tx, &format!("{kept} {given_up}"))?;
        Ok(Self { kept, given_up })
    }

    /// Reaches it no more.
    fn done(self, tx: &mut TenantTx<'_>) -> Result<(), AppError> {
        Ok(queries::lay_open(tx, "")?)
    }

    /// The record that stays.
    pub const fn kept(&self) -> MemberId {
        self.kept
    }

    /// The record that goes, or comes back.
    pub const fn given_up(&self) -> MemberId {
        self.given_up
    }

    /// The ids of what a part said it moved; none when that cannot be read.
    pub fn moved<I: DeserializeOwned>(&self, said: &Value) -> Vec<I> {
        serde_json::from_value(said.clone()).unwrap_or_default()
    }
}

/// What another domain does with what is written about a person whose record becomes another's; registered in [`crate::domains`].
#[derive(Debug, Clone, Copy)]
pub struct MergePart {
    /// Where it is kept.
    pub table: &'static str,
    /// Makes it the kept person's; answers the ids of what that is.
    pub join: fn(&mut TenantTx<'_>, &Merging) -> Result<Value, AppError>,
    /// Gives back what was made the kept person's then, as far as it is still there.
    pub part: fn(&mut TenantTx<'_>, &Merging, &Value) -> Result<(), AppError>,
}
