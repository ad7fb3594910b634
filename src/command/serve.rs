//! `waymark serve`

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use crate::app::App;
use crate::boot::{self, Booted, Migrations};
use crate::config::Config;
use crate::demo;
use crate::server::{self, Duty};

/// All of a stop, from the signal to the end of the process. Systemd and Docker wait at least as long.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// The part of it that is kept for threads that still work, and for the embedded database.
const FOR_THE_DATABASE: Duration = Duration::from_millis(2_500);
const FOR_THREADS: Duration = Duration::from_millis(500);

/// Options of `waymark serve`.
#[derive(Args)]
pub struct ServeArgs {
    /// Address and port to listen on.
    #[arg(
        long,
        default_value = "127.0.0.1:8080",
        env = "WAYMARK_LISTEN",
        value_name = "ADDRESS:PORT"
    )]
    listen: SocketAddr,
    /// Only answer people; leave background work to another process.
    #[arg(long, conflicts_with = "work")]
    web: bool,
    /// Only do background work; answer nobody.
    #[arg(long)]
    work: bool,
    /// Refuse to start on an older database instead of migrating it.
    #[arg(long)]
    no_migrate: bool,
    /// Fill the database with sample data when it holds no organization yet, and print the sample sign-ins.
    #[arg(long)]
    demo: bool,
}

impl ServeArgs {
    fn duty(&self) -> Duty {
        match (self.web, self.work) {
            (true, _) => Duty::Web,
            (_, true) => Duty::Work,
            _ => Duty::Both,
        }
    }
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When the portal cannot start.
pub fn serve(mut config: Config, args: &ServeArgs) -> anyhow::Result<()> {
    let duty = args.duty();
    let listener = match duty {
        Duty::Work => None,
        _ => Some(
            TcpListener::bind(args.listen).with_context(|| format!("cannot listen on {}", args.listen))?,
        ),
    };
    if config.public_url.is_empty() {
        config.public_url = server::public_url(
            &config,
            listener.as_ref().and_then(|listener| listener.local_addr().ok()),
        );
    }
    let migrate = if args.no_migrate {
        Migrations::Expect
    } else {
        Migrations::Run
    };
    warn_about_links(&config, args.listen);
    let Booted { mut app, database } = boot::boot(config, migrate)?;
    if args.demo {
        write_samples(&mut app)?;
    }
    let show_sign_ins = args.demo && demo::is_sample(&app)?;
    // Its own, so that a thread that hangs cannot keep the process from ending.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        // Listened to from here on: who reads that it runs may tell it to stop at once.
        let told_to_stop = told_to_stop()?;
        let running = server::start(&app, listener, duty)?;
        if let Some(address) = running.address {
            announce(&address, show_sign_ins);
        }
        told_to_stop.await;
        let deadline = Instant::now() + STOP_WITHIN;
        tracing::info!("stopping: finishing what runs");
        running.stop_by((deadline - FOR_THE_DATABASE).into()).await;
        anyhow::Ok(deadline)
    });
    runtime.shutdown_timeout(FOR_THREADS);
    drop(app);
    let deadline = match &outcome {
        Ok(deadline) => *deadline,
        Err(_) => Instant::now() + STOP_WITHIN,
    };
    if let Some(embedded) = database.embedded {
        embedded.stop_within(deadline.saturating_duration_since(Instant::now()))?;
    }
    outcome.map(|_| ())
}

/// Fills an empty database, or finishes what an earlier start began. Mail is shown to everyone at this machine only where
/// nobody real can have got any.
fn write_samples(app: &mut App) -> anyhow::Result<()> {
    if demo::is_unfinished(app)? {
        println!("Writing sample data: two organizations with people, channels and 60 days of messages …");
        demo::seed(app, app.clock().now())?;
    }
    if demo::is_all_sample(app)? {
        let mut config = Config::clone(&app.config);
        config.mail.outbox_page = true;
        app.config = Arc::new(config);
    }
    Ok(())
}

/// Links in mail lead where people cannot go when the portal is reached from elsewhere and does not know as what.
fn warn_about_links(config: &Config, listen: SocketAddr) {
    if !listen.ip().is_loopback() && config.public_url == format!("http://{listen}") {
        tracing::warn!("public_url is not set: links in mail lead to the address this process listens on");
    }
}

fn announce(address: &SocketAddr, show_sign_ins: bool) {
    println!("\n  Waymark is running at http://{address}\n");
    if show_sign_ins {
        println!("  Sample sign-ins, all with the password {}", demo::PASSWORD);
        for sign_in in demo::SIGN_INS {
            println!("    {:<28} {}", sign_in.role, sign_in.email);
        }
        println!(
            "\n  Mail that the portal writes is shown at http://{address}/outbox\n  Stop with Ctrl+C.\n"
        );
    }
}

/// Ends when the process gets SIGTERM or SIGINT, from this moment on.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
