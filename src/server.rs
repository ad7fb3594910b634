//! The only builder of the HTTP server, and the background work beside it.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as WebApp, HttpServer, web};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::config::Config;
use crate::domains;
use crate::kernel::error::AppError;
use crate::platform::bus::Dispatcher;
use crate::platform::jobs::Worker;
use crate::platform::web::limits::Limiter;
use crate::platform::web::{Reply, RouteDef, csrf, errors, headers, limits, observe, session};

/// What a process does: answer people, work in the background, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Pages and API only.
    Web,
    /// Events, jobs and housekeeping only.
    Work,
    /// All of it.
    Both,
}

/// A started portal.
pub struct Running {
    /// Where it listens, when it does.
    pub address: Option<SocketAddr>,
    server: Option<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
    stop: watch::Sender<bool>,
    workers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Stops taking requests, lets running ones and claimed work finish, then returns.
    pub async fn stop(self) {
        // Nobody listening any more means the workers have ended, which is what this asks for.
        let _ = self.stop.send(true);
        if let Some((handle, task)) = self.server {
            handle.stop(true).await;
            if let Err(cause) = task.await {
                tracing::warn!(%cause, "the server did not end well");
            }
        }
        for worker in self.workers {
            if tokio::time::timeout(Duration::from_secs(8), worker)
                .await
                .is_err()
            {
                tracing::warn!("background work did not end in time; its lease brings it back");
            }
        }
    }
}

/// Starts the duties of this process. `listener` is needed for [`Duty::Web`] and [`Duty::Both`].
///
/// # Errors
/// When the server cannot be started on the listener.
pub fn start(app: &App, listener: Option<TcpListener>, duty: Duty) -> anyhow::Result<Running> {
    let (stop, stopped) = watch::channel(false);
    let address = listener.as_ref().map(TcpListener::local_addr).transpose()?;
    let limiter = Limiter::new(app.config.limits.clone(), &app.register.routes);
    let server = match listener {
        Some(listener) if duty != Duty::Work => Some(spawn_server(app.clone(), listener, limiter.clone())?),
        _ => None,
    };
    let mut workers = vec![tokio::spawn(domains::upkeep::watch_other_processes(
        app.clone(),
        limiter,
        stopped.clone(),
    ))];
    if duty != Duty::Web {
        let dispatcher = Dispatcher::new(app.db.clone(), app.register.subscribers.clone());
        workers.push(tokio::spawn(dispatcher.run(stopped.clone())));
        workers.push(tokio::spawn(
            Worker::new(app.db.clone(), domains::jobs(app)).run(stopped.clone()),
        ));
        workers.push(tokio::spawn(domains::upkeep::keep_house(app.clone(), stopped)));
    }
    Ok(Running {
        address,
        server,
        stop,
        workers,
    })
}

fn spawn_server(
    app: App,
    listener: TcpListener,
    limiter: Arc<Limiter>,
) -> anyhow::Result<(ServerHandle, JoinHandle<std::io::Result<()>>)> {
    let config = app.config.clone();
    let routes: Arc<Vec<RouteDef>> = Arc::new(domains::routes());
    let blocking_threads = (config.database.pool_size as usize)
        .div_ceil(config.web.workers)
        .max(2)
        + 2;
    let server = HttpServer::new(move || {
        let routes = routes.clone();
        WebApp::new()
            .app_data(web::Data::new(app.clone()))
            .app_data(web::Data::from(app.config.clone()))
            .app_data(web::Data::new(app.keys.clone()))
            .app_data(web::Data::from(limiter.clone()))
            .app_data(web::PathConfig::default().error_handler(|_, _| AppError::NotFound.into()))
            .app_data(web::QueryConfig::default().error_handler(|cause, _| {
                AppError::BadRequest(format!("The address can't be read: {cause}.")).into()
            }))
            .wrap(from_fn(limits::enforce))
            .wrap(from_fn(csrf::bind))
            .wrap(app.sessions.middleware(&app.keys, &app.config))
            .wrap(from_fn(errors::paint))
            .wrap(from_fn(session::without_for_assets))
            .wrap(from_fn(headers::secure))
            .wrap(Compress::default())
            .wrap(from_fn(observe::request))
            .configure(move |service| routes.iter().for_each(|route| route.configure(service)))
            .default_service(web::to(nothing_here))
    })
    .workers(config.web.workers)
    .worker_max_blocking_threads(blocking_threads)
    .shutdown_timeout(config.web.drain_seconds)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    Ok((handle, tokio::spawn(server)))
}

async fn nothing_here() -> Reply {
    Err(AppError::NotFound)
}

/// The address people use: the configured one, else where this process listens.
pub fn public_url(config: &Config, address: Option<SocketAddr>) -> String {
    match (config.public_url.as_str(), address) {
        ("", Some(address)) => format!("http://{address}"),
        (configured, _) => configured.trim_end_matches('/').to_owned(),
    }
}
