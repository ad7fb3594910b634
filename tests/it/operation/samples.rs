//! Sample data: whole or not at all, and never beside an open outbox where real people are.

use waymark::demo;

use super::binary::Installation;
use crate::support::client::Client;
use crate::support::portal::keys;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

/// A migrated database without organizations.
fn migrated() -> Installation {
    let installation = Installation::on_private_server();
    waymark::boot::prepare(installation.owner_url(), &keys()).unwrap();
    installation
}

fn app(installation: &Installation) -> waymark::app::App {
    let config = waymark::config::Config {
        data: installation.data.path().to_path_buf(),
        ..Default::default()
    };
    let clock = std::sync::Arc::new(waymark::kernel::time::SystemClock);
    waymark::boot::assemble(config, keys(), installation.owner_url(), clock).unwrap()
}

#[test]
fn what_an_interrupted_writing_left_is_written_again_on_a_private_server() {
    let installation = migrated();
    let mut owner = PgConnection::establish(installation.owner_url()).unwrap();
    let [first, second] = demo::KEYS;
    let app = app(&installation);
    let now = app.clock().now();
    assert!(demo::is_unfinished(&app).unwrap(), "nothing is there yet");

    // Killed right after the first row of the first organization.
    owner
        .batch_execute(&format!(
            "INSERT INTO organizations (id, name, slug, is_sample) VALUES (gen_random_uuid(), 'Half', '{first}', true)"
        ))
        .unwrap();
    assert!(demo::is_unfinished(&app).unwrap());
    assert_eq!(demo::seed(&app, now).unwrap(), 2);
    assert!(!demo::is_unfinished(&app).unwrap());
    assert_eq!(demo::seed(&app, now).unwrap(), 0);

    // Killed between the two.
    owner
        .batch_execute(&format!("DELETE FROM organizations WHERE slug = '{second}'"))
        .unwrap();
    assert!(demo::is_unfinished(&app).unwrap());
    assert_eq!(demo::seed(&app, now).unwrap(), 1);
    assert!(demo::is_all_sample(&app).unwrap());

    // A real organization beside them: nothing is missing there, and nothing is shown.
    owner
        .batch_execute(&format!(
            "DELETE FROM organizations WHERE slug = '{second}'; \
             INSERT INTO organizations (id, name, slug) VALUES (gen_random_uuid(), 'Real', 'real')"
        ))
        .unwrap();
    assert!(!demo::is_unfinished(&app).unwrap());
    assert!(!demo::is_all_sample(&app).unwrap());
}

#[tokio::test]
async fn kept_mail_is_not_shown_where_real_organizations_are_on_a_private_server() {
    let installation = migrated();
    PgConnection::establish(installation.owner_url())
        .unwrap()
        .batch_execute(
            "INSERT INTO organizations (id, name, slug) VALUES (gen_random_uuid(), 'Real', 'real')",
        )
        .unwrap();

    let served = installation.serve(&["--demo", "--web"]);

    Client::new(&served.base).get("/outbox").await.expect_status(404);
}

#[test]
fn sample_sign_ins_are_not_written_where_real_organizations_are_on_a_private_server() {
    let installation = migrated();
    let mut owner = PgConnection::establish(installation.owner_url()).unwrap();
    owner
        .batch_execute(
            "INSERT INTO organizations (id, name, slug) VALUES (gen_random_uuid(), 'Real', 'real')",
        )
        .unwrap();
    for size in ["lively", "large"] {
        let said = installation.run(&["demo", "seed", "--size", size]);
        said.expect_refusal("an organization of its own");
    }
    let logins = crate::support::portal::look_at(installation.owner_url(), "SELECT count(*) FROM users");
    assert_eq!(logins, "0");
}
