//! What is known of an import.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kernel::ids::{AssetId, ContextId, JobId, JourneyId, JourneyImportId, MemberId};
use crate::pg_enum;
use crate::platform::db::schema::journey_imports;

pg_enum! {
    /// How far an import is.
    ImportState as JourneyImportState {
        Working = "working": "Being brought in",
        Done = "done": "Here",
        Stopped = "stopped": "Stopped",
        Failed = "failed": "Failed",
    }
}

/// An import.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = journey_imports)]
pub struct Import {
    pub id: JourneyImportId,
    pub state: ImportState,
    /// What the journey is to be called; as the archive says when empty.
    pub title: String,
    pub team_id: Option<ContextId>,
    pub file_name: String,
    /// Where the archive is until it is through.
    pub storage_key: Option<String>,
    pub job_id: JobId,
    /// See [`Fates`].
    pub assets: Value,
    /// What was left out and why.
    pub report: Vec<String>,
    pub journey_id: Option<JourneyId>,
    pub made_by: MemberId,
    pub made_at: DateTime<Utc>,
}

/// What became of an asset of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was added to the library.
    Made(AssetId),
    /// It was there already.
    Found(AssetId),
    /// It can't be kept; the report says why.
    LeftOut,
}

impl Fate {
    /// The asset of the library that it is now.
    pub const fn asset(self) -> Option<AssetId> {
        match self {
            Self::Made(id) | Self::Found(id) => Some(id),
            Self::LeftOut => None,
        }
    }
}

/// What became of the assets of an archive so far, by the names they have in it.
pub type Fates = BTreeMap<String, Fate>;

impl Import {
    /// What became of its assets so far.
    pub fn fates(&self) -> Fates {
        serde_json::from_value(self.assets.clone()).unwrap_or_default()
    }
}
