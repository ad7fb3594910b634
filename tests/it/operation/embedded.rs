//! The embedded PostgreSQL: what an operator relies on when processes are killed, folders are copied and versions change.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and this one speaks SQL to a bare database"
)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use chrono::DateTime;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User};
use secrecy::SecretString;
use tempfile::TempDir;
use waymark::platform::embedded_postgres::{
    self as embedded, EmbeddedError, Manifest, Running, Settings, Tenure,
};

/// Set in a copy of this test program that only starts a database and waits for its end.
const HOLD: &str = "WAYMARK_TEST_HOLDS_DATABASE";

#[test]
fn a_new_data_folder_gets_a_database_that_keeps_what_is_written() {
    let data = data_folder();

    let running = start(data.path());
    execute(
        &running,
        "CREATE TABLE note (body text); INSERT INTO note VALUES ('kept')",
    );
    assert_eq!(running.tenure(), Tenure::Owner);
    assert_eq!(read(&running, "SHOW data_checksums"), "on");
    assert_eq!(read(&running, "SHOW server_encoding"), "UTF8");
    assert_eq!(
        read(
            &running,
            "SELECT split_part(current_setting('server_version'), ' ', 1)"
        ),
        running.version()
    );
    let server = server_of(data.path());
    running.stop().unwrap();
    assert!(!lives(server), "the server must end with its owner");

    let again = start(data.path());
    assert_eq!(read(&again, "SELECT body FROM note"), "kept");
}

#[test]
fn dropping_it_stops_the_server() {
    let data = data_folder();
    let running = start(data.path());
    let server = server_of(data.path());

    drop(running);

    assert!(!lives(server));
    assert!(
        !data.path().join("postgres/postmaster.pid").exists(),
        "a clean stop removes the pid file"
    );
}

#[test]
fn only_the_right_password_is_let_in_and_other_accounts_see_nothing() {
    let data = data_folder();
    let running = start(data.path());

    let wrong = running.url_for("waymark_owner", &SecretString::from("guessed"));
    assert!(PgConnection::establish(&wrong).is_err());
    for private in ["postgres", "postgres-socket"] {
        assert_eq!(mode(&data.path().join(private)), 0o700, "{private}");
    }
    assert_eq!(mode(&data.path().join("postgres.log")), 0o600);
}

#[test]
fn a_password_and_a_path_with_odd_characters_make_a_url_that_works() {
    let outer = data_folder();
    let data = outer.path().join("Émile's data @ 100% & more");
    let settings = Settings {
        password: SecretString::from("p@ss:w/o?rd#%\"'é"),
        ..settings(&data)
    };

    let running = embedded::start(settings).unwrap();

    assert_eq!(read(&running, "SELECT current_user"), "waymark_owner");
    let parsed = url::Url::parse(&running.url()).unwrap();
    assert_eq!(parsed.path(), "/waymark");
}

#[test]
fn a_path_that_cannot_be_a_socket_gets_a_loopback_port() {
    for folder in ["a-folder-name-of-some-length/".repeat(5), "one, two".to_owned()] {
        let outer = data_folder();

        let running = start(&outer.path().join(folder));

        assert!(running.url().contains("@127.0.0.1:"));
        assert_eq!(read(&running, "SHOW listen_addresses"), "127.0.0.1");
        assert_eq!(read(&running, "SELECT current_user"), "waymark_owner");
    }
}

#[test]
fn a_second_process_uses_the_server_of_the_first_and_leaves_it_running() {
    let data = data_folder();
    let owner = start(data.path());

    let guest = start(data.path());
    assert_eq!(guest.tenure(), Tenure::Guest);
    assert_eq!(guest.url(), owner.url());
    guest.stop().unwrap();

    assert_eq!(read(&owner, "SELECT 'still here'"), "still here");
}

