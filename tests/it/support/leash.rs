//! A leash on child processes: whatever a test starts dies with the test, however the test dies.
//!
//! `Drop` alone is not enough: a test that is killed for being slow never drops. So a small shell
//! waits at the other end of a pipe. When the pipe closes, because the leash was dropped or because
//! the whole test process is gone, it kills every process that names the leash's folder on its
//! command line and removes the folder. Chromium and PostgreSQL both name their data folder there.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// In its own process group and deaf to signals, so that it outlives a killed group long enough to tidy.
const KEEPER: &str = r#"
trap '' TERM INT HUP
read -r _
held() {
  if [ -d /proc/self ]; then
    printf '%s' "$LEASH" | grep -laF -f - /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3
  else
    pgrep -f "$LEASH"
  fi
}
for round in 1 2 3 4 5 6 7 8 9 10; do
  pids=$(held)
  [ -z "$pids" ] && break
  kill -9 $pids 2>/dev/null
  sleep 0.05
done
rm -rf "$LEASH"
"#;

/// Holds a temporary folder and every process that names it.
pub struct Leash {
    folder: PathBuf,
    keeper: Child,
}

impl Leash {
    /// A fresh folder, with somebody watching over it.
    pub fn new(kind: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix(&format!("waymark-{kind}-"))
            .tempdir()
            .expect("a temporary folder can be made")
            .keep();
        let keeper = Command::new("sh")
            .args(["-c", KEEPER])
            .env("LEASH", &folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("a shell can be started");
        Self { folder, keeper }
    }

    /// The folder to name on the command line of everything that should be held.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
