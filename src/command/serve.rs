//! `waymark serve`

use std::net::{SocketAddr, TcpListener};

use anyhow::Context;
use clap::Args;

use crate::boot::{self, Booted, Migrations};
use crate::config::Config;
use crate::server::{self, Duty};

/// Options of `waymark serve`.
#[derive(Args)]
pub struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", env = "WAYMARK_LISTEN", value_name = "ADDRESS:PORT")]
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
        _ => Some(TcpListener::bind(args.listen).with_context(|| format!("cannot listen on {}", args.listen))?),
    };
    if config.public_url.is_empty() {
        config.public_url = server::public_url(&config, listener.as_ref().and_then(|listener| listener.local_addr().ok()));
    }
    let migrate = if args.no_migrate { Migrations::Expect } else { Migrations::Run };
    let Booted { app, database } = boot::boot(config, migrate)?;
    let outcome = actix_web::rt::System::new().block_on(async {
        let running = server::start(&app, listener, duty)?;
        if let Some(address) = running.address {
            println!("\n  Waymark is running at http://{address}\n");
        }
        until_told_to_stop().await?;
        tracing::info!("stopping: finishing what runs");
        running.stop().await;
        anyhow::Ok(())
    });
    drop(app);
    if let Some(embedded) = database.embedded {
        embedded.stop()?;
    }
    outcome
}

async fn until_told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
