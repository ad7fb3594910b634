use chrono::TimeDelta;
use uuid::Uuid;
use waymark::domains::channels::retention::actions;
use waymark::domains::upkeep;
use waymark::platform::db::TenantScope;

use crate::support::portal::{Actor, Portal};

/// Messages of one person in a channel, the first `from` days ago and then one an hour; numbers follow what is there.
fn fill(portal: &Portal, channel: &str, author: &str, from: i64, count: usize) {
    let (org, channel, author) = (
        portal.organization("local"),
        portal.channel(channel),
        portal.member(author),
    );
    portal.force(&format!(
        "INSERT INTO messages (org_id, channel_id, seq, id, author_id, rev, body, body_html, body_text, created_at) \
         SELECT '{org}', '{channel}', c.last_seq + n, gen_random_uuid(), '{author}', c.rev + n, 'number ' || n, '<p>number ' || n || '</p>', 'number ' || n, \
                now() - interval '{from} days' + n * interval '1 hour' FROM generate_series(1, {count}) n, channels c WHERE c.id = '{channel}'; \
         UPDATE channels SET last_seq = last_seq + {count}, rev = rev + {count} WHERE id = '{channel}'"
    ));
}

async fn keep_for(portal: &Portal, admin: &Actor, channel: &str, days: &str) {
    let page = admin
        .get(&format!("/channels/{}/retention", portal.channel(channel)))
        .await
        .expect_ok();
    page.form("form[action$='/retention'][method=post]")
        .set("keep", "days")
        .set("days", days)
        .submit(admin)
        .await
        .expect_see_other("/channels/");
}

async fn a_night_passes(portal: &Portal) {
    upkeep::tidy(&portal.app).await.unwrap();
    portal.settle().await;
}

#[tokio::test]
async fn old_messages_go_at_night_with_everything_that_hangs_on_them() {
    let portal = Portal::start().await;
    let (admin, steward, member) = (
        portal.person("admin").await,
        portal.person("steward").await,
        portal.person("member").await,
    );
    fill(&portal, "Night shift", "steward", 100, 5);
    fill(&portal, "Night shift", "steward", 3, 2);
    let (org, channel, me) = (
        portal.organization("local"),
        portal.channel("Night shift"),
        portal.member("member"),
    );
    portal.force(&format!(
        "UPDATE messages SET reply_to_seq = 5 WHERE channel_id = '{channel}' AND seq = 6; \
         INSERT INTO reactions (org_id, channel_id, seq, member_id, emoji) VALUES ('{org}', '{channel}', 2, '{me}', '👍'); \
         INSERT INTO mentions (org_id, member_id, channel_id, seq) VALUES ('{org}', '{me}', '{channel}', 3); \
         INSERT INTO message_edits (org_id, channel_id, seq, version, body, body_html, edited_by) VALUES ('{org}', '{channel}', 1, 1, 'x', 'x', '{me}'); \
         INSERT INTO hidden_messages (org_id, member_id, channel_id, seq) VALUES ('{org}', '{me}', '{channel}', 4)"
    ));
    let path = format!("/channels/{channel}");
    let rev = member
        .get(&path)
        .await
        .expect_text("6 new messages")
        .one("[data-channel]")
        .attr("data-rev")
        .unwrap()
        .to_owned();
    keep_for(&portal, &admin, "Night shift", "30").await;
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM messages WHERE channel_id = '{channel}'"
        )),
        "7",
        "a rule alone deletes nothing"
    );

    a_night_passes(&portal).await;
    assert_eq!(
        portal.look(&format!(
            "SELECT string_agg(seq::text, ',' ORDER BY seq) FROM messages WHERE channel_id = '{channel}'"
        )),
        "6,7"
    );
    for table in ["reactions", "mentions", "message_edits", "hidden_messages"] {
        assert_eq!(
            portal.look(&format!(
                "SELECT count(*) FROM {table} WHERE channel_id = '{channel}'"
            )),
            "0",
            "{table}"
        );
    }
    member
        .get_partial(&format!("{path}/since?rev={rev}"))
        .await
        .expect_status(205);
    member
        .get(&path)
        .await
        .expect_text("2 new messages")
        .expect_text("number 2")
        .expect_no_text("number 5");
    let posted = steward
        .get(&path)
        .await
        .form("form[data-composer]")
        .set("body", "And on it goes")
        .submit(&steward)
        .await;
    posted.expect_see_other(&path);
    assert_eq!(
        portal.look("SELECT seq FROM messages WHERE body = 'And on it goes'"),
        "8",
        "numbers are never given again"
    );
    member.get(&path).await.expect_text("3 new messages");
    assert_eq!(
        portal.look(
            "SELECT payload->'data'->>'messages' FROM events WHERE event_type = 'channels.messages.purged'"
        ),
        "5"
    );
    assert_eq!(portal.look("SELECT (after->>'messages') || ' ' || portal_task FROM audit_entries WHERE action = 'channels.messages.purged'"), "5 channels.retention");
}

