//! Finished campaigns of the sample data, to be looked at: their audience is gathered as anybody's is, and what became of each message
//! is made up.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::app::App;
use crate::demo::KEYS;
use crate::demo::plan::{Person, Plan};
use crate::domains::campaigns::model::State;
use crate::domains::campaigns::queries::{self as campaigns, Audience, Content};
use crate::domains::campaigns::templates::model::{Channel, Kept};
use crate::domains::campaigns::templates::queries as templates;
use crate::domains::campaigns::variants::actions::{cells, fix};
use crate::domains::campaigns::variants::best::best;
use crate::domains::campaigns::variants::queries::{self as variants, Plan as Trial, Wanted};
use crate::domains::campaigns::{actions, audience, policy};
use crate::kernel::error::AppError;
use crate::kernel::ids::CampaignId;
use crate::platform::db::{TenantTx, statement};

use super::Written;

/// A campaign that was sent.
struct Past {
    name: &'static str,
    /// How long ago it was sent off.
    ago: TimeDelta,
    /// A subject that was tried beside the template's, on two of five.
    other_subject: Option<&'static str>,
}

const PASTS: [Past; 2] = [
    Past {
        name: "October newsletter",
        ago: TimeDelta::days(36),
        other_subject: Some("Three things that changed at work this month"),
    },
    Past {
        name: "November newsletter",
        ago: TimeDelta::days(6),
        other_subject: None,
    },
];
/// Of a hundred people, how many took part in the test.
const SHARE: i16 = 40;
/// Hours after which clicks decided.
const HOURS: i16 = 4;

/// Writes them, in the name of whoever writes messages there; nothing where nobody does.
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
    for past in &PASTS {
        send(tx, app, &by, &template, past)?;
    }
    Ok(())
}

fn send(
    tx: &mut TenantTx<'_>,
    app: &App,
    by: &policy::Campaigning,
    template: &Kept,
    past: &Past,
) -> Result<(), AppError> {
    let id = actions::create(tx, by, past.name, Channel::Email)?;
    let draft = campaigns::campaign(tx, id)?;
    let drafting = policy::sample_draft(&draft);
    let content = Content {
        name: draft.name.clone(),
        template: Some(template.id),
        from_name: String::new(),
        reply_to: String::new(),
        is_tracked: true,
        fill: serde_json::json!({
            "issue": past.name,
            "article_one_title": "Overtime is paid on time again",
            "article_one_summary": "Two months of letters and one long meeting: what is owed is paid with the next wage.",
            "article_two_title": "Three seats on the table team",
            "article_two_summary": "Who wants to sit at the table in spring can say so until the end of the month.",
        }),
    };
    campaigns::set_content(tx, &drafting, &content)?;
    if let Some(subject) = past.other_subject {
        variants::set(tx, &drafting, &tried(subject))?;
    }
    let everybody = Audience {
        is_everyone: true,
        ..Audience::default()
    };
    campaigns::set_audience(tx, &drafting, &everybody)?;
    let version = templates::version(tx, template.id, template.current_version)?;
    campaigns::launch(tx, by, id, version.id, false)?;
    fix(tx, id)?;
    let began = tx.now() - past.ago;
    set_times(tx, id, began)?;
    let campaign = campaigns::campaign(tx, id)?;
    audience::gather(tx, &app.keys, &campaign, 100_000, (began, None))?;
    made_up(tx, id, began)?;
    if past.other_subject.is_some() {
        let (winner, because) = best(&cells(tx, id)?);
        decide(tx, id, began + TimeDelta::hours(HOURS.into()), (winner, &because))?;
    }
    campaigns::set_state(tx, id, State::Sent)?;
    set_finished(
        tx,
        id,
        began + TimeDelta::hours(HOURS.into()) + TimeDelta::seconds(40),
    )
}

fn tried(subject: &str) -> Trial {
    Trial {
        share: SHARE,
        hours: Some(HOURS),
        variants: vec![Wanted {
            template: None,
            subject: subject.to_owned(),
            fill: serde_json::json!({}),
        }],
    }
}

