//! Several processes on one embedded database: whoever started the server, it is there for as long as one of them is.

use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use secrecy::SecretString;
use tempfile::TempDir;
use waymark::platform::embedded_postgres::{self as embedded, Running, Settings, Tenure};

use super::binary::{Installation, Said, waymark};
use crate::support::client::Client;
use crate::support::eventually::eventually_blocking;

fn start(data: &Path) -> Running {
    let settings = Settings {
        data: data.to_path_buf(),
        superuser: "waymark_owner".to_owned(),
        password: SecretString::from("correct horse"),
        database: "waymark".to_owned(),
    };
    embedded::start(settings).unwrap()
}

fn data_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    folder
}

fn answers(running: &Running) -> Option<PgConnection> {
    let mut conn = PgConnection::establish(&running.url()).ok()?;
    conn.batch_execute("SELECT 1").ok().map(|()| conn)
}

fn server_of(data: &Path) -> Pid {
    let text = std::fs::read_to_string(data.join("postgres/postmaster.pid")).unwrap();
    Pid::from_raw(text.lines().next().unwrap().trim().parse().unwrap())
}

fn lives(pid: Pid) -> bool {
    let told = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    let state = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

#[test]
fn an_owner_that_ends_leaves_the_server_to_its_guest() {
    let data = data_folder();
    let (owner, guest) = (start(data.path()), start(data.path()));
    let server = server_of(data.path());
    let mut open = answers(&guest).unwrap();

    owner.stop().unwrap();

    open.batch_execute("SELECT 1")
        .expect("not even a connection is lost");
    eventually_blocking("the guest to own the server", || {
        (guest.tenure() == Tenure::Owner).then_some(())
    });
    assert_eq!(server_of(data.path()), server);

    kill(server, Signal::SIGKILL).unwrap();
    eventually_blocking("the new owner to start it again", || answers(&guest));
    let server = server_of(data.path());
    guest.stop().unwrap();
    assert!(!lives(server), "the last one stops it");
}

#[test]
fn an_owner_outlives_its_guests_and_stops_the_server() {
    let data = data_folder();
    let owner = start(data.path());
    let (one, other) = (start(data.path()), start(data.path()));
    let server = server_of(data.path());

    one.stop().unwrap();
    drop(other);
    answers(&owner).unwrap();

    owner.stop().unwrap();
    assert!(!lives(server));
}

#[test]
fn of_several_guests_one_takes_over_and_the_last_stops_it() {
    let data = data_folder();
    let owner = start(data.path());
    let guests = [start(data.path()), start(data.path()), start(data.path())];
    let server = server_of(data.path());

    owner.stop().unwrap();
    for guest in guests {
        answers(&guest).unwrap();
        assert!(lives(server));
        guest.stop().unwrap();
    }

    assert!(!lives(server));
}

#[test]
fn a_guest_that_ends_in_the_same_moment_leaves_nothing_running() {
    let data = data_folder();
    for _ in 0..5 {
        let (owner, guest) = (start(data.path()), start(data.path()));
        let server = server_of(data.path());

        let ending = std::thread::spawn(move || guest.stop());
        owner.stop().unwrap();
        ending.join().unwrap().unwrap();

        assert!(!lives(server));
    }
}

#[test]
fn a_port_stays_the_same_for_those_who_know_it() {
    let outer = data_folder();
    let data = outer.path().join("a-folder-name-of-some-length/".repeat(5));
    let first = start(&data);
    let url = first.url();
    assert!(url.contains("@127.0.0.1:"));
    first.stop().unwrap();

    assert_eq!(start(&data).url(), url);
}

#[tokio::test]
async fn a_portal_that_started_beside_a_short_command_goes_on_after_it() {
    let installation = Installation::fresh();
    installation.run(&["migrate"]).expect_success();
    let data = installation.data.path().to_path_buf();
    let seeding = waymark(&data, &["demo", "seed"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    eventually_blocking("the command to own the server", || {
        std::fs::read_to_string(data.join("postgres/postmaster.pid"))
            .ok()
            .filter(|text| text.contains("ready"))
    });

    let served = installation.serve(&[]);
    let client = Client::new(&served.base);
    let seeded = tokio::task::spawn_blocking(|| seeding.wait_with_output())
        .await
        .unwrap();
    Said::of(seeded.unwrap()).expect_success();

    client.get("/readyz").await.expect_ok();
    let server = server_of(&data);
    served.tell_to_stop();
    let (_, said) = tokio::task::spawn_blocking(|| served.ended()).await.unwrap();
    said.expect_success();
    assert!(!lives(server));
}
