//! Starting chromedriver and, through it, Chromium.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::json;
use thirtyfour::WebDriver;
use thirtyfour::common::capabilities::desiredcapabilities::Capabilities;

use super::COMMAND_TIMEOUT;
use crate::support::eventually::eventually;
use crate::support::leash::Leash;

const CHROMIUMS: [&str; 5] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Quiet, alone, and the same on every machine. `--no-sandbox` because containers run as root.
const FLAGS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--hide-scrollbars",
    "--lang=en",
    // A name that browsers do not trust without https, as they trust the loopback address.
    "--host-resolver-rules=MAP portal.lan 127.0.0.1",
];

/// A running chromedriver with the folder that everything of it lives in.
pub struct Launched {
    chromedriver: Child,
    address: String,
    /// Dropped last: see the order in `Drop`.
    leash: Option<Leash>,
}

impl Launched {
    /// Starts chromedriver on a port it finds free itself.
    pub async fn start() -> Self {
        let leash = Leash::new("browser");
        let said = leash.folder().join("said");
        let output = std::fs::File::create(&said).unwrap();
        let program = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let chromedriver = Command::new(&program)
            .arg("--port=0")
            .arg(format!(
                "--log-path={}",
                leash.folder().join("driver.log").display()
            ))
            .env("TMPDIR", leash.folder())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; `make test` installs it", program.display()));
        let port = eventually("chromedriver to listen", async || port_in(&said)).await;
        Self {
            chromedriver,
            address: format!("http://127.0.0.1:{port}"),
            leash: Some(leash),
        }
    }

    /// Where chromedriver listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What everything started here names on its command line.
    pub fn folder(&self) -> &Path {
        self.leash
            .as_ref()
            .map(Leash::folder)
            .expect("held until dropped")
    }

    /// Opens a browser window with a fresh profile.
    pub async fn session(&self) -> WebDriver {
        let mut flags = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!(
            "--user-data-dir={}",
            self.folder().join("profile").display()
        ));
        let wishes = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "binary": chromium(), "args": flags },
        });
        let wishes: Capabilities = serde_json::from_value(wishes).unwrap();
        let session = WebDriver::builder(self.address(), wishes).request_timeout(COMMAND_TIMEOUT);
        session.await.expect("chromedriver starts Chromium")
    }
}

impl Launched {
    /// Kills the browser as a phone does that needs the memory: without a word to it. The profile stays.
    pub async fn kill_browser(&self) {
        let lock = self.folder().join("profile").join("SingletonLock");
        let target = std::fs::read_link(&lock).expect("the browser holds its profile");
        let pid: i32 = target
            .to_string_lossy()
            .rsplit('-')
            .next()
            .and_then(|pid| pid.parse().ok())
            .expect("the lock names the process");
        let pid = nix::unistd::Pid::from_raw(pid);
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("the browser runs");
        eventually("the browser to be gone", async || {
            let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            (state.is_empty() || state.contains(") Z ")).then_some(())
        })
        .await;
        let _ = std::fs::remove_file(lock);
    }
}

impl Drop for Launched {
    fn drop(&mut self) {
        drop(self.leash.take());
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

fn port_in(said: &Path) -> Option<u16> {
    let said = std::fs::read_to_string(said).ok()?;
    let (_, after) = said.split_once("started successfully on port ")?;
    after
        .split(|letter: char| !letter.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// `CHROME`, else the first of the usual places.
fn chromium() -> PathBuf {
    let chosen = std::env::var_os("CHROME").map(PathBuf::from);
    chosen
        .or_else(|| {
            CHROMIUMS
                .into_iter()
                .map(PathBuf::from)
                .find(|path| path.exists())
        })
        .expect("Chromium is installed (`make test` does it) or CHROME names it")
}