#[expect(clippy::disallowed_methods, reason = "a past that no action would write")]
fn decide(
    tx: &mut TenantTx<'_>,
    id: CampaignId,
    at: DateTime<Utc>,
    (winner, because): (i16, &str),
) -> Result<(), AppError> {
    statement("UPDATE campaign_tests SET decides_at = $2, decided_at = $2, winner = $3, because = $4 WHERE campaign_id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(at)
        .bind::<SmallInt, _>(winner)
        .bind::<Text, _>(because.to_owned())
        .execute(tx.conn())?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a past that no action would write")]
fn set_times(tx: &mut TenantTx<'_>, id: CampaignId, began: DateTime<Utc>) -> Result<(), AppError> {
    // Months are made ahead, not back.
    statement("SELECT app.make_delivery_partitions(($1 AT TIME ZONE 'UTC')::date)")
        .bind::<Timestamptz, _>(began)
        .execute(tx.conn())?;
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

/// Most were handed over, one mailbox was full, one did not exist; about half opened it, some followed a link, more of those who got B, and
/// a scanner followed all. Who waited for the winner of a test got theirs when that was known.
#[expect(clippy::disallowed_methods, reason = "a past that no action would write")]
fn made_up(tx: &mut TenantTx<'_>, id: CampaignId, began: DateTime<Utc>) -> Result<(), AppError> {
    statement(
        "WITH d AS (SELECT d.id, d.variant, row_number() OVER (ORDER BY d.id) AS n, abs(hashtext(d.id::text)) AS h, \
           CASE WHEN d.variant IS NULL AND EXISTS (SELECT 1 FROM campaign_tests t WHERE t.campaign_id = $1) THEN $2 + interval '4 hours' ELSE $2 END AS began FROM deliveries d WHERE d.campaign_id = $1), \
         went AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail, provider_ref, variant, sha256) \
           SELECT d.began + make_interval(secs => 2 + d.n * 0.4), app.fresh_id(), d.id, $1, CASE WHEN d.n IN (7, 23) THEN 'refused' ELSE 'accepted' END::delivery_event_kind, \
             CASE WHEN d.n = 7 THEN '550 5.1.1 No such user here' WHEN d.n = 23 THEN '552 5.2.2 Mailbox full' ELSE '250 2.0.0 Ok: queued' END, \
             CASE WHEN d.n NOT IN (7, 23) THEN upper(substr(md5(d.id::text), 1, 10)) END, d.variant, CASE WHEN d.n NOT IN (7, 23) THEN sha256(d.id::text::bytea) END FROM d RETURNING 1), \
         looked AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail, variant, is_machine) \
           SELECT d.began + make_interval(mins => 3 + (d.h % 900)), app.fresh_id(), d.id, $1, 'opened', CASE WHEN d.h % 10 = 9 THEN 'Loaded in advance by a mail program' ELSE '' END, d.variant, d.h % 10 = 9 \
           FROM d WHERE d.n NOT IN (7, 23) AND d.h % 10 IN (0, 1, 2, 3, 4, 9) RETURNING 1), \
         followed AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail, link, variant, is_machine) \
           SELECT d.began + make_interval(mins => 5 + (d.h % 900)), app.fresh_id(), d.id, $1, 'clicked', CASE WHEN d.h % 10 = 4 THEN 'Sooner than anybody could have read it' ELSE '' END, 0, d.variant, d.h % 10 = 4 \
           FROM d WHERE d.n NOT IN (7, 23) AND (d.h % 10 IN (0, 1, 4) OR d.variant = 1 AND d.h % 10 IN (2, 3)) RETURNING 1), \
         gone AS (DELETE FROM send_queue WHERE campaign_id = $1) \
         INSERT INTO campaign_counts (campaign_id, what, amount) \
           SELECT $1, w.what, count(*) FROM (SELECT t.what || t.of AS what FROM ( \
               SELECT CASE WHEN d.n IN (7, 23) THEN 'refused' ELSE 'accepted' END AS what, unnest(ARRAY['', '_' || d.variant]) AS of FROM d) t WHERE t.of IS NOT NULL) w GROUP BY w.what",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(began)
    .execute(tx.conn())?;
    Ok(())
}
