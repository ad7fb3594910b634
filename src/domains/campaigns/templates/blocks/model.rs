//! What somebody is arranging.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domains::campaigns::templates::model::{Kept, Words};
use crate::kernel::error::AppError;
use crate::platform::db::schema::block_drafts;

use super::Layout;

/// The most steps one can go back.
pub const MOST_STEPS_BACK: usize = 15;

/// The row of a draft. Without a layout nothing is being arranged; only the count of changes goes on.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = block_drafts)]
pub struct BlockDraft {
    pub base: i32,
    pub revision: i32,
    pub tab: Uuid,
    pub layout: Option<Value>,
    pub words: Option<Value>,
    pub past: Value,
    pub changed_at: DateTime<Utc>,
}

/// A mail as somebody has arranged it so far: their draft, or else the newest version.
#[derive(Debug, Clone)]
pub struct Work {
    pub layout: Layout,
    /// Without a source: that is made of the layout.
    pub words: Words,
    /// The version it began from.
    pub base: i32,
    pub revision: i32,
    /// The window that changed it last.
    pub tab: Option<Uuid>,
    /// Layouts before the last steps, the newest last.
    pub past: Vec<Layout>,
    /// When the draft was changed last; nothing when this is the newest version.
    pub changed_at: Option<DateTime<Utc>>,
}

impl Work {
    /// The draft of a row, if it holds one.
    ///
    /// # Errors
    /// When what was kept cannot be read; it is a defect of ours.
    pub fn of_draft(row: BlockDraft) -> Result<Option<Self>, AppError> {
        let (Some(layout), Some(words)) = (row.layout, row.words) else {
            return Ok(None);
        };
        Ok(Some(Self {
            layout: Layout::read(layout)?,
            words: Words::read(words)?,
            base: row.base,
            revision: row.revision,
            tab: Some(row.tab),
            past: serde_json::from_value(row.past).map_err(|cause| AppError::Unexpected(cause.into()))?,
            changed_at: Some(row.changed_at),
        }))
    }

    /// What a window shows that has seen everything: the version, and how often the draft was changed.
    pub fn stamp(&self) -> String {
        format!("{}.{}", self.base, self.revision)
    }

    /// Whether somebody saved a version after this was begun.
    pub fn is_overtaken(&self, kept: &Kept) -> bool {
        self.base < kept.current_version
    }

    /// Changes the layout, so that one can go back to how it was.
    pub fn arrange(&mut self, layout: Layout) {
        if layout == self.layout {
            return;
        }
        self.past.push(std::mem::replace(&mut self.layout, layout));
        let too_many = self.past.len().saturating_sub(MOST_STEPS_BACK);
        self.past.drain(..too_many);
    }

    /// Keeps how it is, so that one can come back to it from what is typed next.
    pub fn remember(&mut self) {
        if self.past.last() != Some(&self.layout) {
            self.past.push(self.layout.clone());
        }
    }

    /// Whether there is a step to go back to.
    pub fn can_go_back(&self) -> bool {
        self.past.iter().any(|before| *before != self.layout)
    }

    /// Goes back one step; false when there is none.
    pub fn go_back(&mut self) -> bool {
        while let Some(before) = self.past.pop() {
            if before != self.layout {
                self.layout = before;
                return true;
            }
        }
        false
    }
}
