use chrono::TimeDelta;

use crate::people::post;
use crate::support::eventually::eventually;
use crate::support::portal::Portal;

use super::{apply, check, members, upload};

#[tokio::test]
async fn an_import_is_taken_back_except_what_was_used_or_edited_since() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (org, tom, nadia) = (
        portal.organization("local"),
        portal.member("member"),
        portal.member("other"),
    );
    super::super::worksite(&portal, "Depot", &["member"]);
    super::super::worksite(&portal, "Garage", &[]);
    portal.force(&format!(
        "UPDATE members SET email = 'tom@local.example', joined_on = '2019-01-01' WHERE id = '{tom}'; \
         UPDATE members SET email = 'nadia@local.example', joined_on = '2019-01-01' WHERE id = '{nadia}'"
    ));
    let before = members(&portal);
    let file = "Name,Email,Phone,Worksite,Joined,Tags\n\
        Tom Reyes,tom@local.example,+16135550101,Garage,2020-02-02,driver\n\
        Nadia Haddad,nadia@local.example,,,2020-02-02,\n\
        Ada Lovelace,ada@example.org,+16135550102,Depot,,driver\n\
        Grace Hopper,grace@example.org,,Depot,,\n\
        Alan Turing,alan@example.org,,Depot,,\n";
    let page = upload(&admin, "people.csv", file.as_bytes()).await;
    let (address, _) = check(&portal, &admin, &page).await;
    apply(&portal, &admin, &address)
        .await
        .expect_text("3 new and 2 changed")
        .expect_text("You can take it back until");
    assert_eq!(members(&portal), before + 3);

    // Somebody wrote a note about Grace, which nobody but their stewards sees; somebody corrected Nadia's day.
    portal.force(&format!(
        "INSERT INTO field_notes (org_id, id, member_id, author_id, kind, visibility, occurred_at, received_at, sealed) \
           SELECT '{org}', gen_random_uuid(), id, '{}', 'contact', 'private', now(), now(), 'x' FROM members WHERE email = 'grace@example.org'; \
         UPDATE members SET joined_on = '2021-03-03' WHERE id = '{nadia}'",
        portal.member("steward")
    ));
    let undone = admin
        .get(&format!("{address}/undo"))
        .await
        .expect_ok()
        .form("main form")
        .submit(&admin)
        .await;
    undone.expect_see_other(&address);
    portal.settle().await;
    admin.get(&address).await.expect_ok().expect_text("Taken back");

    assert_eq!(members(&portal), before + 1, "Grace stays");
    assert_eq!(
        portal.look("SELECT stage || ' ' || state FROM members WHERE email = 'grace@example.org'"),
        "former left"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM field_notes"),
        "1",
        "and so does the note"
    );
    let tom = portal.look(&format!(
        "SELECT w.name || ' ' || m.joined_on || ' ' || (SELECT count(*) FROM contact_points c WHERE c.member_id = m.id) \
           || ' ' || (SELECT count(*) FROM member_tags g WHERE g.member_id = m.id) \
         FROM members m JOIN worksites w ON w.id = m.worksite_id WHERE m.id = '{tom}'"
    ));
    assert_eq!(tom, "Depot 2019-01-01 0 0");
    assert_eq!(
        portal.look(&format!("SELECT joined_on FROM members WHERE id = '{nadia}'")),
        "2021-03-03",
        "edited since"
    );
}

#[tokio::test]
async fn after_a_day_it_stays_and_its_rows_are_forgotten() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = upload(&admin, "people.csv", b"Name\nAda Lovelace\n").await;
    let (address, _) = check(&portal, &admin, &page).await;
    apply(&portal, &admin, &address).await;
    portal.pass(TimeDelta::hours(25));
    let admin = portal.person("admin").await;
    post(&admin, &format!("{address}/undo"), &[])
        .await
        .expect_status(409);

    portal.force(&format!(
        "INSERT INTO jobs (org_id, id, kind, state) VALUES ('{}', gen_random_uuid(), 'people.forget_imports', 'available')",
        portal.organization("local")
    ));
    portal.settle().await;
    assert_eq!(portal.look("SELECT count(*) FROM import_rows"), "0");
    admin
        .get(&address)
        .await
        .expect_ok()
        .expect_text("The rows of this file are no longer kept");
    admin.get(&format!("{address}/errors")).await.expect_status(404);
}

