//! Rules of sight. Every place that shows notes is asked, so that none shows what the others hide.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

use super::{newest, write};
use crate::people::give;
use crate::support::portal::{Actor, Portal};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// Whether somebody finds a text: on the note's page, on the person's record, and in what a record counts. All agree.
async fn finds(portal: &Portal, who: &Actor, note: &str, person: &str, text: &str) -> bool {
    let page = who.get(&format!("/notes/{note}")).await;
    let record = who
        .get(&format!("/people/{}/record", portal.member(person)))
        .await;
    let on_page = page.text().contains(text);
    let on_record = record.text().contains(text);
    assert_eq!(on_page, on_record, "{}: the page and the record differ", who.key);
    if !on_page {
        page.expect_status(404);
    }
    on_page
}

#[tokio::test]
async fn team_notes_are_read_by_those_whose_assignment_reaches_the_person_and_by_nobody_else() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    write(&portal, &steward, "member", &[("said", "sees-the-sea")]).await;
    let note = newest(&portal);

    for (key, wanted) in [
        ("steward", true),
        ("coach", true),
        ("member", false),
        ("other", false),
        ("leader", false),
        ("sponsor", false),
        ("comms", false),
        ("privacy", false),
        ("admin", false),
    ] {
        let who = portal.person(key).await;
        assert_eq!(
            finds(&portal, &who, &note, "member", "sees-the-sea").await,
            wanted,
            "{key}"
        );
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&format!("/notes/{note}")).await.expect_status(404);
}

#[tokio::test]
async fn private_notes_are_read_by_their_author_alone_whatever_others_are_assigned() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    write(
        &portal,
        &steward,
        "member",
        &[("said", "under-four-eyes"), ("visibility", "private")],
    )
    .await;
    let note = newest(&portal);

    assert!(finds(&portal, &steward, &note, "member", "under-four-eyes").await);
    assert!(!finds(&portal, &coach, &note, "member", "under-four-eyes").await);
    assert!(
        !finds(
            &portal,
            &portal.person("admin").await,
            &note,
            "member",
            "under-four-eyes"
        )
        .await
    );
}

#[tokio::test]
async fn nobody_reads_about_themselves_through_any_role() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "other");
    let steward = portal.person("steward").await;
    write(&portal, &steward, "other", &[("said", "a-delicate-thing")]).await;
    let note = newest(&portal);
    // Promoted, and given the whole worksite they work at themselves.
    let worksite = crate::people::worksite(&portal, "General hospital", &["other"]);
    let org = portal.organization("local");
    let other = portal.member("other");
    portal.force(&format!(
        "INSERT INTO member_roles (org_id, member_id, role) VALUES ('{org}', '{other}', 'steward'), ('{org}', '{other}', 'admin'); \
         INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
           VALUES ('{org}', gen_random_uuid(), '{other}', 'backup', '{worksite}', now() - interval '1 day')"
    ));
    let subject = portal.person("other").await;

    assert!(!finds(&portal, &subject, &note, "other", "a-delicate-thing").await);
    subject
        .get("/my-people")
        .await
        .expect_ok()
        .expect_no_text("Nadia Haddad needs");
    subject
        .get(&format!("/people/{other}/notes/new"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn sight_begins_and_ends_with_the_assignment_in_the_same_session() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    write(
        &portal,
        &steward,
        "member",
        &[("said", "for-the-team"), ("follow_up", "in 3 weeks")],
    )
    .await;
    let note = newest(&portal);
    let task = portal.look("SELECT id FROM tasks");
    let coach = portal.person("coach").await;
    let assignment = give(&portal, "coach", "backup", "member");
    portal.force(&format!(
        "UPDATE steward_assignments SET effective_from = now() + interval '1 hour', effective_to = now() + interval '2 hours' WHERE id = '{assignment}'"
    ));

    assert!(!finds(&portal, &coach, &note, "member", "for-the-team").await);
    coach.get(&format!("/tasks/{task}")).await.expect_status(404);
    portal.pass(TimeDelta::minutes(61));
    assert!(finds(&portal, &coach, &note, "member", "for-the-team").await);
    coach.get(&format!("/tasks/{task}")).await.expect_ok();
    portal.pass(TimeDelta::minutes(60));
    assert!(!finds(&portal, &coach, &note, "member", "for-the-team").await);
    coach.get(&format!("/tasks/{task}")).await.expect_status(404);
}

#[tokio::test]
async fn who_is_kept_apart_reads_nothing_though_assigned() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    write(&portal, &steward, "member", &[("said", "not-for-the-cousin")]).await;
    let note = newest(&portal);
    portal.force(&format!(
        "INSERT INTO steward_blocks (org_id, steward_id, member_id, reason) VALUES ('{}', '{}', '{}', 'cousins')",
        portal.organization("local"),
        portal.member("coach"),
        portal.member("member")
    ));

    let coach = portal.person("coach").await;
    assert!(!finds(&portal, &coach, &note, "member", "not-for-the-cousin").await);
}

