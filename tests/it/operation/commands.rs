//! The commands of the real program: migrate, doctor, admin, backup, restore.

use std::path::Path;

use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};

use super::binary::{Installation, waymark};

fn look(url: &str, sql: &str) -> String {
    #[derive(QueryableByName)]
    struct Value {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let mut conn = PgConnection::establish(url).unwrap();
    let value: Value = diesel::sql_query(format!("SELECT coalesce(({sql})::text, '') AS value"))
        .get_result(&mut conn)
        .unwrap();
    value.value
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_older_database_is_not_served_unless_it_may_be_migrated_on_a_private_server() {
    let installation = Installation::on_private_server();

    installation
        .run(&["serve", "--no-migrate", "--listen", "127.0.0.1:0"])
        .expect_refusal("run `waymark migrate` first");

    let migrated = installation.run(&["migrate"]).expect_success();
    assert!(migrated.out.contains("20261120000100"), "{}", migrated.out);
    let again = installation.run(&["migrate"]).expect_success();
    assert!(again.out.contains("up to date"), "{}", again.out);
    let served = installation.serve(&["--no-migrate"]);
    served.tell_to_stop();
    served.ended().1.expect_success();
}

#[test]
fn the_doctor_leaves_a_fresh_folder_as_it_was() {
    let installation = Installation::fresh();
    let missing = installation.data.path().join("data");

    for folder in [installation.data.path(), &missing] {
        let said = super::binary::Said::of(waymark(folder, &["doctor"]).output().unwrap()).expect_success();
        assert!(
            said.out
                .contains("none yet: `waymark serve` makes one with PostgreSQL"),
            "{}",
            said.out
        );
    }

    assert_eq!(names_in(installation.data.path()), Vec::<String>::new());
}

#[test]
fn the_doctor_finds_a_whole_installation_well_and_names_what_is_broken() {
    let installation = Installation::with_fixture();
    std::fs::create_dir(installation.data.path().join("objects")).unwrap();

    let said = installation.run(&["doctor"]).expect_success();
    for line in [
        "secret.key is there and private",
        "none is pending",
        "waymark_app owns nothing",
        "every tenant table has forced row-level security and its policy",
        "this machine and the database agree on the time",
        "local, neighbour",
        "what a day holds is sealed the night after",
        "an object was written, read and removed",
    ] {
        assert!(said.out.contains(line), "not {line:?} in:\n{}", said.out);
    }

    let owner = &mut PgConnection::establish(installation.owner_url()).unwrap();
    for sql in [
        "DROP POLICY tenant_isolation ON drafts",
        "CREATE POLICY open ON mentions USING (true)",
        "INSERT INTO events (org_id, id, event_type, source_module, occurred_at, payload, correlation_id) \
         SELECT id, gen_random_uuid(), 'test.thing.happened', 'test', now() + interval '1 day', '{}', gen_random_uuid() \
         FROM organizations LIMIT 1",
    ] {
        diesel::sql_query(sql).execute(owner).unwrap();
    }
    let said = installation.run(&["doctor"]).expect_refusal("must be mended");
    for line in [
        "the table drafts has no tenant_isolation policy",
        "the policy open opens the table mentions",
        "seconds in the future",
    ] {
        assert!(said.out.contains(line), "not {line:?} in:\n{}", said.out);
    }
}

#[test]
fn the_doctor_asks_for_an_address_when_others_can_reach_the_portal() {
    let installation = Installation::fresh();

    let said = installation
        .run(&["doctor", "--listen", "0.0.0.0:8080"])
        .expect_refusal("must be mended");

    assert!(
        said.out
            .contains("links in mail would lead to http://0.0.0.0:8080"),
        "{}",
        said.out
    );
}

#[test]
fn an_admin_made_on_the_command_line_is_in_the_audit_log_and_on_the_bus() {
    let installation = Installation::with_fixture();
    let url = installation.owner_url();
    let create = |email: &str| {
        installation
            .command(&[
                "admin",
                "create",
                "--email",
                email,
                "--name",
                "Nora Field",
                "--organization",
                "local",
            ])
            .env("WAYMARK_ADMIN_PASSWORD", "a long walk by the river")
            .output()
            .map(super::binary::Said::of)
            .unwrap()
    };

    create("nora@field.example").expect_success();

    let member = look(url, "SELECT id FROM members WHERE email = 'nora@field.example'");
    assert_eq!(
        look(
            url,
            "SELECT portal_task || ' ' || subject_id FROM audit_entries WHERE action = 'identity.admin.created'"
        ),
        format!("admin.create {member}")
    );
    assert_eq!(
        look(
            url,
            "SELECT payload->'data'->>'member' FROM events WHERE event_type = 'tenancy.member.joined'"
        ),
        member
    );

    create("member@local.example").expect_success();
    assert_eq!(
        look(
            url,
            "SELECT count(*) FROM events WHERE event_type = 'tenancy.roles.changed'"
        ),
        "1",
        "somebody who is a member already does not join again"
    );

    installation
        .run(&[
            "admin",
            "create",
            "--email",
            "x@y.example",
            "--name",
            "X",
            "--organization",
            "nowhere",
            "--password",
            "a long walk by the river",
        ])
        .expect_refusal("there is no such organization");
    installation
        .run(&["admin", "reset-link", "nobody@nowhere.example"])
        .expect_refusal("nobody signs in");
}

#[test]
fn a_backup_brings_database_uploads_and_secret_into_another_folder() {
    let (old, new) = (Installation::fresh(), Installation::fresh());
    let archive = new.data.path().join("monday.waymark");
    let target = new.data.path().join("restored");
    old.run(&["migrate"]).expect_success();
    std::fs::create_dir_all(old.data.path().join("objects/a")).unwrap();
    std::fs::write(old.data.path().join("objects/a/photo"), "a photo").unwrap();

    old.run(&["backup", archive.to_str().unwrap()]).expect_success();
    let restored = waymark(&target, &["restore", archive.to_str().unwrap()])
        .output()
        .unwrap();
    super::binary::Said::of(restored).expect_success();

    assert_eq!(
        std::fs::read_to_string(target.join("objects/a/photo")).unwrap(),
        "a photo"
    );
    let secret = |folder: &Path| std::fs::read(folder.join("secret.key")).unwrap();
    assert_eq!(secret(old.data.path()), secret(&target));
    let migrate = super::binary::Said::of(waymark(&target, &["migrate"]).output().unwrap()).expect_success();
    assert!(migrate.out.contains("up to date"), "{}", migrate.out);
    old.run(&["backup", archive.to_str().unwrap()])
        .expect_refusal("exists already");
}
