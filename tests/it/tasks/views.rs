//! One query, three views: they show the same tasks to the same people.

use chrono::{Datelike, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

use super::make;
use crate::people::give;
use crate::support::portal::Portal;

#[tokio::test]
async fn filters_say_whose_how_far_by_when_and_with_which_words() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    make(
        &portal,
        &steward,
        &[("title", "Own and late"), ("due", "2026-01-05")],
    )
    .await;
    make(&portal, &steward, &[("title", "For Maya"), ("assignee", "coach")]).await;
    make(&portal, &steward, &[("title", "About Tom"), ("member", "member")]).await;

    for (query, shown, hidden) in [
        ("", "Own and late", "For Maya"),
        ("?whose=made", "For Maya", "nothing hides"),
        ("?whose=people", "About Tom", "Own and late"),
        ("?whose=all", "For Maya", "nothing hides"),
        ("?due=overdue", "Own and late", "About Tom"),
        ("?due=2026-01-05", "Own and late", "About Tom"),
        ("?due=none", "About Tom", "Own and late"),
        ("?q=TOM", "About Tom", "Own and late"),
        ("?q=100%25_", "No task is like that", "About Tom"),
        ("?status=over", "No task is like that", "About Tom"),
        ("?status=any&whose=all", "About Tom", "nothing hides"),
    ] {
        steward
            .get(&format!("/tasks{query}"))
            .await
            .expect_ok()
            .expect_text(shown)
            .expect_no_text(hidden);
    }
    coach
        .get("/tasks?whose=all")
        .await
        .expect_text("For Maya")
        .expect_text("About Tom")
        .expect_no_text("Own and late");
}

#[tokio::test]
async fn every_view_keeps_the_same_people_out() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let due = Utc::now().date_naive().to_string();
    make(
        &portal,
        &steward,
        &[("title", "Sees-the-sea"), ("member", "member"), ("due", &due)],
    )
    .await;
    let views = [
        "/tasks?whose=all&status=any".to_owned(),
        "/tasks/board?whose=all".to_owned(),
        "/tasks/calendar?whose=all&status=any".to_owned(),
    ];
    for key in [
        "steward", "coach", "member", "other", "leader", "sponsor", "comms", "privacy", "admin",
    ] {
        let who = portal.person(key).await;
        for view in &views {
            let page = who.get(view).await.expect_ok();
            match key {
                "steward" => page.expect_text("Sees-the-sea"),
                _ => page.expect_no_text("Sees-the-sea"),
            };
        }
    }
}

