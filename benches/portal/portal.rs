//! The portal as a process of its own, with data of its own under `target/bench/`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// How much data.
#[derive(Debug, Clone, Copy)]
pub enum Size {
    /// A tenth.
    Small,
    /// 100,000 members, 1,000,000 messages, 1,000,000 notes and 100,000 learners.
    Large,
}

impl Size {
    fn parts(self) -> (&'static str, u32, u64) {
        match self {
            Self::Small => ("small", 10_000, 100_000),
            Self::Large => ("large", 100_000, 1_000_000),
        }
    }
}

/// A running `waymark serve`.
pub struct Portal {
    process: Child,
    data: PathBuf,
    pub base: String,
    pub started_in: Duration,
}

fn waymark(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waymark"));
    command.arg("--data").arg(data).env_remove("DATABASE_URL");
    // The limits protect people from each other; here few people stand for many.
    for class in ["STANDARD", "MEDIUM", "STRICT"] {
        command.env(format!("WAYMARK_LIMIT_{class}"), "1000000");
    }
    command
}

impl Portal {
    /// Makes the data when they are not there from an earlier run, and starts the portal on them.
    pub fn start(size: Size) -> Outcome<Self> {
        let (name, members, messages) = size.parts();
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench").join(name);
        // The name changes with what is written, so that older data are written anew.
        let done = data.join("seeded-with-journeys");
        if !done.exists() {
            println!(
                "{members} members and {messages} messages are written to {} …",
                data.display()
            );
            let _ = fs::remove_dir_all(&data);
            fs::create_dir_all(&data)?;
            let mut seed = waymark(&data);
            seed.args(["demo", "seed", "--size", "large"]);
            seed.args([
                "--members",
                &members.to_string(),
                "--messages",
                &messages.to_string(),
            ]);
            if !seed.status()?.success() {
                return Err("the data could not be written".into());
            }
            fs::write(done, "")?;
        }
        println!("{members} members, {messages} messages:");
        let start = Instant::now();
        let mut process = waymark(&data)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("WAYMARK_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()?;
        let said = process.stdout.take().ok_or("the portal says nothing")?;
        let mut lines = BufReader::new(said).lines();
        let base = loop {
            let line = lines.next().ok_or("the portal did not start")??;
            if let Some((_, address)) = line.split_once("running at ") {
                break address.trim().to_owned();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        answers(&base)?;
        Ok(Self {
            process,
            data,
            base,
            started_in: start.elapsed(),
        })
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Processor time the server has used, in seconds; none where the system does not tell.
    pub fn server_seconds(&self) -> Option<f64> {
        processor_seconds(self.process.id())
    }

    /// The same with the database server and all its children.
    pub fn processor_seconds(&self) -> Option<f64> {
        let file = fs::read_to_string(self.data.join("postgres/postmaster.pid")).ok()?;
        let postmaster: u32 = file.lines().next()?.trim().parse().ok()?;
        let mut total = self.server_seconds()? + processor_seconds(postmaster)?;
        for entry in fs::read_dir("/proc").ok()?.filter_map(Result::ok) {
            let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            if parent(process) == Some(postmaster) {
                total += processor_seconds(process).unwrap_or_default();
            }
        }
        Some(total)
    }

    /// The memory the server has resident, in megabytes.
    pub fn resident_memory(&self) -> Option<f64> {
        self.memory("VmRSS:")
    }

    /// The most memory the server had resident, in megabytes.
    pub fn peak_memory(&self) -> Option<f64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, what: &str) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with(what))?;
        let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes / 1024.0)
    }

    /// Stops it as an operator would.
    pub fn stop(mut self) -> Outcome<()> {
        let process = nix::unistd::Pid::from_raw(i32::try_from(self.process.id())?);
        nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGTERM)?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

/// Asks for the sign-in page with nothing but a socket: what a warm start is measured to.
fn answers(base: &str) -> Outcome<()> {
    use std::io::{Read, Write};
    let address = base.trim_start_matches("http://");
    let mut socket = std::net::TcpStream::connect(address)?;
    write!(
        socket,
        "GET /sign-in HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err(format!("the first page is: {}", answer.lines().next().unwrap_or_default()).into())
    }
}

/// The fields of `/proc/PID/stat` after the name, which may contain anything.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

fn parent(process: u32) -> Option<u32> {
    stat(process)?.get(1)?.parse().ok()
}

/// User and system time of a process and of the children it has waited for; Linux counts hundredths of a second.
fn processor_seconds(process: u32) -> Option<f64> {
    let fields = stat(process)?;
    let ticks: f64 = fields
        .get(11..15)?
        .iter()
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    Some(ticks / 100.0)
}