#[tokio::test]
async fn statements_about_notes_are_made_in_one_place() {
    // R23: whoever reads the table elsewhere would be outside the one rule; PostgreSQL would still hide what it hides.
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let allowed = name.starts_with("domains/notes/")
                || name == "platform/db/schema.rs"
                // Names the table among all that refer to a person, and asks only whether there are rows.
                || name == "domains/people/merge/registry.rs"
                // Writes samples, reads nothing.
                || name == "demo/write/organising.rs"
                || name == "demo/write/large/organising.rs";
            if !allowed && std::fs::read_to_string(&path).is_ok_and(|text| text.contains("field_notes")) {
                found.push(name);
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test]
async fn the_database_itself_hides_what_one_may_not_read() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    write(&portal, &steward, "member", &[("said", "x")]).await;
    let url = waymark::platform::db::roles::url_for(&portal.owner_url(), "waymark_app", "any").unwrap();
    let (org, admin, steward) = (
        portal.organization("local"),
        portal.member("admin"),
        portal.member("steward"),
    );
    let seen = |who: &str| {
        let mut conn = PgConnection::establish(&url).unwrap();
        conn.batch_execute(&format!("SET app.org_id = '{org}'; SET app.member_id = '{who}'"))
            .unwrap();
        let rows: Vec<Count> = diesel::sql_query("SELECT count(*) AS count FROM field_notes")
            .load(&mut conn)
            .unwrap();
        rows[0].count
    };
    assert_eq!(seen(&steward.to_string()), 1);
    assert_eq!(seen(&admin.to_string()), 0);
    assert_eq!(seen(""), 0, "the portal's own tasks read nothing by accident");
}

#[tokio::test]
async fn what_follows_a_private_note_is_seen_by_its_author_alone() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let fields = [
        ("kind", "personal"),
        ("follow_up", "tomorrow"),
        ("next_step", "ask-about-the-divorce"),
    ];
    write(&portal, &steward, "member", &fields)
        .await
        .expect_see_other("/people/")
        .follow(&steward)
        .await
        .expect_text("ask-about-the-divorce");
    let task = format!("/tasks/{}", portal.look("SELECT id FROM tasks"));

    coach.get(&task).await.expect_status(404);
    coach
        .get(&format!("/people/{}/record", portal.member("member")))
        .await
        .expect_ok()
        .expect_no_text("ask-about-the-divorce");
    steward.get(&task).await.expect_ok();
}

#[tokio::test]
async fn who_loses_the_role_loses_sight_though_the_assignment_stays() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    write(&portal, &steward, "member", &[("said", "sees-the-sea")]).await;
    let note = newest(&portal);
    assert!(finds(&portal, &steward, &note, "member", "sees-the-sea").await);

    portal.force(&format!(
        "DELETE FROM member_roles WHERE member_id = '{}' AND role = 'steward'",
        portal.member("steward")
    ));
    portal.pass(TimeDelta::seconds(1));

    assert!(!finds(&portal, &steward, &note, "member", "sees-the-sea").await);
    steward
        .get("/my-people")
        .await
        .expect_ok()
        .expect_no_text("Tom Reyes");
    // Whom they looked after falls to the backup.
    portal
        .person("coach")
        .await
        .get("/my-people")
        .await
        .expect_text("Tom Reyes");
}

#[tokio::test]
async fn who_no_longer_looks_after_somebody_cannot_open_a_private_note_to_others() {
    let portal = Portal::start().await;
    let assignment = give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    write(
        &portal,
        &steward,
        "member",
        &[("kind", "personal"), ("said", "x")],
    )
    .await;
    portal.force(&format!(
        "UPDATE steward_assignments SET effective_to = now() - interval '1 second' WHERE id = '{assignment}'"
    ));

    steward
        .get(&format!("/notes/{}/edit", newest(&portal)))
        .await
        .form("main form")
        .set("visibility", "team")
        .set("reason", "they asked me to")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("this note can only stay yours");
}

#[tokio::test]
async fn what_a_note_said_while_it_was_private_stays_with_its_author() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let fields = [("kind", "personal"), ("said", "the-whole-story")];
    write(&portal, &steward, "member", &fields).await;
    let path = format!("/notes/{}", newest(&portal));
    steward
        .get(&format!("{path}/edit"))
        .await
        .form("main form")
        .set("said", "the-short-story")
        .set("visibility", "team")
        .set("reason", "they asked me to")
        .submit(&steward)
        .await
        .expect_see_other(&path);

    let page = coach.get(&path).await.expect_ok();
    page.expect_text("the-short-story")
        .expect_no_text("the-whole-story");
    steward.get(&path).await.expect_text("the-whole-story");
}

#[tokio::test]
async fn no_browser_keeps_pages_about_people_and_no_log_says_what_a_note_was_about() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    write(
        &portal,
        &steward,
        "member",
        &[("kind", "grievance"), ("said", "x")],
    )
    .await;

    let record = format!("/people/{}/record", portal.member("member"));
    let note = format!("/notes/{}", newest(&portal));
    for path in ["/my-people", "/tasks", &record, &note] {
        let page = steward.get(path).await.expect_ok();
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE after::text LIKE '%grievance%'"),
        "0"
    );
}