/// How many unread messages the list beside another conversation shows for a channel.
async fn shown_unread(portal: &Portal, reader: &Actor, channel: &str) -> String {
    let elsewhere = format!("/channels/{}?latest", portal.channel("Depot north"));
    let page = reader.get(&elsewhere).await.expect_ok();
    let link = format!("a.channel-link[href='/channels/{}']", portal.channel(channel));
    page.expect_element(&link);
    let count = page
        .select(&format!("{link} .count"))
        .first()
        .map(|count| count.text.clone());
    count.unwrap_or_else(|| "0".to_owned())
}

#[tokio::test]
async fn unread_counts_stay_exact_over_the_gaps() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    fill(&portal, "Night shift", "steward", 60, 6);
    fill(&portal, "Night shift", "steward", 2, 4);
    keep_for(&portal, &admin, "Night shift", "30").await;
    let (channel, me) = (portal.channel("Night shift"), portal.member("member"));
    let unread = async |read: i64| {
        portal.force(&format!(
            "UPDATE channel_memberships SET last_read_seq = {read} WHERE channel_id = '{channel}' AND member_id = '{me}'"
        ));
        shown_unread(&portal, &member, "Night shift").await
    };
    for (read, before) in [(0, "10"), (3, "7"), (6, "4"), (8, "2"), (10, "0")] {
        assert_eq!(unread(read).await, before, "read up to {read}, before the night");
    }
    a_night_passes(&portal).await;
    for (read, after) in [(0, "4"), (3, "4"), (6, "4"), (8, "2"), (10, "0")] {
        assert_eq!(unread(read).await, after, "read up to {read}, after the night");
    }
}

#[tokio::test]
async fn under_a_legal_hold_nothing_goes() {
    let portal = Portal::start().await;
    let (privacy, member) = (portal.person("privacy").await, portal.person("member").await);
    portal.force("UPDATE messages SET created_at = created_at - interval '200 days'");
    fill(&portal, "Depot north", "member", 100, 3);
    let channel = portal.channel("Depot north");
    let path = format!("/channels/{channel}/retention");
    keep_for(&portal, &privacy, "Depot north", "30").await;
    let page = privacy.get(&path).await;
    let back = page
        .form("form[action$='/hold']")
        .submit(&privacy)
        .await
        .expect_status(422)
        .expect_text("The reason is missing.");
    back.form("form[action$='/hold']")
        .set("reason", "arbitration of 12 March")
        .submit(&privacy)
        .await
        .expect_see_other(&path);
    privacy
        .get(&path)
        .await
        .expect_text("Under a legal hold")
        .expect_text("arbitration of 12 March");

    let left = || {
        portal.look(&format!(
            "SELECT count(*) FROM messages WHERE channel_id = '{channel}'"
        ))
    };
    a_night_passes(&portal).await;
    assert_eq!(left(), "6");
    let own = portal.look("SELECT channel_id || '/messages/' || id FROM messages WHERE body LIKE 'Thanks!%'");
    member
        .get(&format!("/channels/{own}/deletion"))
        .await
        .expect_status(409)
        .expect_text("legal hold");

    let lift = privacy.get(&path).await.form("form[action$='/hold/end']");
    lift.clone()
        .set("reason", "it is settled")
        .submit(&privacy)
        .await
        .expect_see_other(&path);
    lift.without("_key")
        .set("reason", "again")
        .submit(&privacy)
        .await
        .expect_status(409);
    portal.pass(TimeDelta::days(1));
    a_night_passes(&portal).await;
    assert_eq!(left(), "0");
    let noted = portal.look("SELECT string_agg(action || ':' || coalesce(after->>'reason', ''), ' ' ORDER BY id) FROM audit_entries WHERE action LIKE 'channels.legal_hold%'");
    assert_eq!(
        noted,
        "channels.legal_hold.set:arbitration of 12 March channels.legal_hold.lifted:it is settled"
    );
}

