//! `waymark serve`

use std::net::{SocketAddr, TcpListener};

use anyhow::Context;
use clap::Args;

use crate::boot::{self, Booted, Migrations};
use crate::config::Config;
use crate::demo;
use crate::server::{self, Duty};

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
    if args.demo {
        config.mail.outbox_page = true;
    }
    let Booted { app, database } = boot::boot(config, migrate)?;
    if args.demo && demo::is_empty(&app)? {
        println!("Writing sample data: two organizations with people, channels and 60 days of messages …");
        demo::seed(&app, app.clock().now())?;
    }
    let show_sign_ins = args.demo && demo::is_sample(&app)?;
    let outcome = actix_web::rt::System::new().block_on(async {
        let running = server::start(&app, listener, duty)?;
        if let Some(address) = running.address {
            announce(&address, show_sign_ins);
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

async fn until_told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
