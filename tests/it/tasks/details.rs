//! What belongs to a task: steps, comments, time, watching, history.

use super::make;
use crate::people::give;
use crate::support::portal::Portal;

#[tokio::test]
async fn steps_are_added_ticked_moved_and_removed() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let id = make(&portal, &member, &[("title", "General meeting")]).await;
    let path = format!("/tasks/{id}");
    for step in ["Book the hall", "Order coffee", "Print the agenda"] {
        member
            .get(&path)
            .await
            .form("#checklist > form")
            .set("item", step)
            .submit(&member)
            .await
            .expect_see_other(&path);
    }
    let press = |label: &'static str| {
        let (member, path) = (&member, &path);
        async move {
            let page = member.get(path).await;
            let css = format!("#checklist button[title='{label}']");
            page.form(&css)
                .press(label)
                .submit(member)
                .await
                .expect_see_other(path);
        }
    };
    let order = || {
        portal.look("SELECT string_agg(title || CASE WHEN done_at IS NULL THEN '' ELSE '!' END, ', ' ORDER BY position) FROM task_items")
    };
    press("Done: Order coffee").await;
    press("Up: Print the agenda").await;
    assert_eq!(order(), "Book the hall, Print the agenda, Order coffee!");
    press("Down: Book the hall").await;
    press("Not done: Order coffee").await;
    assert_eq!(order(), "Print the agenda, Book the hall, Order coffee");
    press("Done: Order coffee").await;
    member.get(&path).await.expect_text("1 of 3");

    let asked = member
        .get(&path)
        .await
        .click(&member, "Remove: Book the hall")
        .await;
    asked
        .expect_text("Remove “Book the hall”?")
        .form("main form")
        .submit(&member)
        .await
        .expect_see_other(&path);
    assert_eq!(order(), "Print the agenda, Order coffee!");
    member
        .get(&path)
        .await
        .expect_text("removed the step Book the hall")
        .expect_text("ticked Order coffee")
        .form("#checklist > form")
        .set("item", "")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("The step is missing.");
}

#[tokio::test]
async fn comments_are_answered_changed_and_taken_back_by_who_wrote_them() {
    let portal = Portal::start().await;
    let (admin, coach) = (portal.person("admin").await, portal.person("coach").await);
    let id = make(
        &portal,
        &admin,
        &[("title", "Book the hall"), ("assignee", "coach")],
    )
    .await;
    let path = format!("/tasks/{id}");
    admin
        .get(&path)
        .await
        .form("#comments > form")
        .set("body", "Is Thursday free?")
        .submit(&admin)
        .await
        .expect_see_other(&path);
    let first = portal.look("SELECT id FROM task_comments");
    coach
        .get(&path)
        .await
        .expect_text("Is Thursday free?")
        .form(".talk__reply form")
        .set("body", "It is.\n\nFrom six.")
        .submit(&coach)
        .await
        .expect_see_other(&path);
    // An answer to an answer stands beside it.
    let answer = portal.look("SELECT id FROM task_comments WHERE parent_id IS NOT NULL");
    let page = admin.get(&path).await.expect_text("From six.");
    let form = page.form(".talk__reply form");
    form.without("parent")
        .forge("parent", &answer)
        .set("body", "Good")
        .submit(&admin)
        .await
        .expect_see_other(&path);
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM task_comments WHERE parent_id = '{first}'"
        )),
        "2"
    );
    // Nothing is refused beside the field it was meant for.
    admin
        .get(&path)
        .await
        .form(".talk__reply form")
        .set("body", " ")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_element(&format!("#reply-{first}[aria-invalid=true]"))
        .expect_text("The comment is missing.");

    let edit = format!("{path}/comments/{first}");
    coach.get(&edit).await.expect_status(403);
    admin
        .get(&edit)
        .await
        .form("main form")
        .set("body", "Is Friday free?")
        .submit(&admin)
        .await
        .expect_see_other(&path)
        .follow(&admin)
        .await
        .expect_text("Is Friday free?")
        .expect_text("changed");
    let csrf = coach
        .get(&path)
        .await
        .form("main form")
        .value("_csrf")
        .unwrap()
        .to_owned();
    coach
        .post(&format!("{edit}/removal"), &[("_csrf", &csrf)])
        .await
        .expect_status(403);
    coach
        .post(&edit, &[("_csrf", &csrf), ("body", "x")])
        .await
        .expect_status(403);
    admin
        .get(&format!("{edit}/removal"))
        .await
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other(&path)
        .follow(&admin)
        .await
        .expect_no_text("Is Friday free?")
        .expect_text("This comment was deleted.")
        .expect_text("From six.");
    admin.get(&edit).await.expect_status(403);
}

