//! The roles the portal logs in as: made by an owner with no more power than needed, by any number of processes at once.

use std::path::PathBuf;
use std::thread;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _};
use waymark::boot;
use waymark::config::Config;
use waymark::kernel::time::SystemClock;
use waymark::platform::crypto::KeyRing;

use crate::support::eventually::eventually_blocking;
use crate::support::postgres::{PrivateServer, private};

fn keys(number: u8) -> KeyRing {
    KeyRing::new([number; 32])
}

/// A server with a role that may create roles, is no superuser, and owns these databases.
fn server_with_keeper(databases: &[&str]) -> PrivateServer {
    let server = private();
    let mut admin = server.connect().unwrap();
    admin
        .batch_execute("CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'keeps'")
        .unwrap();
    for database in databases {
        admin
            .batch_execute(&format!("CREATE DATABASE {database} OWNER keeper"))
            .unwrap();
    }
    server
}

fn assemble(url: &str, keys: KeyRing) -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let config = Config {
        data: data.path().to_path_buf(),
        ..Config::default()
    };
    boot::assemble(config, keys, url, std::sync::Arc::new(SystemClock)).map(drop)
}

/// From now on passwords are asked for.
fn ask_for_passwords(server: &PrivateServer) {
    #[derive(QueryableByName)]
    struct Value {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let mut admin = server.connect().unwrap();
    let file: Value = diesel::sql_query("SELECT current_setting('hba_file') AS value")
        .get_result(&mut admin)
        .unwrap();
    std::fs::write(
        PathBuf::from(file.value),
        "local all admin trust\nlocal all all scram-sha-256\n",
    )
    .unwrap();
    admin.batch_execute("SELECT pg_reload_conf()").unwrap();
    eventually_blocking("passwords to be asked for", || {
        let wrong = server.url_for("keeper", "guessed", "postgres");
        diesel::Connection::establish(&wrong)
            .map(|_: diesel::PgConnection| ())
            .err()
    });
}

#[test]
fn an_owner_who_may_only_create_roles_is_enough_on_a_private_server() {
    let server = server_with_keeper(&["portal"]);
    ask_for_passwords(&server);
    let url = server.url_for("keeper", "keeps", "portal");

    let run = boot::prepare(&url, &keys(1)).unwrap();
    assert!(run.len() > 5, "{run:?}");
    assemble(&url, keys(1)).unwrap();

    // Another secret, and nobody else on the server: the roles get its passwords.
    boot::prepare(&url, &keys(2)).unwrap();
    assemble(&url, keys(2)).unwrap();
}

#[test]
fn an_owner_who_may_not_is_told_why_and_what_to_do_on_a_private_server() {
    let server = server_with_keeper(&["portal"]);
    server
        .connect()
        .unwrap()
        .batch_execute("ALTER ROLE keeper NOCREATEROLE")
        .unwrap();

    let refusal = boot::prepare(&server.url_for("keeper", "keeps", "portal"), &keys(1)).unwrap_err();

    let said = format!("{refusal:#}");
    let (cause, advice) = (
        said.find("permission denied").unwrap(),
        said.find("CREATEROLE").unwrap(),
    );
    assert!(cause < advice, "{said}");
}

#[test]
fn processes_that_prepare_a_private_server_together_all_succeed() {
    let server = server_with_keeper(&["one", "other"]);

    thread::scope(|scope| {
        for database in ["one", "one", "one", "one", "other", "other"] {
            let url = server.url_for("keeper", "keeps", database);
            scope.spawn(move || boot::prepare(&url, &keys(1)).unwrap());
        }
    });

    for database in ["one", "other"] {
        assemble(&server.url_for("keeper", "keeps", database), keys(1)).unwrap();
    }
}

#[test]
fn a_second_installation_with_another_secret_is_refused_on_a_private_server() {
    let server = server_with_keeper(&["first", "second"]);
    ask_for_passwords(&server);
    let (first, second) = (
        server.url_for("keeper", "keeps", "first"),
        server.url_for("keeper", "keeps", "second"),
    );
    boot::prepare(&first, &keys(1)).unwrap();

    let refusal = boot::prepare(&second, &keys(2)).unwrap_err();
    let said = format!("{refusal:#}");
    assert!(
        said.contains("belongs to another Waymark") && said.contains("(database first)"),
        "{said}"
    );
    assemble(&first, keys(1)).unwrap();

    boot::prepare(&second, &keys(1)).unwrap();
    assemble(&second, keys(1)).unwrap();
}

#[test]
fn parameters_of_the_owners_url_do_not_win_over_a_role() {
    let owner = "postgres://db.example/waymark?user=owner&password=secret&connect_timeout=5";

    let url = waymark::platform::db::roles::url_for(owner, "waymark_app", "abc").unwrap();

    assert_eq!(
        url,
        "postgres://waymark_app:abc@db.example/waymark?connect_timeout=5"
    );
}
