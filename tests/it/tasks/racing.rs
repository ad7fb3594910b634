//! Two who do something at the same moment, and the same thing much later again.

use futures_util::future::join_all;

use super::make;
use crate::people::{give, post};
use crate::support::portal::Portal;

#[tokio::test]
async fn one_moves_a_step_while_another_moves_it_too() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let id = make(&portal, &member, &[("title", "General meeting")]).await;
    let path = format!("/tasks/{id}");
    for n in 0..8 {
        post(
            &member,
            &format!("{path}/items"),
            &[("item", &format!("Step {n}"))],
        )
        .await
        .expect_status(303);
    }
    let ids = portal.look("SELECT string_agg(id::text, ' ' ORDER BY position) FROM task_items");
    let ids: Vec<&str> = ids.split(' ').collect();
    for _ in 0..3 {
        let moves = ids.iter().enumerate().map(|(n, item)| {
            let (member, path) = (&member, &path);
            async move {
                let step = if n % 2 == 0 { "down" } else { "up" };
                let answer = post(member, &format!("{path}/items/{item}"), &[("step", step)]).await;
                answer.status.as_u16()
            }
        });
        for status in join_all(moves).await {
            assert_eq!(status, 303);
        }
    }
    assert_eq!(
        portal.look("SELECT string_agg(position::text, ' ' ORDER BY position) FROM task_items"),
        "1 2 3 4 5 6 7 8",
        "every step has its place"
    );
}

#[tokio::test]
async fn a_comment_is_changed_named_in_and_deleted_at_the_same_moment() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    let path = format!("/tasks/{id}");
    for _ in 0..6 {
        post(&steward, &format!("{path}/comments"), &[("body", "first")])
            .await
            .expect_status(303);
        let comment = portal.look("SELECT id FROM task_comments ORDER BY id DESC LIMIT 1");
        let edit = format!("{path}/comments/{comment}");
        let removal = format!("{edit}/removal");
        let posts = [
            (edit.as_str(), "@coach one"),
            (edit.as_str(), "@coach two"),
            (removal.as_str(), ""),
        ];
        let all = posts.iter().map(|(path, body)| {
            let steward = &steward;
            async move { post(steward, path, &[("body", *body)]).await }
        });
        for page in join_all(all).await {
            let status = page.status.as_u16();
            assert!([303, 403].contains(&status), "{status}: {}", page.text());
        }
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM task_comments WHERE deleted_at IS NOT NULL AND body = ''"),
        "6"
    );
}

#[tokio::test]
async fn nobody_makes_more_addresses_than_there_may_be_however_fast() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let all = (0..16).map(|n| {
        let member = &member;
        async move {
            let name = format!("Phone {n}");
            post(member, "/tasks/calendar/feeds", &[("name", &name)])
                .await
                .status
                .as_u16()
        }
    });
    let mut statuses = join_all(all).await;
    statuses.sort_unstable();
    let made = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(made, 10, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| [201, 409].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(portal.look("SELECT count(*) FROM task_feeds"), "10");
}

#[tokio::test]
async fn a_form_that_made_an_address_shows_it_no_more_once_it_is_revoked() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member
        .get("/tasks/calendar/feeds")
        .await
        .form("form[action='/tasks/calendar/feeds']")
        .set("name", "phone");
    form.submit(&member).await.expect_status(201);
    // Sent again when nobody remembers that it was sent: the same address.
    portal.force("DELETE FROM idempotency_keys");
    form.submit(&member).await.expect_status(201);
    assert_eq!(portal.look("SELECT count(*) FROM task_feeds"), "1");
    member
        .get("/tasks/calendar/feeds")
        .await
        .form("form[action$='/revocation']")
        .submit(&member)
        .await
        .expect_status(303);
    for sql in ["SELECT 1", "DELETE FROM idempotency_keys"] {
        portal.force(sql);
        form.submit(&member)
            .await
            .expect_status(409)
            .expect_no_text("/feeds/tasks/");
    }
}