#[tokio::test]
async fn who_does_not_see_a_task_cannot_be_named_in_it() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    let path = format!("/tasks/{id}");
    for (text, who) in [("@admin please look", "admin"), ("and @member knows", "member")] {
        let page = steward
            .get(&path)
            .await
            .form("#comments > form")
            .set("body", text)
            .submit(&steward)
            .await
            .expect_status(422)
            .expect_text(&format!("@{who} does not see this task"));
        assert_eq!(page.form("#comments > form").value("body"), Some(text));
    }
    assert_eq!(portal.look("SELECT count(*) FROM task_comments"), "0");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tasks.comment.mentioned'"),
        "0"
    );

    steward
        .get(&path)
        .await
        .form("#comments > form")
        .set("body", "@coach can you? @nobody.here @steward")
        .submit(&steward)
        .await
        .expect_see_other(&path);
    assert_eq!(
        portal.look(
            "SELECT string_agg(m.handle, ' ') FROM task_mentions t JOIN members m ON m.id = t.member_id"
        ),
        "coach"
    );
    let coach = portal.person("coach").await;
    coach
        .get(&path)
        .await
        .expect_text("You are named in a comment")
        .form("form[action$='/mentions']")
        .submit(&coach)
        .await
        .expect_see_other(&path)
        .follow(&coach)
        .await
        .expect_no_text("You are named in a comment");

    // Changed words tell whom they name anew, and nobody twice.
    let comment = portal.look("SELECT id FROM task_comments");
    let edit = format!("{path}/comments/{comment}");
    for (words, named) in [
        ("@coach again", "coach"),
        ("nobody", ""),
        ("@coach once more", "coach"),
    ] {
        steward
            .get(&edit)
            .await
            .form("main form")
            .set("body", words)
            .submit(&steward)
            .await
            .expect_status(303);
        assert_eq!(
            portal.look("SELECT coalesce(string_agg(m.handle, ' '), '') FROM task_mentions t JOIN members m ON m.id = t.member_id"),
            named
        );
    }
    steward
        .get(&edit)
        .await
        .form("main form")
        .set("body", "@admin")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("@admin does not see this task");
}

#[tokio::test]
async fn time_is_noted_summed_and_taken_back_by_whose_it_is() {
    let portal = Portal::start().await;
    let (admin, coach) = (portal.person("admin").await, portal.person("coach").await);
    let id = make(
        &portal,
        &admin,
        &[
            ("title", "Book the hall"),
            ("assignee", "coach"),
            ("estimate", "1h"),
        ],
    )
    .await;
    let path = format!("/tasks/{id}");
    for (who, length) in [(&admin, "45m"), (&coach, "0:30")] {
        who.get(&path)
            .await
            .form("#time form")
            .set("minutes", length)
            .set("worked_on", "yesterday")
            .set("time_note", "on the phone")
            .submit(who)
            .await
            .expect_see_other(&path);
    }
    admin
        .get(&path)
        .await
        .expect_text("1 h 15 min of 1 h, more than estimated")
        .expect_text("on the phone");
    for (minutes, worked_on, told) in [
        ("for ever", "", "Write how long"),
        ("25h", "", "Write how long"),
        ("1h", "tomorrow", "Write a day that is not to come"),
    ] {
        let page = admin
            .get(&path)
            .await
            .form("#time form")
            .set("minutes", minutes)
            .set("worked_on", worked_on)
            .submit(&admin)
            .await
            .expect_status(422)
            .expect_text(told);
        assert_eq!(page.form("#time form").value("minutes"), Some(minutes));
    }
    let theirs = portal.look(&format!(
        "SELECT id FROM task_time_entries WHERE member_id = '{}'",
        portal.member("coach")
    ));
    let removal = format!("{path}/time/{theirs}/removal");
    admin.get(&removal).await.expect_status(403);
    coach
        .get(&removal)
        .await
        .expect_text("Take back 30 min?")
        .form("main form")
        .submit(&coach)
        .await
        .expect_see_other(&path)
        .follow(&coach)
        .await
        .expect_text("45 min of 1 h");
}