#[tokio::test]
async fn a_purge_killed_in_the_middle_goes_on_where_it_was() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    fill(&portal, "Night shift", "steward", 400, 2_300);
    keep_for(&portal, &admin, "Night shift", "30").await;
    let channel = portal.channel("Night shift");
    let scope = TenantScope::of_portal(portal.organization("local"), "channels.retention");
    let first = portal
        .app
        .db
        .tenant(&scope, move |tx| actions::purge_batch(tx, channel))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(first.messages, 1_000);
    let killed = portal.app.db.tenant(&scope, move |tx| {
        actions::purge_batch(tx, channel)?;
        Err::<(), _>(waymark::kernel::error::AppError::Unavailable)
    });
    assert!(killed.await.is_err());
    let left = || {
        portal.look(&format!(
            "SELECT count(*) || ' ' || min(seq) FROM messages WHERE channel_id = '{channel}'"
        ))
    };
    assert_eq!(left(), "1300 1001", "a batch is whole or not at all");

    a_night_passes(&portal).await;
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM messages WHERE channel_id = '{channel}'"
        )),
        "0"
    );
    let told = portal.look("SELECT string_agg(payload->'data'->>'messages', ',' ORDER BY seq) FROM events WHERE event_type = 'channels.messages.purged'");
    assert_eq!(told, "1000,1000,300", "each batch is told once");
    assert_eq!(
        portal.look(&format!(
            "SELECT purged_rev = rev FROM channels WHERE id = '{channel}'"
        )),
        "true"
    );
}

#[tokio::test]
async fn a_dry_run_says_what_would_go_and_deletes_nothing() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    fill(&portal, "Night shift", "steward", 200, 4);
    fill(&portal, "Night shift", "steward", 100, 3);
    fill(&portal, "Night shift", "steward", 5, 2);
    let (org, channel, uploader) = (
        portal.organization("local"),
        portal.channel("Night shift"),
        portal.member("steward"),
    );
    portal.force(&format!(
        "INSERT INTO attachments (org_id, id, channel_id, seq, uploaded_by, kind, name, mime, size_bytes, storage_key) \
         VALUES ('{org}', '{}', '{channel}', 2, '{uploader}', 'file', 'roster.pdf', 'application/pdf', 2500000, 'org/{org}/attachments/{}'); \
         UPDATE messages SET has_attachment = true WHERE channel_id = '{channel}' AND seq = 2",
        Uuid::now_v7(),
        Uuid::now_v7()
    ));
    let page = privacy
        .get(&format!("/channels/{channel}/retention"))
        .await
        .expect_ok();
    let tried = page
        .form("form[method=get][action*='/retention']")
        .set("dry_run", "90")
        .submit(&privacy)
        .await;
    tried.expect_text("7 messages and 1 file (2.5 MB) would be deleted now");
    assert_eq!(tried.select("main tbody tr").len(), 2, "one row a month");
    page.form("form[method=get][action*='/retention']")
        .set("dry_run", "3000")
        .submit(&privacy)
        .await
        .expect_text("Nothing would be deleted now");
    page.form("form[method=get][action*='/retention']")
        .set("dry_run", "0")
        .submit(&privacy)
        .await
        .expect_status(422)
        .expect_text("must be a whole number from 1 to 3650");
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM messages WHERE channel_id = '{channel}'"
        )),
        "9"
    );
}

