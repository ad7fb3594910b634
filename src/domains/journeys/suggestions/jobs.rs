//! What happens by itself: suggestions are made and come to their end. None is ever sent here.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::runtime::Handle;

use crate::app::App;
use crate::domains::journeys::building;
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::SuggestionId;
use crate::platform::jobs::{JobKind, JobRun, Outcome};
use crate::providers::writing::Writer as _;

use super::model::Status;
use super::{actions, queries, writing};

/// Every day, and on request: looks at who does not get on; ends what nobody decided about.
pub const PROPOSE: &str = "journeys.propose_suggestions";
/// Has a language model draft a suggestion.
pub const DRAFT: &str = "journeys.draft_suggestion";

/// Which.
#[derive(Serialize, Deserialize)]
pub struct Drafting {
    pub suggestion: SuggestionId,
}

/// The jobs of the room.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let portal = app.clone();
    vec![
        JobKind {
            name: PROPOSE,
            run: Arc::new(propose),
        },
        JobKind {
            name: DRAFT,
            run: Arc::new(move |run| draft(&portal, run)),
        },
    ]
}

/// One transaction for each journey. Done again it proposes nothing twice.
fn propose(run: &JobRun) -> Result<Outcome, AppError> {
    let mut expired = 0;
    loop {
        let ended = run.tenant(actions::expire)?;
        expired += ended;
        if ended == 0 {
            break;
        }
    }
    let (settings, journeys) = run.tenant(|tx| Ok((queries::settings(tx)?, building::open(tx)?)))?;
    if !settings.is_on {
        return Ok(Outcome::Done(json!({ "expired": expired })));
    }
    let (mut made, total) = (0, i32::try_from(journeys.len()).ok());
    for (number, journey) in (1..).zip(journeys) {
        made += run.tenant(|tx| actions::propose_for(tx, &journey, &settings, usize::MAX))?;
        if run.progress(number, total)? {
            return Ok(Outcome::Cancelled("asked to stop".to_owned()));
        }
    }
    Ok(Outcome::Done(json!({ "made": made, "expired": expired })))
}

/// What goes wrong with the service is kept beside the suggestion, whose draft by the rules stands: it is not tried again.
fn draft(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let Drafting { suggestion: id } = run.args()?;
    let found = run.tenant(|tx| {
        let settings = queries::settings(tx)?;
        let Ok(suggestion) = queries::one(tx, id) else {
            return Ok(None);
        };
        let cards = tenancy::member_cards(tx, &[suggestion.member_id])?;
        let name = cards.get(&suggestion.member_id).map(|card| card.name.clone());
        Ok(Some((settings, suggestion, name.unwrap_or_default())))
    })?;
    let Some((settings, suggestion, name)) = found else {
        return Ok(Outcome::Cancelled("it is gone".to_owned()));
    };
    if suggestion.status != Status::Pending || !settings.uses_model {
        return Ok(Outcome::Cancelled("no longer wanted".to_owned()));
    }
    let ask = writing::ask(&suggestion, &name);
    let exchange = match writing::writer(app, &settings)? {
        Ok(writer) => Handle::current().block_on(writer.write(&ask)),
        Err(why) => writing::not_asked(&ask, why),
    };
    let used = run.tenant(move |tx| actions::drafted(tx, id, (&settings.model, &exchange), &name))?;
    Ok(Outcome::Done(json!({ "used": used })))
}