#[test]
fn a_server_that_outlives_a_killed_waymark_is_adopted() {
    if is_holder() {
        return hold();
    }
    let data = data_folder();
    let mut holder = holder(
        data.path(),
        "a_server_that_outlives_a_killed_waymark_is_adopted",
        Uid::effective(),
    );
    let server = server_of(data.path());

    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(lives(server), "kill -9 of waymark leaves its server behind");
    let heir = start(data.path());

    assert_eq!(heir.tenure(), Tenure::Owner);
    assert_eq!(
        server_of(data.path()),
        server,
        "the same server, without a restart"
    );
    assert_eq!(read(&heir, "SELECT body FROM held"), "written before the kill");
    heir.stop().unwrap();
    assert!(!lives(server));
}

#[test]
fn a_server_killed_with_nine_comes_back_at_the_same_address() {
    let data = data_folder();
    let running = start(data.path());
    execute(
        &running,
        "CREATE TABLE note (body text); INSERT INTO note VALUES ('committed')",
    );
    let killed = server_of(data.path());

    kill(killed, Signal::SIGKILL).unwrap();

    wait_for("the database to answer again", || {
        let mut connection = PgConnection::establish(&running.url()).ok()?;
        diesel::sql_query("SELECT body AS value FROM note")
            .get_result::<Answer>(&mut connection)
            .ok()
    });
    assert_ne!(server_of(data.path()), killed);
    running.stop().unwrap();
}

#[test]
fn waymark_and_server_both_killed_leave_a_folder_that_starts() {
    if is_holder() {
        return hold();
    }
    let data = data_folder();
    let mut holder = holder(
        data.path(),
        "waymark_and_server_both_killed_leave_a_folder_that_starts",
        Uid::effective(),
    );
    holder.kill().unwrap();
    holder.wait().unwrap();
    kill(server_of(data.path()), Signal::SIGKILL).unwrap();

    let running = start(data.path());

    assert_eq!(read(&running, "SELECT body FROM held"), "written before the kill");
}

