//! Channels as those see them who decide how long messages are kept.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::domains::channels::model::ChannelType;
use crate::kernel::ids::ChannelId;
use crate::platform::db::schema::channels;

/// A channel's title and settings, and nothing of what was written.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = channels)]
pub struct Kept {
    /// The channel.
    pub id: ChannelId,
    /// Its kind.
    #[diesel(column_name = type_)]
    pub kind: ChannelType,
    /// Its title; empty for direct conversations.
    pub title: String,
    /// Days messages are kept; none: for ever.
    pub retention_days: Option<i32>,
    /// Nothing is deleted while set.
    pub legal_hold: bool,
    /// Why.
    pub legal_hold_reason: String,
    /// Since when.
    pub legal_hold_since: Option<DateTime<Utc>>,
    /// How many people are in it.
    pub member_count: i32,
    /// When it was closed for writing.
    pub archived_at: Option<DateTime<Utc>>,
}

impl Kept {
    /// Messages older than this are due under a rule of `days`.
    pub fn cutoff(days: i32, now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::days(i64::from(days))
    }

    /// The title, or what direct conversations are called by people who are not in them.
    pub fn name(&self) -> String {
        if self.title.is_empty() {
            "Direct conversation".to_owned()
        } else {
            self.title.clone()
        }
    }
}

/// What would be deleted of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMonth {
    /// `2026-09`.
    pub month: String,
    /// Messages.
    pub messages: i64,
    /// Files.
    pub files: i64,
    /// Their size in bytes, thumbnails left out.
    pub bytes: i64,
}

/// What one batch deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// Messages.
    pub messages: usize,
    /// Files.
    pub files: usize,
}
