//! A finished campaign of the sample data, to be looked at: its audience is gathered as anybody's is, and what became of each message
//! is made up.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};

use crate::app::App;
use crate::demo::KEYS;
use crate::demo::plan::{Person, Plan};
use crate::domains::campaigns::model::State;
use crate::domains::campaigns::queries::{self as campaigns, Audience, Content};
use crate::domains::campaigns::templates::model::Channel;
use crate::domains::campaigns::templates::queries as templates;
use crate::domains::campaigns::{actions, audience, policy};
use crate::kernel::error::AppError;
use crate::kernel::ids::CampaignId;
use crate::platform::db::{TenantTx, statement};

use super::Written;

/// How long ago it was sent off.
const AGO: TimeDelta = TimeDelta::days(6);

/// Writes it, in the name of whoever writes messages there; nothing where nobody does.
///
/// # Errors
/// When the database refuses.
pub fn write(tx: &mut TenantTx<'_>, app: &App, plan: &Plan, written: &Written) -> Result<(), AppError> {
    // Organizations that are not for looking around begin without any.
    if !KEYS.contains(&plan.organization.key.as_str()) {
        return Ok(());
    }
    let writes = |person: &Person| person.roles.iter().any(|role| role.as_str() == "communicator");
    let Some(author) = plan.people.iter().find(|person| writes(person)) else {
        return Ok(());
    };
    let newsletter = templates::page(tx, false, None, 50)?
        .into_iter()
        .find(|one| one.channel == Channel::Email && one.current_version > 0);
    let Some(template) = newsletter else { return Ok(()) };
    let by = policy::as_sample(written.member(&author.key)?);
    let id = actions::create(tx, &by, "November newsletter", Channel::Email)?;
    let draft = campaigns::campaign(tx, id)?;
    let drafting = policy::sample_draft(&draft);
    let content = Content {
        name: draft.name.clone(),
        template: Some(template.id),
        from_name: String::new(),
        reply_to: String::new(),
        is_tracked: true,
        fill: serde_json::json!({}),
    };
    campaigns::set_content(tx, &drafting, &content)?;
    let everybody = Audience {
        is_everyone: true,
        ..Audience::default()
    };
    campaigns::set_audience(tx, &drafting, &everybody)?;
    let version = templates::version(tx, template.id, template.current_version)?;
    campaigns::launch(tx, &by, id, version.id, false)?;
    let began = tx.now() - AGO;
    set_times(tx, id, began)?;
    let campaign = campaigns::campaign(tx, id)?;
    audience::gather(tx, &app.keys, &campaign, 100_000, (began, None))?;
    made_up(tx, id, began)?;
    campaigns::set_state(tx, id, State::Sent)?;
    set_finished(tx, id, began + TimeDelta::seconds(40))
}

#[expect(clippy::disallowed_methods, reason = "a past that no action would write")]
fn set_times(tx: &mut TenantTx<'_>, id: CampaignId, began: DateTime<Utc>) -> Result<(), AppError> {
    statement("UPDATE campaigns SET launched_at = $2, created_at = $2 - interval '1 hour', changed_at = $2, gathered_at = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(began)
        .execute(tx.conn())?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a past that no action would write")]
fn set_finished(tx: &mut TenantTx<'_>, id: CampaignId, at: DateTime<Utc>) -> Result<(), AppError> {
    statement("UPDATE campaigns SET finished_at = $2, changed_at = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(at)
        .execute(tx.conn())?;
    Ok(())
}

/// Most were handed over, one mailbox was full, one did not exist; about half opened it, some followed a link, and a scanner followed all.
#[expect(clippy::disallowed_methods, reason = "a past that no action would write")]
fn made_up(tx: &mut TenantTx<'_>, id: CampaignId, began: DateTime<Utc>) -> Result<(), AppError> {
    statement(
        "WITH d AS (SELECT d.id, row_number() OVER (ORDER BY d.id) AS n, abs(hashtext(d.id::text)) AS h FROM deliveries d WHERE d.campaign_id = $1), \
         went AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail, provider_ref, sha256) \
           SELECT $2 + make_interval(secs => 2 + d.n * 0.4), app.fresh_id(), d.id, $1, CASE WHEN d.n IN (7, 23) THEN 'refused' ELSE 'accepted' END::delivery_event_kind, \
             CASE WHEN d.n = 7 THEN '550 5.1.1 No such user here' WHEN d.n = 23 THEN '552 5.2.2 Mailbox full' ELSE '250 2.0.0 Ok: queued' END, \
             CASE WHEN d.n NOT IN (7, 23) THEN upper(substr(md5(d.id::text), 1, 10)) END, CASE WHEN d.n NOT IN (7, 23) THEN sha256(d.id::text::bytea) END FROM d RETURNING 1), \
         looked AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail, is_machine) \
           SELECT $2 + make_interval(mins => 3 + (d.h % 900)), app.fresh_id(), d.id, $1, 'opened', CASE WHEN d.h % 10 = 9 THEN 'Loaded in advance by a mail program' ELSE '' END, d.h % 10 = 9 \
           FROM d WHERE d.n NOT IN (7, 23) AND d.h % 10 IN (0, 1, 2, 3, 4, 9) RETURNING 1), \
         followed AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail, link, is_machine) \
           SELECT $2 + make_interval(mins => 5 + (d.h % 900)), app.fresh_id(), d.id, $1, 'clicked', CASE WHEN d.h % 10 = 4 THEN 'Sooner than anybody could have read it' ELSE '' END, 0, d.h % 10 = 4 \
           FROM d WHERE d.n NOT IN (7, 23) AND d.h % 10 IN (0, 1, 4) RETURNING 1), \
         gone AS (DELETE FROM send_queue WHERE campaign_id = $1) \
         INSERT INTO campaign_counts (campaign_id, what, amount) \
           SELECT $1, w.what, count(*) FROM (SELECT CASE WHEN d.n IN (7, 23) THEN 'refused' ELSE 'accepted' END AS what FROM d) w GROUP BY w.what",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(began)
    .execute(tx.conn())?;
    Ok(())
}