#[test]
fn a_pid_file_whose_number_belongs_to_another_program_is_no_obstacle() {
    let data = data_folder();
    start(data.path()).stop().unwrap();
    let folder = fs::canonicalize(data.path().join("postgres")).unwrap();
    let owner = fs::metadata(&folder).unwrap();
    let mut other = Command::new("cat");
    other.stdin(Stdio::piped());
    if Uid::effective().is_root() {
        other.uid(owner.uid()).gid(owner.gid());
    }
    let mut other = other.spawn().unwrap();
    let stale = folder.join("postmaster.pid");
    let line = format!(
        "{}\n{}\n1700000000\n5432\n{}\n\n  1  2\nready   \n",
        other.id(),
        folder.display(),
        folder.display()
    );
    fs::write(&stale, line).unwrap();
    chown(&stale, Some(owner.uid()), Some(owner.gid())).unwrap();

    let running = start(data.path());

    assert_eq!(read(&running, "SELECT 'up'"), "up");
    assert!(
        other.try_wait().unwrap().is_none(),
        "the other program is left alone"
    );
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_database_of_another_major_version_is_refused_and_left_as_it_is() {
    let data = data_folder();
    start(data.path()).stop().unwrap();
    let version = data.path().join("postgres/PG_VERSION");

    for (written, advice) in [("99", "Install PostgreSQL 99"), ("9.6", "waymark backup")] {
        fs::write(&version, format!("{written}\n")).unwrap();
        let before = listing(data.path());
        let refusal = embedded::start(settings(data.path())).unwrap_err();
        match (&refusal, written) {
            (EmbeddedError::ClusterIsNewer { cluster, .. }, "99")
            | (EmbeddedError::ClusterIsOlder { cluster, .. }, "9.6") => {
                assert_eq!(cluster, written);
            }
            _ => panic!("{written}: {refusal}"),
        }
        assert!(refusal.to_string().contains(advice), "{refusal}");
        assert_eq!(listing(data.path()), before);
    }
}

#[test]
fn a_folder_that_is_no_database_is_left_alone() {
    let data = data_folder();
    fs::create_dir(data.path().join("postgres")).unwrap();
    fs::write(data.path().join("postgres/holiday.txt"), "photos").unwrap();

    let refusal = embedded::start(settings(data.path())).unwrap_err();

    assert!(matches!(refusal, EmbeddedError::NotACluster { .. }), "{refusal}");
    assert_eq!(
        fs::read_to_string(data.path().join("postgres/holiday.txt")).unwrap(),
        "photos"
    );
}

#[test]
fn the_log_keeps_what_people_write_to_itself() {
    let data = data_folder();
    let running = start(data.path());
    let mut connection = PgConnection::establish(&running.url()).unwrap();

    let duplicate = "CREATE TABLE person (email text UNIQUE); INSERT INTO person VALUES ('ada@example.org'), ('ada@example.org')";
    assert!(connection.batch_execute(duplicate).is_err());
    let malformed = diesel::sql_query("SELECT $1::int AS value")
        .bind::<Text, _>("ada@example.org")
        .execute(&mut connection);
    assert!(malformed.is_err());
    drop(connection);
    running.stop().unwrap();

    let log = fs::read_to_string(data.path().join("postgres.log")).unwrap();
    assert!(log.contains("database system is ready"), "{log}");
    assert!(!log.contains("ada@"), "{log}");
}

#[test]
fn a_log_that_has_grown_too_long_is_cut_at_the_next_start() {
    let data = data_folder();
    let log = data.path().join("postgres.log");
    fs::write(&log, vec![b'x'; 11 * 1024 * 1024]).unwrap();

    let _running = start(data.path());

    assert!(fs::metadata(&log).unwrap().len() < 1024 * 1024);
}

#[test]
fn started_by_root_the_server_runs_as_somebody_else() {
    if !Uid::effective().is_root() {
        return assert_eq!(server_uid_after_start(), Uid::effective().as_raw());
    }
    assert_ne!(server_uid_after_start(), 0);
}

#[test]
fn an_ordinary_account_runs_it_too() {
    if is_holder() {
        return hold();
    }
    let ordinary = match Uid::effective() {
        root if root.is_root() => User::from_name("nobody").unwrap().unwrap().uid,
        ourselves => ourselves,
    };
    let data = data_folder();
    chown(data.path(), Some(ordinary.as_raw()), None).unwrap();

    let mut holder = holder(data.path(), "an_ordinary_account_runs_it_too", ordinary);

    assert_eq!(
        fs::metadata(data.path().join("postgres")).unwrap().uid(),
        ordinary.as_raw()
    );
    let server = server_of(data.path());
    drop(holder.stdin.take());
    holder.wait().unwrap();
    assert!(!lives(server), "the server ends with the process that owns it");
}

#[test]
fn below_a_folder_nobody_may_enter_root_keeps_the_database_elsewhere() {
    if !Uid::effective().is_root() {
        return;
    }
    let closed = data_folder();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let data = closed.path().join("data");

    let running = start(&data);

    let home = fs::canonicalize(data.join("postgres"))
        .unwrap()
        .parent()
        .unwrap()
        .to_path_buf();
    assert!(!home.starts_with(closed.path()), "{}", home.display());
    assert_eq!(
        mode(closed.path()),
        0o700,
        "a folder that is not ours keeps its mode"
    );
    execute(
        &running,
        "CREATE TABLE note (body text); INSERT INTO note VALUES ('kept')",
    );
    running.stop().unwrap();
    let again = start(&data);
    assert_eq!(read(&again, "SELECT body FROM note"), "kept");
    again.stop().unwrap();
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn a_backup_brings_everything_back_into_an_empty_folder() {
    let (data, outer) = (data_folder(), data_folder());
    let running = start(data.path());
    execute(
        &running,
        "CREATE ROLE waymark_app LOGIN PASSWORD 'app';
         REVOKE CONNECT ON DATABASE waymark FROM PUBLIC; GRANT CONNECT ON DATABASE waymark TO waymark_app;
         ALTER ROLE waymark_app IN DATABASE waymark SET statement_timeout = '7s';
         CREATE TABLE note (org int, body text);
         INSERT INTO note SELECT n % 2, 'note ' || n FROM generate_series(1, 1000) n;
         ALTER TABLE note ENABLE ROW LEVEL SECURITY; ALTER TABLE note FORCE ROW LEVEL SECURITY;
         CREATE POLICY mine ON note USING (org = 1); GRANT SELECT ON note TO waymark_app",
    );
    write(&data.path().join("objects/2026/photo.bin"), &vec![7; 300_000]);
    write(&data.path().join("objects/empty.txt"), b"");
    write(&data.path().join("secret.key"), b"the secret");
    let archive = outer.path().join("monday.waymark");

    let saved = save(&running, &archive).unwrap();
    running.stop().unwrap();
    assert_eq!(mode(&archive), 0o600);
    let target = outer.path().join("restored");
    let restored = embedded::restore(&archive, &target, |data| {
        assert_eq!(fs::read_to_string(data.join("secret.key"))?, "the secret");
        Ok(settings(data))
    });

    assert_eq!(restored.unwrap(), saved);
    assert_eq!(
        fs::read(target.join("objects/2026/photo.bin")).unwrap(),
        vec![7; 300_000]
    );
    assert_eq!(fs::read(target.join("objects/empty.txt")).unwrap(), b"");
    assert_eq!(mode(&target.join("secret.key")), 0o600);
    let running = start(&target);
    assert_eq!(read(&running, "SELECT count(*)::text FROM note"), "1000");
    let mut app =
        PgConnection::establish(&running.url_for("waymark_app", &SecretString::from("app"))).unwrap();
    let seen: Count = diesel::sql_query("SELECT count(*) FROM note")
        .get_result(&mut app)
        .unwrap();
    assert_eq!(seen.count, 500, "row-level security is back");
    assert_eq!(read_with(&mut app, "SHOW statement_timeout"), "7s");
    assert_eq!(
        read(
            &running,
            "SELECT has_database_privilege('public', 'waymark', 'CONNECT')::text"
        ),
        "false"
    );
    assert!(!target.join("database.dump").exists() && !target.join("roles.sql").exists());
}

#[test]
fn a_backup_is_never_written_over_another() {
    let data = data_folder();
    let running = start(data.path());
    let archive = data.path().join("monday.waymark");
    fs::write(&archive, "last week's").unwrap();

    let refusal = save(&running, &archive).unwrap_err();

    assert!(matches!(refusal, EmbeddedError::BackupExists { .. }), "{refusal}");
    assert_eq!(fs::read_to_string(&archive).unwrap(), "last week's");
}

#[test]
fn a_damaged_backup_is_refused_and_the_folder_stays_empty() {
    let (data, outer) = (data_folder(), data_folder());
    let running = start(data.path());
    write(
        &data.path().join("objects/letter.txt"),
        b"Dear members, this is the letter.",
    );
    let archive = outer.path().join("monday.waymark");
    save(&running, &archive).unwrap();
    let mut bytes = fs::read(&archive).unwrap();
    let letter = b"this is the letter";
    let place = bytes
        .windows(letter.len())
        .position(|window| window == letter)
        .unwrap();
    bytes[place] = b'T';
    let damaged = outer.path().join("damaged.waymark");
    fs::write(&damaged, bytes).unwrap();
    let target = outer.path().join("restored");

    let refusal = embedded::restore(&damaged, &target, |data| Ok(settings(data))).unwrap_err();

    assert!(
        matches!(refusal, EmbeddedError::DamagedBackup { .. }),
        "{refusal}"
    );
    assert!(refusal.to_string().contains("objects/letter.txt"), "{refusal}");
    assert_eq!(listing(&target), Vec::<String>::new());
}

#[test]
fn a_folder_in_use_is_not_restored_into() {
    let data = data_folder();
    let running = start(data.path());
    let outer = data_folder();
    let archive = outer.path().join("monday.waymark");
    save(&running, &archive).unwrap();

    let refusal = embedded::restore(&archive, data.path(), |data| Ok(settings(data))).unwrap_err();

    assert!(matches!(refusal, EmbeddedError::NotEmpty { .. }), "{refusal}");
    assert_eq!(read(&running, "SELECT 'untouched'"), "untouched");
}

#[test]
fn a_folder_whose_restore_was_interrupted_does_not_start() {
    let data = data_folder();
    fs::write(data.path().join("restore.unfinished"), "").unwrap();

    let refusal = embedded::start(settings(data.path())).unwrap_err();

    assert!(matches!(refusal, EmbeddedError::HalfRestored { .. }), "{refusal}");
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn settings(data: &Path) -> Settings {
    Settings {
        data: data.to_path_buf(),
        superuser: "waymark_owner".to_owned(),
        password: SecretString::from("correct horse"),
        database: "waymark".to_owned(),
    }
}

fn save(running: &Running, archive: &Path) -> Result<Manifest, EmbeddedError> {
    embedded::backup(running, archive, DateTime::UNIX_EPOCH)
}

fn start(data: &Path) -> Running {
    embedded::start(settings(data)).unwrap_or_else(|error| panic!("{error}"))
}

/// A folder every account may pass through, as the ones an operator chooses are.
fn data_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn execute(running: &Running, script: &str) {
    PgConnection::establish(&running.url())
        .unwrap()
        .batch_execute(script)
        .unwrap();
}

fn read(running: &Running, query: &str) -> String {
    read_with(&mut PgConnection::establish(&running.url()).unwrap(), query)
}

/// The one value a query answers with, whatever its column is called.
fn read_with(connection: &mut PgConnection, query: &str) -> String {
    let named = match query.strip_prefix("SHOW ") {
        Some(setting) => format!("SELECT current_setting('{setting}') AS value"),
        None => format!("SELECT value FROM ({query}) AS answer (value)"),
    };
    diesel::sql_query(named)
        .get_result::<Answer>(connection)
        .unwrap()
        .value
}

fn server_of(data: &Path) -> Pid {
    let text = fs::read_to_string(data.join("postgres/postmaster.pid")).unwrap();
    Pid::from_raw(text.lines().next().unwrap().trim().parse().unwrap())
}

/// Zombies are dead: who should collect them is not always there.
fn lives(pid: Pid) -> bool {
    let told = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    let state = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

fn server_uid_after_start() -> u32 {
    let data = data_folder();
    let _running = start(data.path());
    let told = Command::new("ps")
        .args(["-o", "uid=", "-p", &server_of(data.path()).to_string()])
        .output()
        .unwrap();
    String::from_utf8_lossy(&told.stdout).trim().parse().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn write(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Every file below a folder with its size and content's time of change.
fn listing(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let facts = entry.metadata().unwrap();
            if facts.is_dir() {
                open.push(entry.path());
            }
            found.push(format!(
                "{} {} {}.{}",
                entry.path().display(),
                facts.len(),
                facts.mtime(),
                facts.mtime_nsec()
            ));
        }
    }
    found.sort();
    found
}

fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn is_holder() -> bool {
    std::env::var_os(HOLD).is_some()
}

/// This test program again, in a process of its own that starts the database of a folder and holds it until its input
/// ends or it is killed. Returns when the database is up.
fn holder(data: &Path, test: &str, account: Uid) -> Child {
    let name = format!("{}::{test}", module_path!().split_once("::").unwrap().1);
    let mut program = std::env::current_exe().unwrap();
    if account != Uid::effective() {
        // The checkout may lie where that account may not go.
        let reachable = data.join("test-program");
        fs::copy(&program, &reachable).unwrap();
        program = reachable;
    }
    let mut command = Command::new(program);
    command
        .args(["--exact", &name, "--nocapture"])
        .env(HOLD, data)
        .current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    if account != Uid::effective() {
        let group = User::from_uid(account).unwrap().unwrap().gid;
        command
            .uid(account.as_raw())
            .gid(group.as_raw())
            .env("TMPDIR", "/tmp");
    }
    let mut child = command.spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let is_up = output
        .lines()
        .map_while(Result::ok)
        .any(|line| line.contains("the database is up"));
    assert!(is_up, "the process that should hold the database ended");
    child
}

fn hold() {
    let data = PathBuf::from(std::env::var_os(HOLD).unwrap());
    let running = start(&data);
    execute(
        &running,
        "CREATE TABLE held (body text); INSERT INTO held VALUES ('written before the kill')",
    );
    println!("the database is up");
    std::io::stdout().flush().unwrap();
    std::io::stdin().lines().for_each(drop);
    running.stop().unwrap();
}