/// Takes an import of two people back while another transaction has done this to one of them and then commits; answers who is left and how.
async fn taken_back_while(portal: &Portal, held: &str) -> String {
    use diesel::connection::SimpleConnection as _;
    use diesel::{Connection as _, PgConnection};
    let admin = portal.person("admin").await;
    let page = upload(
        &admin,
        "people.csv",
        b"Name,Email\nAda Lovelace,ada@example.org\nGrace Hopper,grace@example.org\n",
    )
    .await;
    let (address, _) = check(portal, &admin, &page).await;
    apply(portal, &admin, &address).await;
    post(&admin, &format!("{address}/undo"), &[])
        .await
        .expect_see_other(&address);

    let mut other = PgConnection::establish(&portal.owner_url()).unwrap();
    other.batch_execute(&format!("BEGIN; {held}")).unwrap();
    let undoing = portal.settle();
    let committed = async {
        eventually("the undo to wait for the other transaction", async || {
            let waiting = portal.look("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
            (waiting != "0").then_some(())
        })
        .await;
        other.batch_execute("COMMIT").unwrap();
    };
    tokio::join!(undoing, committed);
    portal.look("SELECT string_agg(display_name || ' ' || stage || ' ' || state, ', ') FROM members WHERE email IN ('ada@example.org', 'grace@example.org')")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_accepts_an_invitation_while_an_import_is_taken_back_stays() {
    let portal = Portal::start().await;
    let user = portal.look("SELECT user_id FROM members WHERE handle = 'stranger'");
    let accepting = format!("UPDATE members SET user_id = '{user}' WHERE email = 'ada@example.org'");
    assert_eq!(
        taken_back_while(&portal, &accepting).await,
        "Ada Lovelace member active"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_written_to_while_an_import_is_taken_back_stays() {
    let portal = Portal::start().await;
    let org = portal.organization("local");
    // As gathering does it: the lock first, then people, then what goes to them. No foreign key holds Ada.
    let gathering = format!(
        "SELECT set_config('app.org_id', '{org}', true); SELECT app.hold_recipients(); \
         INSERT INTO deliveries (org_id, bucket, id, campaign_id, member_id, channel, address_hash, made_at, due_at) \
           SELECT '{org}', date_trunc('month', now())::date, gen_random_uuid(), gen_random_uuid(), id, 'email', sha256('ada'), now(), now() \
           FROM members WHERE email = 'ada@example.org'"
    );
    assert_eq!(
        taken_back_while(&portal, &gathering).await,
        "Ada Lovelace former left"
    );
}

#[tokio::test]
async fn whoever_anything_refers_to_stays_and_of_the_others_no_word_is_left() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (org, steward) = (portal.organization("local"), portal.member("steward"));
    let before = members(&portal);
    let words = || {
        portal.look(
            "SELECT (SELECT count(*) FROM contact_words) || ' ' || (SELECT count(*) FROM member_words) || ' ' \
               || (SELECT count(*) FROM contact_points) || ' ' || (SELECT count(*) FROM member_tags)",
        )
    };
    let words_before = words();
    let file = "Name,Email,Phone,Tags\n\
        Ada Lovelace,ada@example.org,+16135550101,driver\n\
        Grace Hopper,grace@example.org,+16135550102,\n\
        Alan Turing,alan@example.org,+16135550103,driver\n\
        Mary Jackson,mary@example.org,+16135550104,\n\
        Edsger Dijkstra,edsger@example.org,+16135550105,\n";
    let page = upload(&admin, "people.csv", file.as_bytes()).await;
    let (address, _) = check(&portal, &admin, &page).await;
    apply(&portal, &admin, &address)
        .await
        .expect_text("5 new and 0 changed");
    let id = |name: &str| {
        portal.look(&format!(
            "SELECT id FROM members WHERE email = '{name}@example.org'"
        ))
    };

    // Each is referred to in another way: by what goes with a person, by what does not, and by a role beyond the usual one.
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, member_id, effective_from) \
           VALUES ('{org}', gen_random_uuid(), '{steward}', 'primary', '{}', now()); \
         INSERT INTO channels (org_id, id, type, title, created_by) SELECT org_id, gen_random_uuid(), 'direct', 'Alone', '{}' FROM channels LIMIT 1; \
         INSERT INTO member_roles (org_id, member_id, role) VALUES ('{org}', '{}', 'steward')",
        id("ada"),
        id("grace"),
        id("alan")
    ));
    let (ada, grace, alan) = (id("ada"), id("grace"), id("alan"));
    post(&admin, &format!("{address}/undo"), &[])
        .await
        .expect_see_other(&address);
    portal.settle().await;

    assert_eq!(members(&portal), before + 3);
    assert_eq!(
        portal.look(&format!(
            "SELECT string_agg(display_name || ' ' || stage || ' ' || state, ', ' ORDER BY display_name) FROM members \
             WHERE id IN ('{ada}', '{grace}', '{alan}')"
        )),
        "Ada Lovelace former left, Alan Turing former left, Grace Hopper former left"
    );
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM steward_assignments WHERE member_id = '{ada}'"
        )),
        "1"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM contact_words w WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.id = w.member_id)"),
        "0"
    );
    portal.force(&format!(
        "DELETE FROM channels WHERE title = 'Alone'; DELETE FROM members WHERE id IN ('{ada}', '{grace}', '{alan}')"
    ));
    assert_eq!(words(), words_before);
}

