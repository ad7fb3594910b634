//! Sample data: a plan made of hand-written conversations, and its way into a database.

pub mod pictures;
pub mod plan;
pub mod write;

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::kernel::error::AppError;
use crate::platform::db::{SystemTask, SystemTx};

/// The password of every sample sign-in; printed at the start, because sample data is for looking around.
pub const PASSWORD: &str = "waymark-sample";

/// The seed of the sample data: the same plan on every machine.
const SEED: u64 = 1199;

/// The short names of the two organizations.
pub const KEYS: [&str; 2] = ["local-1199-northside", "summit-sales-academy"];

/// One line of the list of sample sign-ins.
#[derive(Debug, Clone)]
pub struct SampleSignIn {
    /// What they are.
    pub role: &'static str,
    /// What they type.
    pub email: &'static str,
}

/// Whom to sign in as to see the portal from each side.
pub const SIGN_INS: &[SampleSignIn] = &[
    SampleSignIn {
        role: "Coach",
        email: "coach@example.org",
    },
    SampleSignIn {
        role: "Member",
        email: "member@example.org",
    },
    SampleSignIn {
        role: "Steward",
        email: "steward@example.org",
    },
    SampleSignIn {
        role: "Team leader",
        email: "leader@example.org",
    },
    SampleSignIn {
        role: "Communicator",
        email: "comms@example.org",
    },
    SampleSignIn {
        role: "Sponsor",
        email: "sponsor@example.org",
    },
    SampleSignIn {
        role: "Privacy officer",
        email: "privacy@example.org",
    },
    SampleSignIn {
        role: "Admin, in two organizations",
        email: "admin@example.org",
    },
];

/// Whether sample data is missing that a start with `--demo` should write: nothing is there yet, or an earlier start was
/// interrupted while it wrote.
///
/// # Errors
/// When the database is away.
pub fn is_unfinished(app: &App) -> Result<bool, AppError> {
    app.db
        .system_blocking(SystemTask::SetUp, |tx: &mut SystemTx<'_>| {
            let known = write::queries::organizations(tx)?;
            let half_written = !write::queries::half_written(tx)?.is_empty();
            let all_samples = known.iter().all(|one| one.is_sample);
            let written = KEYS
                .iter()
                .filter(|key| known.iter().any(|one| one.slug == **key))
                .count();
            let begun = written > 0 && written < KEYS.len();
            Ok(half_written || known.is_empty() || (all_samples && begun))
        })
}

/// Whether the database holds sample organizations and no others.
///
/// # Errors
/// When the database is away.
pub fn is_all_sample(app: &App) -> Result<bool, AppError> {
    app.db
        .system_blocking(SystemTask::SetUp, |tx: &mut SystemTx<'_>| {
            let known = write::queries::organizations(tx)?;
            Ok(!known.is_empty() && known.iter().all(|one| one.is_sample))
        })
}

/// Whether the database holds an organization that is no sample.
///
/// # Errors
/// When the database is away.
pub fn has_real(app: &App) -> Result<bool, AppError> {
    app.db
        .system_blocking(SystemTask::SetUp, |tx: &mut SystemTx<'_>| {
            let known = write::queries::organizations(tx)?;
            Ok(known.iter().any(|one| !one.is_sample))
        })
}

/// Whether the sample organizations are here.
///
/// # Errors
/// When the database is away.
pub fn is_sample(app: &App) -> Result<bool, AppError> {
    app.db
        .system_blocking(SystemTask::SetUp, |tx: &mut SystemTx<'_>| {
            Ok(write::queries::has_sample(tx)?)
        })
}

/// Writes those of both sample organizations that are not there, and those whose writing was interrupted; answers how
/// many were written.
///
/// # Errors
/// When the database refuses; what was written of one organization is rolled back.
pub fn seed(app: &App, now: DateTime<Utc>) -> anyhow::Result<usize> {
    let (known, half_written) = app
        .db
        .system_blocking(SystemTask::SetUp, |tx: &mut SystemTx<'_>| {
            Ok((
                write::queries::organizations(tx)?,
                write::queries::half_written(tx)?,
            ))
        })?;
    let hash = crate::platform::crypto::hash_now(PASSWORD)?;
    let mut written = 0;
    for plan in [plan::lively(SEED, now), plan::second(SEED, now)] {
        let is_there = known
            .iter()
            .any(|one| one.slug == plan.organization.key && !half_written.contains(&one.id));
        if !is_there {
            write::organization(app, &plan, &hash, now).map_err(|error| anyhow::anyhow!(error.told()))?;
            written += 1;
        }
    }
    Ok(written)
}

/// Writes one organization of this size, for measurements.
///
/// # Errors
/// When the database refuses.
pub fn seed_large(app: &App, members: u32, messages: u64, now: DateTime<Utc>) -> anyhow::Result<()> {
    let hash = crate::platform::crypto::hash_now(PASSWORD)?;
    write::large::organization(app, &plan::large(SEED, members, messages), &hash, now)
        .map_err(|error| anyhow::anyhow!(error.told()))?;
    Ok(())
}
