//! The server that all test processes of a checkout share, and the databases in it.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use parking_lot::Mutex;

use super::cluster::{Cluster, binaries_version, command, owner_can_reach};

/// Nothing in these databases is worth a disk flush.
const SETTINGS: &str = "
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 300
shared_buffers = 256MB
max_wal_size = 4GB
autovacuum_naptime = 10min
timezone = 'UTC'
";

/// How many templates are kept: a branch change and back should not rebuild.
const TEMPLATES_KEPT: usize = 4;

/// Stops a server nobody used for an hour. `used` is touched by every test process.
const IDLE_WATCH: &str = r#"
while sleep 60; do
  [ -e "$DATA/postmaster.pid" ] || exit 0
  [ -n "$(find "$USED" -mmin -60 2>/dev/null)" ] || { kill -INT "$(head -n 1 "$DATA/postmaster.pid")"; exit 0; }
done
"#;

/// The running shared server.
pub struct Server {
    cluster: Cluster,
    folder: PathBuf,
    admin: Mutex<PgConnection>,
}

/// A finished database that others are cloned from.
#[derive(Debug, Clone)]
pub struct Template {
    name: String,
}

/// A database of one test's own, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
}

/// The shared server, started if need be.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::join)
}

/// The template for `name_hash`, which `build` fills when nobody did before.
///
/// `build` gets the superuser's URL of a fresh, empty database. It runs at most once for a hash in
/// all test processes together; the others wait for it. Close every connection before returning.
pub fn template(name_hash: &str, build: impl FnOnce(&str)) -> Template {
    let server = server();
    let name = format!("template_{name_hash}");
    let _lock = lock(&server.folder.join(format!("{name}.lock")));
    if server.is_template(&name) {
        return Template { name };
    }
    server.run(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"));
    server.run(&format!("CREATE DATABASE \"{name}\""));
    build(&server.cluster.admin_url(&name));
    server.run(&format!(
        "ALTER DATABASE \"{name}\" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false"
    ));
    server.drop_old_templates();
    Template { name }
}

/// A copy of the template, for one test.
pub fn clone_template(template: &Template) -> TestDatabase {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    let Template { name: source } = template;
    server().run(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"));
    server().run(&format!("CREATE DATABASE \"{name}\" TEMPLATE \"{source}\""));
    TestDatabase { name }
}

impl TestDatabase {
    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL for a user. The server trusts everyone who reaches its socket, so any password does.
    pub fn url(&self, user: &str, password: &str) -> String {
        server().cluster.url(user, password, &self.name)
    }

    /// The superuser's URL, for what a test has to arrange or look at behind the portal's back.
    pub fn admin_url(&self) -> String {
        server().cluster.admin_url(&self.name)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
        let dropped = server().admin.lock().batch_execute(&statement);
        if let Err(error) = dropped {
            eprintln!("could not drop {}: {error}; the next run does", self.name);
        }
    }
}

impl Server {
    /// The superuser's URL for the database `postgres`.
    pub fn admin_url(&self) -> String {
        self.cluster.admin_url("postgres")
    }

    fn join() -> Self {
        let folder = target_folder().join("test-postgres");
        std::fs::create_dir_all(&folder).expect("the server's folder can be made");
        let _lock = lock(&folder.join("lock"));
        File::create(folder.join("used")).expect("the use can be noted");
        let cluster = place(&folder);
        let admin = find(&cluster).unwrap_or_else(|| bring_up(&cluster, &folder));
        let server = Self {
            cluster,
            folder,
            admin: Mutex::new(admin),
        };
        server.drop_orphans();
        server
    }

    fn run(&self, statement: &str) {
        let outcome = self.admin.lock().batch_execute(statement);
        outcome.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// Names of databases like a pattern, oldest first.
    fn databases(&self, like: &str) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Named {
            #[diesel(sql_type = Text)]
            name: String,
        }
        diesel::sql_query("SELECT datname::text AS name FROM pg_database WHERE datname LIKE $1 ORDER BY oid")
            .bind::<Text, _>(like.replace('_', "\\_"))
            .load::<Named>(&mut *self.admin.lock())
            .expect("the databases can be listed")
            .into_iter()
            .map(|row| row.name)
            .collect()
    }

    fn is_template(&self, name: &str) -> bool {
        let found = diesel::sql_query("SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate")
            .bind::<Text, _>(name)
            .execute(&mut *self.admin.lock());
        found.expect("the database can be looked up") > 0
    }

    /// Databases of test processes that were killed before they could drop them.
    fn drop_orphans(&self) {
        for name in self.databases("test_%") {
            let process = name.split('_').nth(1).and_then(|pid| pid.parse().ok());
            if process.is_none_or(is_gone) {
                self.run(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"));
            }
        }
    }

    fn drop_old_templates(&self) {
        // One process after the other: what one finds here, another may be removing.
        let _lock = lock(&self.folder.join("old_templates.lock"));
        let templates = self.databases("template_%");
        let surplus = templates.len().saturating_sub(TEMPLATES_KEPT);
        for name in templates.into_iter().take(surplus) {
            self.run(&format!("ALTER DATABASE \"{name}\" WITH IS_TEMPLATE false"));
            self.run(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"));
        }
    }
}

/// The cluster in the target folder, or in the temporary folder when the server's user cannot get there.
fn place(folder: &Path) -> Cluster {
    let temporary = std::env::temp_dir().join(format!("waymark-test-{}", short_hash(folder)));
    let data = match owner_can_reach(folder) {
        true => folder.join("data"),
        false => temporary.join("data"),
    };
    // A socket's path may have about a hundred bytes, which a target folder easily exceeds.
    Cluster {
        data,
        socket: temporary.join("socket"),
    }
}

/// The server if it already runs with our settings and binaries.
fn find(cluster: &Cluster) -> Option<PgConnection> {
    if cluster.version() != Some(binaries_version()) || !cluster.was_made_with(SETTINGS) {
        return None;
    }
    cluster.connect()
}

/// Starts what is there, or makes it anew when that does not work.
fn bring_up(cluster: &Cluster, folder: &Path) -> PgConnection {
    stop(cluster);
    let fit = cluster.version() == Some(binaries_version()) && cluster.was_made_with(SETTINGS);
    let started = fit && start(cluster);
    if !started {
        std::fs::create_dir_all(cluster.socket.parent().unwrap()).unwrap();
        cluster.create(SETTINGS);
        assert!(start(cluster), "{}", log_of(cluster));
    }
    watch_idleness(cluster, folder);
    PgConnection::establish(&cluster.admin_url("postgres")).expect("the server answers")
}

fn start(cluster: &Cluster) -> bool {
    cluster.mend_socket_folder();
    // pg_ctl leaves the server in a session of its own, out of reach of whoever ends this test.
    command("pg_ctl")
        .args(["start", "-w", "-t", "60", "-s", "-D"])
        .arg(&cluster.data)
        .arg("-l")
        .arg(cluster.data.join("server.log"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn stop(cluster: &Cluster) {
    if cluster.data.join("postmaster.pid").exists() {
        // Fails when the server is dead and only the file is left, which is just as well.
        let _ = command("pg_ctl")
            .args(["stop", "-w", "-s", "-m", "immediate", "-D"])
            .arg(&cluster.data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

#[expect(
    clippy::zombie_processes,
    reason = "it outlives this process, as the server does"
)]
fn watch_idleness(cluster: &Cluster, folder: &Path) {
    let watch = Command::new("sh")
        .args(["-c", IDLE_WATCH])
        .env("DATA", &cluster.data)
        .env("USED", folder.join("used"))
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    watch.expect("a shell can be started");
}

fn log_of(cluster: &Cluster) -> String {
    let log = std::fs::read_to_string(cluster.data.join("server.log")).unwrap_or_default();
    format!("the test PostgreSQL does not start:\n{log}")
}

/// Waits for the file lock; it is let go when the value is dropped or the process ends.
fn lock(path: &Path) -> Flock<File> {
    let file = File::options().create(true).append(true).open(path);
    let file = file.expect("the lock file can be opened");
    Flock::lock(file, FlockArg::LockExclusive)
        .map_err(|(_, error)| error)
        .expect("the lock can be taken")
}

/// `target/`, wherever it is.
fn target_folder() -> PathBuf {
    let temporary = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("target/tmp has a parent").to_owned()
}

fn is_gone(process: i32) -> bool {
    kill(Pid::from_raw(process), None) == Err(Errno::ESRCH)
}

fn short_hash(path: &Path) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(path.display().to_string().as_bytes());
    hex::encode(digest).chars().take(10).collect()
}
