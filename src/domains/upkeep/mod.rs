//! What keeps the portal running: health, metrics, expiring what has a lifetime, and hearing of other processes.

mod queries;

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use tokio::sync::watch;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::OrgId;
use crate::platform::audit::chain;
use crate::platform::bus;
use crate::platform::db::{SystemTask, SystemTx, TenantScope};
use crate::platform::jobs;
use crate::platform::telemetry::metrics;
use crate::platform::web::limits::{Limiter, Rate};
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

/// Health, readiness and metrics.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/healthz", Access::Public, Rate::Unlimited, healthy),
        get("/readyz", Access::Public, Rate::Unlimited, ready),
        get("/metrics", Access::Public, Rate::Unlimited, measured),
    ]
}

async fn healthy() -> Reply {
    Ok(HttpResponse::Ok().content_type("text/plain").body("ok\n"))
}

async fn ready(app: web::Data<App>) -> Reply {
    app.db
        .system(SystemTask::Housekeeping, |tx| Ok(queries::answers(tx)?))
        .await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n"))
}

async fn measured(app: web::Data<App>) -> Reply {
    let (tenant_busy, tenant_open, system_busy, system_open) = app.db.connections();
    let ((undispatched, pending, dead), waiting) = app
        .db
        .system(SystemTask::Housekeeping, |tx| {
            Ok((bus::backlog(tx)?, jobs::waiting(tx)?))
        })
        .await?;
    let gauges = [
        ("tenant_connections_busy", i64::from(tenant_busy)),
        ("tenant_connections_open", i64::from(tenant_open)),
        ("system_connections_busy", i64::from(system_busy)),
        ("system_connections_open", i64::from(system_open)),
        ("events_undispatched", undispatched),
        ("deliveries_pending", pending),
        ("deliveries_dead", dead),
        ("jobs_waiting", waiting),
    ];
    for (name, value) in gauges {
        metrics().gauges.with_label_values(&[name]).set(value);
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(metrics().text()))
}

/// Once a second: channels that moved and logins whose access changed in any process.
pub async fn watch_other_processes(app: App, limiter: Arc<Limiter>, mut stop: watch::Receiver<bool>) {
    let mut last_change = None;
    while !*stop.borrow() {
        let since = last_change;
        match app
            .db
            .system(SystemTask::Housekeeping, move |tx| {
                Ok(queries::changes(tx, since)?)
            })
            .await
        {
            Ok(changes) => {
                for (channel, rev) in changes.channels {
                    app.db.signals().raise(channel, rev);
                }
                if last_change.is_some() && changes.last_access_change != last_change {
                    app.sessions.forget_all();
                    app.directory.forget_all();
                }
                last_change = changes.last_access_change.or(Some(0));
            }
            Err(error) => {
                tracing::debug!(
                    error = error.told(),
                    "other processes could not be heard this time"
                );
            }
        }
        limiter.trim();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Once a minute: expire, and enqueue what is due every day.
pub async fn keep_house(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = tidy_until(&app, &stop).await {
            tracing::warn!(error = error.told(), "housekeeping did not finish this time");
        }
        app.db.signals().trim();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// One round of housekeeping.
///
/// # Errors
/// When the database is away.
pub async fn tidy(app: &App) -> Result<(), AppError> {
    tidy_until(app, &watch::channel(false).1).await
}

/// What has had its time goes in small batches, each a transaction of its own: none holds its locks for long, and what
/// is left when the portal stops is left for the next round.
async fn tidy_until(app: &App, stop: &watch::Receiver<bool>) -> Result<(), AppError> {
    for rule in queries::EXPIRY {
        while !*stop.borrow()
            && app
                .db
                .system(SystemTask::Housekeeping, |tx| Ok(queries::expire(tx, rule)?))
                .await?
        {}
    }
    app.db
        .system(SystemTask::Housekeeping, |tx| {
            let today = tx.now().date_naive();
            for org in queries::organizations(tx)? {
                for kind in super::DAILY_JOBS {
                    jobs::enqueue_across(tx, org, kind, &today.to_string())?;
                }
            }
            Ok(())
        })
        .await?;
    chain_audit_logs(app, stop).await
}

/// Chains what was written into the audit logs since the last round.
async fn chain_audit_logs(app: &App, stop: &watch::Receiver<bool>) -> Result<(), AppError> {
    let organizations = app
        .db
        .system(SystemTask::Housekeeping, |tx| Ok(queries::organizations(tx)?))
        .await?;
    for org in organizations {
        let scope = TenantScope::of_portal(org, "audit.chain");
        while !*stop.borrow() && app.db.tenant(&scope, chain::link).await? > 0 {}
    }
    Ok(())
}

/// Every organization with its short name, for the operator's commands.
///
/// # Errors
/// When the database is away.
pub fn organizations(tx: &mut SystemTx<'_>) -> Result<Vec<(OrgId, String)>, AppError> {
    Ok(queries::named(tx)?)
}