#[tokio::test]
async fn who_watches_finds_it_among_what_they_watch_while_they_see_it() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let assignment = give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    let path = format!("/tasks/{id}");
    coach
        .get(&path)
        .await
        .form("form[action$='/watching']")
        .press("Watch")
        .submit(&coach)
        .await
        .expect_see_other(&path)
        .follow(&coach)
        .await
        .expect_text("Stop watching");
    coach.get("/tasks?whose=watched").await.expect_text("Call back");
    steward.get(&path).await.expect_text("Who watches it Maya Okafor");

    portal.force(&format!(
        "UPDATE steward_assignments SET effective_to = now() WHERE id = '{assignment}'"
    ));
    coach
        .get("/tasks?whose=watched")
        .await
        .expect_no_text("Call back");
    steward.get(&path).await.expect_text("Who watches it Nobody.");
}

#[tokio::test]
async fn history_tells_who_changed_what() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let id = make(&portal, &admin, &[("title", "Book the hall")]).await;
    let path = format!("/tasks/{id}");
    admin
        .get(&path)
        .await
        .expect_text("Priya Natarajan made this task")
        .form("main form")
        .set("title", "Book the big hall")
        .set("due", "2030-05-01")
        .set("assignee", &portal.member("coach").to_string())
        .set("status", "blocked")
        .set("blocked_reason", "No money")
        .set("details", "Ask for the discount")
        .set("reference", "G-2026-17")
        .submit(&admin)
        .await
        .expect_see_other(&path);
    let coach = portal.person("coach").await;
    coach
        .get(&path)
        .await
        .expect_text("changed the title from Book the hall to Book the big hall")
        .expect_text("set the day to 2030-05-01")
        .expect_text("passed it from Priya Natarajan to Maya Okafor")
        .expect_text("moved it from To do to Blocked: No money")
        .expect_text("changed the details")
        .expect_text("set the reference to G-2026-17");
    coach
        .get("/tasks?q=g-2026")
        .await
        .expect_text("Book the big hall");
}

#[tokio::test]
async fn however_many_answers_there_are_the_newest_are_shown_and_the_earlier_found() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let id = make(&portal, &member, &[("title", "Long talk")]).await;
    let path = format!("/tasks/{id}");
    let (org, me) = (portal.organization("local"), portal.member("member"));
    portal.force(&format!(
        "INSERT INTO task_comments (org_id, id, task_id, author_id, body, created_at) \
           SELECT '{org}', ('00000000-0000-7000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, '{id}', '{me}', 'Question ' || n || '.', now() FROM generate_series(10, 12) n; \
         INSERT INTO task_comments (org_id, id, task_id, parent_id, author_id, body, created_at) \
           SELECT '{org}', ('00000000-0000-7000-8000-0000000' || lpad(n::text, 5, '0'))::uuid, '{id}', '00000000-0000-7000-8000-000000000010', '{me}', 'Answer ' || n || '.', now() FROM generate_series(1001, 1620) n"
    ));
    let page = member.get(&path).await.expect_ok();
    page.expect_text("Question 10.")
        .expect_text("Question 12.")
        .expect_text("Answer 1620.")
        .expect_no_text("Answer 1590.");
    let mut page = page;
    let mut seen = 30;
    while let Some(link) = page.select("p.talk__answers a").first() {
        page = member.get(link.attr("href").unwrap()).await.expect_ok();
        page.expect_no_text("Question 12.")
            .expect_text("The newest comments");
        seen += page.select("ol.talk__answers > li").len();
    }
    assert_eq!(seen, 620);
    page.expect_text("Answer 1001.");
    member
        .get(&format!("{path}?answers=00000000-0000-7000-8000-000000000099"))
        .await
        .expect_status(404);
}
