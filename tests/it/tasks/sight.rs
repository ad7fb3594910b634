//! Whatever belongs to a task is seen by who sees the task, and by nobody else: asked of every route and of the tables themselves.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult, QueryableByName, RunQueryDsl};

use super::make;
use crate::people::give;
use crate::support::portal::{Actor, Portal};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

const CHILDREN: [&str; 7] = [
    "task_items",
    "task_comments",
    "task_mentions",
    "task_time_entries",
    "task_files",
    "task_watchers",
    "task_changes",
];

/// A connection of the portal's own role for a member.
fn connection(portal: &Portal, key: &str) -> PgConnection {
    let url = waymark::platform::db::roles::url_for(&portal.owner_url(), "waymark_app", "any").unwrap();
    let mut conn = PgConnection::establish(&url).unwrap();
    conn.batch_execute(&format!(
        "SET app.org_id = '{}'; SET app.member_id = '{}'",
        portal.organization("local"),
        portal.member(key)
    ))
    .unwrap();
    conn
}

/// Does something as the portal's own role for a member, past every route.
pub fn as_member(portal: &Portal, key: &str, sql: &str) -> QueryResult<()> {
    connection(portal, key).batch_execute(sql)
}

/// Rows a member sees in a table, asked as the portal's own role.
pub fn rows(portal: &Portal, table: &str, key: &str) -> i64 {
    let found: Count = diesel::sql_query(format!("SELECT count(*) FROM {table}"))
        .get_result(&mut connection(portal, key))
        .unwrap();
    found.count
}

/// Puts one thing of every kind on a task.
async fn fill(portal: &Portal, who: &Actor, id: &str) {
    let path = format!("/tasks/{id}");
    for (css, fields) in [
        ("#checklist > form", vec![("item", "Find the number")]),
        ("#comments > form", vec![("body", "Tried at noon")]),
        ("#time form", vec![("minutes", "10")]),
        ("form[action$='/watching']", vec![]),
    ] {
        let form = who.get(&path).await.form(css);
        let form = fields
            .iter()
            .fold(form, |form, (name, value)| form.set(name, value));
        form.submit(who).await.expect_status(303);
    }
    who.get(&path)
        .await
        .form("#files form")
        .attach("files", "list.csv", "text/csv", b"name,day\nTommy,Monday\n")
        .submit(who)
        .await
        .expect_status(303);
    let comment = portal.look(&format!("SELECT id FROM task_comments WHERE task_id = '{id}'"));
    portal.force(&format!(
        "INSERT INTO task_mentions (org_id, task_id, comment_id, member_id) VALUES ('{}', '{id}', '{comment}', '{}')",
        portal.organization("local"),
        portal.member("admin")
    ));
}

async fn expect_hidden(portal: &Portal, who: &Actor, id: &str) {
    let one = |table: &str| portal.look(&format!("SELECT id FROM {table} WHERE task_id = '{id}' LIMIT 1"));
    let (item, comment, entry) = (one("task_items"), one("task_comments"), one("task_time_entries"));
    let file = one("task_files");
    let csrf = who
        .get("/tasks")
        .await
        .form("main form")
        .value("_csrf")
        .unwrap()
        .to_owned();
    for path in [
        String::new(),
        format!("/items/{item}/removal"),
        format!("/comments/{comment}"),
        format!("/comments/{comment}/removal"),
        format!("/time/{entry}/removal"),
        format!("/files/{file}"),
        format!("/files/{file}/removal"),
    ] {
        who.get(&format!("/tasks/{id}{path}")).await.expect_status(404);
    }
    for path in [
        "/status".to_owned(),
        "/items".to_owned(),
        format!("/items/{item}"),
        format!("/items/{item}/removal"),
        "/comments".to_owned(),
        format!("/comments/{comment}"),
        format!("/comments/{comment}/removal"),
        "/mentions".to_owned(),
        "/time".to_owned(),
        format!("/time/{entry}/removal"),
        "/files".to_owned(),
        format!("/files/{file}/removal"),
        "/watching".to_owned(),
    ] {
        let fields = [
            ("_csrf", csrf.as_str()),
            ("status", "completed"),
            ("item", "x"),
            ("step", "tick"),
            ("body", "x"),
            ("minutes", "5"),
            ("watching", "yes"),
        ];
        let answer = who.post(&format!("/tasks/{id}{path}"), &fields).await;
        assert_eq!(answer.status, 404, "{} posts to {path}", who.key);
    }
}

#[tokio::test]
async fn who_does_not_look_after_the_person_sees_nothing_of_a_task_about_them() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    fill(&portal, &steward, &id).await;
    // A table that is added belongs to the list. What a change of many did is seen by who made it.
    let mut known = CHILDREN;
    known.sort_unstable();
    assert_eq!(
        portal.look(
            "SELECT string_agg(table_name::text, ' ' ORDER BY table_name) FROM information_schema.columns \
             WHERE column_name = 'task_id' AND table_schema = 'public' AND table_name <> 'task_bulk_rows'"
        ),
        known.join(" ")
    );
    for table in CHILDREN {
        for (key, sees) in [
            ("steward", true),
            ("coach", true),
            ("member", false),
            ("other", false),
            ("admin", false),
        ] {
            assert_eq!(rows(&portal, table, key) > 0, sees, "{key} and {table}");
        }
    }
    for key in [
        "member", "other", "leader", "sponsor", "comms", "privacy", "admin",
    ] {
        expect_hidden(&portal, &portal.person(key).await, &id).await;
    }
    expect_hidden(
        &portal,
        &Actor {
            key: "stranger".to_owned(),
            ..portal.neighbour("stranger").await
        },
        &id,
    )
    .await;
}

#[tokio::test]
async fn a_private_task_stays_with_whose_it_is_and_who_made_it() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    fill(&portal, &steward, &id).await;
    portal.force("UPDATE tasks SET is_private = true");
    for table in CHILDREN {
        for (key, sees) in [
            ("steward", true),
            ("coach", false),
            ("member", false),
            ("admin", false),
        ] {
            assert_eq!(rows(&portal, table, key) > 0, sees, "{key} and {table}");
        }
    }
    expect_hidden(&portal, &portal.person("coach").await, &id).await;
}

#[tokio::test]
async fn the_subject_never_sees_it_even_as_a_steward_of_their_own() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "coach");
    let steward = portal.person("steward").await;
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "coach")]).await;
    fill(&portal, &steward, &id).await;
    // Not even as the one it is given to.
    portal.force(&format!(
        "UPDATE tasks SET assignee_id = '{}'",
        portal.member("coach")
    ));
    for table in CHILDREN {
        assert_eq!(rows(&portal, table, "coach"), 0, "{table}");
    }
    expect_hidden(&portal, &portal.person("coach").await, &id).await;
}
