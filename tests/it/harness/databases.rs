//! One server for all, one database for each, and a server of one's own to crash.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _};

use crate::support::postgres;

/// A name no other run uses, because a template outlives the process.
fn fresh_hash() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn build(url: &str) {
    let mut connection = PgConnection::establish(url).unwrap();
    connection
        .batch_execute("CREATE TABLE words (word text); INSERT INTO words VALUES ('first')")
        .unwrap();
}

fn words(connection: &mut PgConnection) -> usize {
    diesel::sql_query("SELECT word FROM words")
        .execute(connection)
        .unwrap()
}

fn is_there(name: &str) -> bool {
    let mut admin = PgConnection::establish(&postgres::server().admin_url()).unwrap();
    let query = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    diesel::sql_query(query).execute(&mut admin).unwrap() == 1
}

#[test]
fn a_template_is_built_once_and_each_clone_stands_alone() {
    let (hash, built) = (fresh_hash(), AtomicU32::new(0));
    let count = |url: &str| {
        built.fetch_add(1, Ordering::Relaxed);
        build(url);
    };
    let template = postgres::template(&hash, count);
    postgres::template(&hash, count);
    assert_eq!(built.load(Ordering::Relaxed), 1);

    let (one, other) = (
        postgres::clone_template(&template),
        postgres::clone_template(&template),
    );
    let mut connection = PgConnection::establish(&one.url("admin", "any")).unwrap();
    connection
        .batch_execute("INSERT INTO words VALUES ('second')")
        .unwrap();

    assert_eq!(words(&mut connection), 2);
    assert_eq!(
        words(&mut PgConnection::establish(&other.admin_url()).unwrap()),
        1
    );
}

#[test]
fn a_build_that_fails_leaves_no_template() {
    let hash = fresh_hash();
    let failed = std::panic::catch_unwind(|| postgres::template(&hash, |_| panic!("no such migration")));
    assert!(failed.is_err());

    let template = postgres::template(&hash, build);
    let database = postgres::clone_template(&template);
    assert_eq!(
        words(&mut PgConnection::establish(&database.admin_url()).unwrap()),
        1
    );
}

#[test]
fn a_database_goes_with_its_test_even_while_somebody_is_connected() {
    let template = postgres::template(&fresh_hash(), build);
    let database = postgres::clone_template(&template);
    let name = database.name().to_owned();
    let _still_connected = PgConnection::establish(&database.admin_url()).unwrap();
    assert!(is_there(&name));

    drop(database);

    assert!(!is_there(&name));
}

#[test]
fn a_private_server_keeps_what_was_committed_through_a_crash() {
    let mut server = postgres::private();
    build(&server.url());

    server.kill_nine();
    assert!(server.connect().is_none(), "it is down");
    server.start();
    assert_eq!(words(&mut server.connect().unwrap()), 1);

    server.stop_immediate();
    server.start();
    server.restart();
    assert_eq!(words(&mut server.connect().unwrap()), 1);
    assert_ne!(server.url(), postgres::server().admin_url());
}
