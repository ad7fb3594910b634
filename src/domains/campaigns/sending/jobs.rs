//! Gathering the audience of a campaign at its time.

use std::sync::Arc;

use chrono::{Months, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::domains::campaigns::actions::Beginning;
use crate::domains::campaigns::model::{Start, State};
use crate::domains::campaigns::{actions, audience, entering, mailbox, phone, queries, single, variants};
use crate::kernel::error::AppError;
use crate::kernel::ids::CampaignId;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

/// Writes down who gets a campaign, some thousand people at a time.
pub const GATHER: &str = "campaigns.gather_audience";
/// Makes the partitions of the months to come, and lets go of those that are long over.
pub const PARTITIONS: &str = "campaigns.make_partitions";

/// Forgets what single messages said, which mails came back, and what was answered on the outbox's phone, once it was long ago; runs once
/// a day.
pub const FORGET: &str = "campaigns.forget_values";

/// For how long it is kept what a single message said: as long as a mail program may ask for its view in a browser.
const VALUES_KEPT: TimeDelta = TimeDelta::days(90);
/// How often in a row the moments are worked out anew because somebody has changed their zone meanwhile.
const STALE: u32 = 5;
/// People gathered in one transaction.
const STEP: i64 = 10_000;

/// Which campaign.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GatherArgs {
    pub campaign: CampaignId,
}

/// The jobs of campaigns.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let (app, months) = (app.clone(), app.config.messages.log_months);
    vec![
        JobKind {
            name: GATHER,
            run: Arc::new(move |run| gather(&app, run)),
        },
        JobKind {
            name: PARTITIONS,
            run: Arc::new(move |run| partition(run, months)),
        },
        JobKind {
            name: FORGET,
            run: Arc::new(forget),
        },
    ]
}

/// Makes the months to come, and lets those go that are over for longer than `months`; 0 keeps them.
fn partition(run: &JobRun, months: u32) -> Result<Outcome, AppError> {
    run.tenant(|tx| Ok(queries::make_partitions(tx)?))?;
    if months > 0 {
        run.tenant(|tx| Ok(queries::drop_partitions(tx, Months::new(months))?))?;
    }
    Ok(Outcome::Done(json!({})))
}

fn forget(run: &JobRun) -> Result<Outcome, AppError> {
    run.forget(|tx| {
        let before = tx.now() - VALUES_KEPT;
        let values = single::forget_old(tx, before)?;
        Ok(values + mailbox::forget_old(tx)? + phone::forget_old(tx)?)
    })
}

fn gather(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let GatherArgs { campaign } = run.args()?;
    match run.tenant(move |tx| actions::begin(tx, campaign))? {
        Beginning::Now => {}
        Beginning::Later(wait) => return Ok(Outcome::Snooze(wait)),
        Beginning::Not => return Ok(Outcome::Cancelled("it is not to be sent".to_owned())),
    }
    let mut looked_at = 0_i64;
    let mut moments = None;
    let mut stale = 0;
    loop {
        let (keys, known) = (app.keys.clone(), moments.clone());
        let step = run.tenant(move |tx| {
            let now = queries::lock(tx, campaign)?;
            if now.state != State::Sending || now.gathered_at.is_some() {
                return Ok(None);
            }
            let moment = tx.now();
            let is_standing = now.starts == Start::Entry;
            match audience::gather(tx, &keys, &now, STEP, (moment, known)) {
                Ok((step, _)) if !step.is_whole => Ok(Some((step, None))),
                Ok((step, moments)) => {
                    let is_last = step.looked_at < STEP;
                    queries::note_gathered(tx, campaign, step.last, is_last && !is_standing)?;
                    if is_last && is_standing {
                        entering::looked(tx, campaign)?;
                    } else if is_last {
                        variants::actions::gathered(tx, campaign)?;
                    }
                    Ok(Some((step, Some(moments))))
                }
                Err(AppError::Conflict(why)) => {
                    actions::fail(tx, campaign, &why)?;
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        })?;
        let Some((step, used)) = step else { break };
        moments = used;
        if !step.is_whole {
            stale += 1;
            if stale > STALE {
                return Ok(Outcome::Snooze(TimeDelta::seconds(5)));
            }
            continue;
        }
        stale = 0;
        app.db.signals().sending.notify_one();
        looked_at += step.looked_at;
        let done = i32::try_from(looked_at).unwrap_or(i32::MAX);
        if step.looked_at < STEP {
            break;
        }
        if run.progress(done, None)? {
            return Ok(Outcome::Cancelled("asked to stop".to_owned()));
        }
    }
    run.tenant(move |tx| actions::gathered(tx, campaign))?;
    if let Some(wait) = run.tenant(move |tx| entering::next_look(tx, campaign))? {
        return Ok(Outcome::Snooze(wait));
    }
    Ok(Outcome::Done(json!({ "people": looked_at })))
}