#[tokio::test]
async fn a_reported_message_waits_until_somebody_has_decided() {
    let portal = Portal::start().await;
    let (admin, other) = (portal.person("admin").await, portal.person("other").await);
    fill(&portal, "Depot north", "member", 100, 2);
    let reported =
        portal.look("SELECT channel_id || '/messages/' || id FROM messages WHERE body = 'number 1'");
    let page = other.get(&format!("/channels/{reported}/report")).await;
    page.form("main form")
        .submit(&other)
        .await
        .expect_see_other("/channels/");
    keep_for(&portal, &admin, "Depot north", "1").await;
    portal.force("UPDATE messages SET created_at = now() - interval '50 days' WHERE body NOT LIKE 'number%'");
    a_night_passes(&portal).await;
    assert_eq!(
        portal.look(&format!(
            "SELECT string_agg(body, ',') FROM messages WHERE channel_id = '{}'",
            portal.channel("Depot north")
        )),
        "number 1"
    );

    let report = portal.look("SELECT id FROM message_reports");
    let case = admin.get(&format!("/moderation/{report}")).await;
    case.form("main form")
        .set("outcome", "dismissed")
        .submit(&admin)
        .await
        .expect_see_other("/moderation");
    portal.pass(TimeDelta::days(1));
    a_night_passes(&portal).await;
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM messages WHERE channel_id = '{}'",
            portal.channel("Depot north")
        )),
        "0"
    );
}

#[tokio::test]
async fn who_sets_the_rules_sees_titles_and_no_messages() {
    let portal = Portal::start().await;
    let (privacy, member, coach) = (
        portal.person("privacy").await,
        portal.person("member").await,
        portal.person("coach").await,
    );
    fill(&portal, "Night shift", "steward", 100, 3);
    let night = portal.channel("Night shift");
    keep_for(&portal, &privacy, "Night shift", "30").await;
    privacy
        .get(&format!("/channels/{night}"))
        .await
        .expect_status(404);
    privacy
        .get(&format!("/channels/{night}/retention"))
        .await
        .expect_text("30 days")
        .expect_no_text("number 1");
    let overview = privacy
        .get("/admin/retention")
        .await
        .expect_text("Night shift")
        .expect_text("Harbour Credit Union")
        .expect_no_text("number 1")
        .expect_no_text("Sales");
    let line = overview
        .select("main tbody tr")
        .into_iter()
        .find(|row| row.text.contains("Night shift"))
        .unwrap();
    assert!(
        line.text.contains("30 days") && line.text.contains('3'),
        "{}",
        line.text
    );
    privacy
        .get("/admin/retention?show=held")
        .await
        .expect_text("There is no channel of this kind.");

    member
        .get(&format!("/channels/{night}/retention"))
        .await
        .expect_status(403);
    coach
        .get(&format!("/channels/{night}/retention"))
        .await
        .expect_status(404);
    member.get("/admin/retention").await.expect_status(403);
    let stranger = portal.neighbour("stranger").await;
    stranger
        .get(&format!("/channels/{night}/retention"))
        .await
        .expect_status(404);
    stranger
        .get("/admin/retention")
        .await
        .expect_text("Sales")
        .expect_no_text("Night shift");

    let page = privacy.get(&format!("/channels/{night}/retention")).await;
    let back = page
        .form("form[action$='/retention'][method=post]")
        .set("keep", "days")
        .set("days", "soon")
        .submit(&privacy)
        .await;
    back.expect_status(422)
        .expect_text("must be a whole number from 1 to 3650");
}

#[tokio::test]
async fn the_overview_goes_on_page_by_page() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let org = portal.organization("local");
    portal.force(&format!(
        "INSERT INTO channels (org_id, id, type, context_id, title) SELECT '{org}', gen_random_uuid(), 'team', (SELECT id FROM contexts WHERE org_id = '{org}' LIMIT 1), \
         'Committee ' || to_char(n, 'FM000') FROM generate_series(1, 60) n"
    ));
    let mut seen = Vec::new();
    let mut next = Some("/admin/retention".to_owned());
    while let Some(path) = next {
        let page = admin.get(&path).await.expect_ok();
        seen.extend(page.select("main tbody th a").into_iter().map(|link| link.text));
        next = page
            .select("a[rel=next]")
            .first()
            .and_then(|link| link.attr("href").map(str::to_owned));
    }
    assert_eq!(seen.len(), 65, "every channel once");
    let mut sorted = seen.clone();
    sorted.sort();
    assert_eq!(seen, sorted);
}
