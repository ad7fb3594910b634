//! The machine: a folder to write in, room on the disk, the right time.

use std::path::Path;
use std::process::Command;

use super::Finding;

pub fn data_folder(data: &Path) -> Finding {
    if !data.exists() {
        let above = nearest(data);
        return match writable(above) {
            Ok(()) => Finding::Good(format!(
                "{} is not there yet: `waymark serve` makes it",
                data.display()
            )),
            Err(cause) => Finding::Wrong(format!(
                "{} cannot be made, as {} cannot be written ({cause}). Choose another with --data, or make it and change its owner.",
                data.display(),
                above.display()
            )),
        };
    }
    match writable(data) {
        Ok(()) => Finding::Good(format!("{} can be written", data.display())),
        Err(cause) => Finding::Wrong(format!(
            "{} cannot be written ({cause}). Choose another with --data, or change its owner.",
            data.display()
        )),
    }
}

/// The folder itself, else the first above it that exists.
fn nearest(data: &Path) -> &Path {
    data.ancestors()
        .find(|folder| folder.exists())
        .unwrap_or(Path::new("."))
}

fn writable(folder: &Path) -> std::io::Result<()> {
    tempfile::NamedTempFile::new_in(folder).map(drop)
}

pub fn disk(data: &Path) -> Finding {
    let stat = match nix::sys::statvfs::statvfs(nearest(data)) {
        Ok(stat) => stat,
        Err(cause) => return Finding::Worth(format!("the free space cannot be read: {cause}")),
    };
    let free = u128::from(stat.blocks_available()) * u128::from(stat.fragment_size()) / 1_000_000;
    match free {
        0..500 => Finding::Wrong(format!(
            "only {free} MB are free. PostgreSQL stops when the disk is full: make room."
        )),
        500..2_000 => Finding::Worth(format!("{free} MB are free; make room before it is full")),
        _ => Finding::Good(format!("{} GB are free", free / 1_000)),
    }
}

/// Whether the kernel says that its clock follows a time server. Second factors and expiry dates depend on it.
pub fn clock() -> Finding {
    let asked = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .output();
    let said = asked.map(|told| String::from_utf8_lossy(&told.stdout).trim().to_owned());
    match said.as_deref() {
        Ok("yes") => Finding::Good("this machine follows a time server".to_owned()),
        Ok("no") => Finding::Worth(
            "this machine says that it follows no time server: codes of the second factor are refused once it is half a \
             minute off. Run `timedatectl set-ntp true`, unless something else sets its clock"
                .to_owned(),
        ),
        _ => Finding::Worth(
            "nothing here tells whether this machine follows a time server (NTP); see that it does".to_owned(),
        ),
    }
}
