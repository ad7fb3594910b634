//! The only builder of the HTTP server, and the background work beside it.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as WebApp, HttpRequest, HttpServer, web};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::config::Config;
use crate::domains;
use crate::kernel::error::AppError;
use crate::platform::bus::Dispatcher;
use crate::platform::jobs::Worker;
use crate::platform::mail::Lane;
use crate::platform::web::limits::Limiter;
use crate::platform::web::replay::Replays;
use crate::platform::web::{
    Reply, RouteDef, RouteInfo, csrf, errors, headers, limits, observe, replay, routes, session,
};

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

/// How long a stop may take when nobody says otherwise.
const PATIENCE: Duration = Duration::from_secs(8);

impl Running {
    /// Stops taking requests, lets running ones and claimed work finish, then returns.
    pub async fn stop(self) {
        self.stop_by(Instant::now() + PATIENCE).await;
    }

    /// [`Running::stop`], and at `deadline` leaves what still runs to its fate: transactions are rolled back, leases end.
    pub async fn stop_by(self, deadline: Instant) {
        // Nobody listening any more means the workers have ended, which is what this asks for.
        let _ = self.stop.send(true);
        if let Some((handle, task)) = self.server {
            let drained = async {
                handle.stop(true).await;
                task.await
            };
            match timeout_at(deadline, drained).await {
                Ok(Ok(_)) => {}
                Ok(Err(cause)) => tracing::warn!(%cause, "the server did not end well"),
                Err(_) => tracing::warn!("requests were still running when the time was over"),
            }
        }
        for worker in self.workers {
            if timeout_at(deadline, worker).await.is_err() {
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
        workers.push(tokio::spawn(domains::campaigns::sending::send(
            app.clone(),
            stopped.clone(),
        )));
        for lane in Lane::ALL {
            workers.push(tokio::spawn(domains::campaigns::post::carry(
                app.clone(),
                *lane,
                stopped.clone(),
            )));
        }
        workers.push(tokio::spawn(domains::campaigns::mailbox::read(
            app.clone(),
            stopped.clone(),
        )));
        workers.push(tokio::spawn(domains::webhooks::sending::send(
            app.clone(),
            stopped.clone(),
        )));
        workers.push(tokio::spawn(domains::notifications::pushing::send(
            app.clone(),
            stopped.clone(),
        )));
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
    let known = web::Data::new(app.register.routes.clone());
    let replayed = Arc::new(Replays::new(&app.db, &app.keys, &app.register.routes));
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
            .app_data(known.clone())
            .app_data(web::Data::from(replayed.clone()))
            .app_data(web::PathConfig::default().error_handler(|_, _| AppError::NotFound.into()))
            .app_data(web::QueryConfig::default().error_handler(|cause, _| {
                AppError::BadRequest(format!("The address can't be read: {cause}.")).into()
            }))
            .app_data(web::Data::new(domains::identity::frame as errors::Framing))
            .wrap(from_fn(limits::enforce))
            .wrap(from_fn(csrf::bind))
            .wrap(from_fn(errors::frame))
            .wrap(app.sessions.middleware(&app.keys, &app.config))
            .wrap(from_fn(replay::enforce))
            .wrap(from_fn(errors::paint))
            .wrap(from_fn(session::without_for_assets))
            .wrap(from_fn(headers::secure))
            .wrap(Compress::default())
            .wrap(from_fn(observe::request))
            .configure(move |service| routes::mount(&routes, service))
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

/// No address of the portal, or one that is asked in a way it does not know (405, RFC 9110, 15.5.6).
async fn nothing_here(request: HttpRequest, routes: web::Data<Vec<RouteInfo>>) -> Reply {
    let allowed = routes::methods_at(&routes, request.match_pattern().as_deref());
    if allowed.is_empty() {
        return Err(AppError::NotFound);
    }
    Err(AppError::WrongMethod { allowed })
}

/// The address people use: the configured one, else where this process listens.
pub fn public_url(config: &Config, address: Option<SocketAddr>) -> String {
    match (config.public_url.as_str(), address) {
        ("", Some(address)) => format!("http://{address}"),
        (configured, _) => configured.trim_end_matches('/').to_owned(),
    }
}