#[tokio::test]
async fn the_rule_of_sight_for_many_is_the_rule_for_one() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "training", "other");
    let site = crate::people::worksite(&portal, "Depot", &["other", "leader", "coach"]);
    let org = portal.organization("local");
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
           VALUES ('{org}', gen_random_uuid(), '{0}', 'backup', '{site}', now() - interval '1 day'); \
         INSERT INTO steward_blocks (org_id, steward_id, member_id, reason) VALUES ('{org}', '{0}', '{1}', 'relatives'); \
         INSERT INTO tasks (org_id, id, title, assignee_id, created_by, member_id, is_private, created_at, changed_at) \
           SELECT '{org}', gen_random_uuid(), 'x', a.id, b.id, p.id, private, now(), now() \
           FROM members a, members b, (SELECT id FROM members UNION ALL SELECT NULL) p, (VALUES (true), (false)) v (private) \
           WHERE a.org_id = '{org}' AND b.org_id = '{org}' AND (p.id IS NULL OR p.id IN (SELECT id FROM members WHERE org_id = '{org}')) \
             AND a.handle IN ('steward', 'coach', 'member') AND b.handle IN ('steward', 'coach', 'member')",
        portal.member("steward"),
        portal.member("leader"),
    ));
    // Some follow notes: of each level, by each author.
    portal.force(&format!(
        "INSERT INTO cases (org_id, id, member_id, reference, title, opened_by, opened_at) \
           SELECT '{org}', gen_random_uuid(), p.id, 'G-1', 'x', '{steward}', now() FROM members p WHERE p.handle = 'member' AND p.org_id = '{org}'; \
         INSERT INTO case_team (org_id, case_id, member_id, joined_at) SELECT '{org}', id, '{steward}', now() FROM cases; \
         INSERT INTO field_notes (org_id, id, member_id, author_id, kind, visibility, occurred_at, received_at, sealed, case_id) \
           SELECT '{org}', gen_random_uuid(), p.id, a.id, 'contact', l.level, now(), now(), 'x', CASE WHEN l.level = 'case' THEN (SELECT id FROM cases) END \
           FROM members p, members a, unnest(enum_range(NULL::note_visibility)) l (level) \
           WHERE p.handle = 'member' AND p.org_id = '{org}' AND a.org_id = '{org}' AND a.handle IN ('steward', 'coach'); \
         INSERT INTO tasks (org_id, id, title, assignee_id, created_by, member_id, note_id, is_private, created_at, changed_at) \
           SELECT '{org}', gen_random_uuid(), 'x', a.id, n.author_id, n.member_id, n.id, n.visibility <> 'team', now(), now() \
           FROM field_notes n, members a WHERE a.org_id = '{org}' AND a.handle IN ('steward', 'coach', 'member', 'admin')",
        steward = portal.member("steward"),
    ));
    let live = portal.look("SELECT qual FROM pg_policies WHERE tablename = 'tasks' AND policyname = 'sight'");
    let mut seen_by_one = 0;
    for moment in [&Utc::now().to_rfc3339(), "2100-01-01T00:00:00Z"] {
        for key in ["steward", "coach", "member", "other", "admin"] {
            let me = portal.member(key);
            let settings =
                format!("SET app.org_id = '{org}'; SET app.member_id = '{me}'; SET app.moment = '{moment}'");
            let rule = "app.sees_task(app.current_member(), assignee_id, created_by, member_id, is_private, note_id)";
            let differing = asked(
                &portal,
                &settings,
                &format!(
                    "SELECT count(*) AS count FROM tasks WHERE coalesce({rule}, false) IS DISTINCT FROM coalesce({live}, false)"
                ),
            );
            assert_eq!(differing, 0, "{key} at {moment}");
            seen_by_one += asked(
                &portal,
                &settings,
                &format!("SELECT count(*) AS count FROM tasks WHERE note_id IS NOT NULL AND {rule}"),
            );
        }
    }
    assert!(seen_by_one > 0, "the notes are of some consequence");
    // And what the page counts is what the function says.
    let steward = portal.member("steward");
    let settings = format!("SET app.org_id = '{org}'; SET app.member_id = '{steward}'");
    let seen = asked(
        &portal,
        &settings,
        "SELECT count(*) AS count FROM tasks WHERE app.sees_task(app.current_member(), assignee_id, created_by, member_id, is_private, note_id)",
    );
    portal
        .person("steward")
        .await
        .get("/tasks/board?whose=all")
        .await
        .expect_text(&format!("To do {seen}"));
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// A count as the owner of the database, whom no policy binds, under these settings.
fn asked(portal: &Portal, settings: &str, sql: &str) -> i64 {
    let mut conn = PgConnection::establish(&portal.owner_url()).unwrap();
    conn.batch_execute(settings).unwrap();
    let found: Count = diesel::sql_query(sql).get_result(&mut conn).unwrap();
    found.count
}

#[tokio::test]
async fn a_card_is_moved_from_its_menu_without_scripts() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let id = make(&portal, &member, &[("title", "Print")]).await;
    let board = "/tasks/board?whose=all";
    member
        .get(board)
        .await
        .form("[data-board]")
        .press("In progress")
        .submit(&member)
        .await
        .expect_see_other(board)
        .follow(&member)
        .await
        .expect_text("In progress: Print");
    assert_eq!(portal.look("SELECT status FROM tasks"), "in_progress");

    // Without a reason it is asked for, and then the way leads back to the board.
    let asked = member
        .get(board)
        .await
        .form("[data-board]")
        .press("Blocked")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("Say what it waits for");
    asked
        .form(&format!("form[action='/tasks/{id}/status']"))
        .set("reason", "The printer is out of paper")
        .submit(&member)
        .await
        .expect_see_other(board)
        .follow(&member)
        .await
        .expect_text("waits for: The printer is out of paper");
}

