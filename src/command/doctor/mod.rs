//! `waymark doctor`: what is wrong, and how to mend it. It looks and changes nothing: where there is no installation yet, there
//! is none afterwards.

mod database;
mod machine;
mod settings;

use std::net::SocketAddr;

use clap::Args;

use crate::config::Config;
use crate::platform::crypto;

/// Options of `waymark doctor`.
#[derive(Args)]
pub struct DoctorArgs {
    /// Address and port that `waymark serve` listens on.
    #[arg(
        long,
        default_value = "127.0.0.1:8080",
        env = "WAYMARK_LISTEN",
        value_name = "ADDRESS:PORT"
    )]
    listen: SocketAddr,
}

/// What one check found.
enum Finding {
    Good(String),
    Worth(String),
    Wrong(String),
}

/// A check's name and what it found.
type Checked = (&'static str, Finding);

/// Checks everything and prints a line each. Ends with failure when something is wrong.
///
/// # Errors
/// When at least one check failed.
pub fn doctor(config: Config, args: &DoctorArgs) -> anyhow::Result<()> {
    println!(
        "waymark {} looks at its surroundings\n",
        env!("CARGO_PKG_VERSION")
    );
    let wrong = every_check(&config, args)
        .into_iter()
        .map(|(name, finding)| say(name, &finding))
        .filter(|is_wrong| *is_wrong)
        .count();
    println!();
    if wrong > 0 {
        anyhow::bail!("{wrong} checks found something that must be mended");
    }
    println!("Nothing stands in the way of `waymark serve`.");
    Ok(())
}

fn every_check(config: &Config, args: &DoctorArgs) -> Vec<Checked> {
    let mut checked = vec![
        ("data folder", machine::data_folder(&config.data)),
        ("disk", machine::disk(&config.data)),
        ("clock", machine::clock()),
    ];
    let keys = crypto::load(&config.data);
    checked.push(("secret", settings::secret(config, &keys)));
    checked.extend(database::checks(config, keys.ok().flatten().as_ref()));
    checked.push(("storage", settings::storage(config)));
    checked.push(("mail", settings::mail(config, args.listen)));
    checked.push(("push", settings::push(config)));
    checked.push(("address", settings::address(config, args.listen)));
    checked
}

/// Prints a line; answers whether something must be mended.
fn say(name: &str, finding: &Finding) -> bool {
    let (mark, text) = match finding {
        Finding::Good(text) => ("ok   ", text),
        Finding::Worth(text) => ("look ", text),
        Finding::Wrong(text) => ("WRONG", text),
    };
    // Causes that PostgreSQL tells come in several lines; here one finding is one line.
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    println!("  {mark}   {name:<13} {line}");
    matches!(finding, Finding::Wrong(_))
}