#[tokio::test]
async fn every_table_whose_rows_go_with_people_refuses_to_let_them_be_taken_back() {
    let portal = Portal::start().await;
    let without = portal.look(
        "SELECT coalesce(string_agg(DISTINCT c.conrelid::regclass::text, ' '), '') FROM pg_constraint c \
         WHERE c.contype = 'f' AND c.confrelid = 'members'::regclass AND c.confdeltype <> 'a' \
           AND c.conrelid::regclass::text NOT IN ('member_words', 'contact_points', 'member_tags', 'member_values') \
           AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.conrelid AND t.tgname = 'refuse_taking_back' AND t.tgenabled = 'O')",
    );
    assert!(
        without.is_empty(),
        "SELECT app.stay_when_taken_back('…') in the migration that makes {without}: else its rows vanish with people whom an import made"
    );
    let otherwise = portal.look(
        "SELECT coalesce(string_agg(conname, ' '), '') FROM pg_constraint \
         WHERE contype = 'f' AND confrelid = 'members'::regclass AND confdeltype NOT IN ('a', 'c')",
    );
    assert!(
        otherwise.is_empty(),
        "{otherwise} would forget people unnoticed when an import is taken back"
    );
}

#[tokio::test]
async fn every_foreign_key_to_members_is_found_by_index() {
    let portal = Portal::start().await;
    let without = portal.look(
        "SELECT coalesce(string_agg(c.conrelid::regclass || '.' || a.attname, ' '), '') FROM pg_constraint c \
         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2] \
         WHERE c.contype = 'f' AND c.confrelid = 'members'::regclass AND NOT EXISTS ( \
           SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1] AND i.indkey[1] = c.conkey[2] \
             AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ILIKE '%is not null%'))",
    );
    assert!(
        without.is_empty(),
        "the database reads all of these for everybody who is removed: {without}"
    );
}