#[tokio::test]
async fn a_card_that_somebody_moved_meanwhile_is_not_moved_unseen() {
    let portal = Portal::start().await;
    let (admin, coach) = (portal.person("admin").await, portal.person("coach").await);
    let id = make(
        &portal,
        &admin,
        &[("title", "Book the hall"), ("assignee", "coach")],
    )
    .await;
    let old = admin.get("/tasks/board?whose=made").await;
    coach
        .get("/tasks/board")
        .await
        .form("[data-board]")
        .press("In progress")
        .submit(&coach)
        .await
        .expect_status(303);

    let told = old
        .form("[data-board]")
        .press("Cancelled")
        .submit(&admin)
        .await
        .expect_status(409)
        .expect_text("It is now: In progress");
    assert_eq!(portal.look("SELECT status FROM tasks"), "in_progress");
    told.form(&format!("form[action='/tasks/{id}/status']"))
        .submit(&admin)
        .await
        .expect_status(303);
    assert_eq!(portal.look("SELECT status FROM tasks"), "cancelled");
}

#[tokio::test]
async fn nobody_moves_what_they_do_not_see() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    for key in ["member", "coach", "admin"] {
        let who = portal.person(key).await;
        let page = who.get("/tasks").await;
        let form = page.form("main form[method=post]").forge("status", "completed");
        let csrf = form.value("_csrf").unwrap_or_default().to_owned();
        who.post(
            &format!("/tasks/{id}/status"),
            &[("_csrf", &csrf), ("status", "completed")],
        )
        .await
        .expect_status(404);
    }
    assert_eq!(portal.look("SELECT status FROM tasks"), "pending");
}

#[tokio::test]
async fn a_month_shows_each_task_on_its_day_and_how_many_more_there_are() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (org, me) = (portal.organization("local"), portal.member("member"));
    portal.force(&format!(
        "INSERT INTO tasks (org_id, id, title, assignee_id, created_by, due_on, created_at, changed_at) \
         SELECT '{org}', gen_random_uuid(), 'Leaflet ' || n, '{me}', '{me}', '2026-12-03', now(), now() FROM generate_series(1, 9) n"
    ));
    let page = member.get("/tasks/calendar?month=2026-12").await.expect_ok();
    page.expect_text("December 2026")
        .expect_text("Thursday, 3 December")
        .expect_text("4 more on Thursday, 3 December");
    // Whole weeks: from Monday the 30th of November to Sunday the 3rd of January.
    assert_eq!(page.select(".calendar__day").len(), 35);
    page.click(&member, "4 more on Thursday, 3 December")
        .await
        .expect_text("Leaflet 1")
        .expect_text("Leaflet 9");
    for odd in ["2026-13", "0000-01", "99999-01", "x"] {
        let month = Utc::now() + TimeDelta::zero();
        member
            .get(&format!("/tasks/calendar?month={odd}"))
            .await
            .expect_ok()
            .expect_text(&month.year().to_string());
    }
}

#[tokio::test]
async fn ten_thousand_tasks_come_page_by_page() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (org, me) = (portal.organization("local"), portal.member("member"));
    portal.force(&format!(
        "INSERT INTO tasks (org_id, id, title, assignee_id, created_by, due_on, created_at, changed_at) \
         SELECT '{org}', gen_random_uuid(), 'Leaflet ' || n, '{me}', '{me}', CASE WHEN n % 3 > 0 THEN date '2026-01-01' + n % 40 END, now(), now() \
         FROM generate_series(1, 10000) n; ANALYZE tasks"
    ));
    member
        .get("/tasks/board")
        .await
        .expect_text("To do 10000")
        .expect_text("All 10000 in the list");
    let (mut path, mut seen) = ("/tasks?due=none".to_owned(), std::collections::HashSet::new());
    for _ in 0..4 {
        let page = member.get(&path).await.expect_ok();
        for row in page.select("a.row__title") {
            assert!(seen.insert(row.attr("href").unwrap().to_owned()), "shown twice");
        }
        path = page.one("a[rel=next]").attr("href").unwrap().to_owned();
    }
    assert_eq!(seen.len(), 200);
}
