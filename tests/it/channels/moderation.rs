use chrono::TimeDelta;
use reqwest::Method;
use uuid::Uuid;

use crate::support::client::PARTIAL;
use crate::support::portal::{Actor, Portal};

/// The address of a message's actions.
fn message_path(portal: &Portal, beginning: &str) -> String {
    let found = portal.look(&format!(
        "SELECT channel_id || '/messages/' || id FROM messages WHERE body LIKE '{beginning}%'"
    ));
    assert!(!found.is_empty(), "no message begins with {beginning}");
    format!("/channels/{found}")
}

/// Writes a message into a channel and answers its address.
async fn write(portal: &Portal, author: &Actor, channel: &str, body: &str) -> String {
    let page = author
        .get(&format!("/channels/{}", portal.channel(channel)))
        .await
        .expect_ok();
    page.form("form[data-composer]")
        .set("body", body)
        .submit(author)
        .await
        .expect_see_other("/channels/");
    message_path(portal, body)
}

/// Reports a message as harassment, through the form.
async fn report(reporter: &Actor, message: &str, note: &str) {
    let page = reporter.get(&format!("{message}/report")).await.expect_ok();
    page.form("main form")
        .set("reason", "harassment")
        .set("note", note)
        .submit(reporter)
        .await
        .expect_see_other("/channels/");
}

/// A direct conversation between two people with these messages in turn.
fn direct(portal: &Portal, one: &str, two: &str, bodies: &[&str]) -> String {
    let (channel, org) = (Uuid::now_v7(), portal.organization("local"));
    let people = [portal.member(one), portal.member(two)];
    portal.force(&format!("INSERT INTO channels (org_id, id, type, last_seq, rev) VALUES ('{org}', '{channel}', 'direct', {0}, {0})", bodies.len()));
    for person in people {
        portal.force(&format!("INSERT INTO channel_memberships (org_id, channel_id, member_id) VALUES ('{org}', '{channel}', '{person}')"));
    }
    for (index, body) in bodies.iter().enumerate() {
        let (author, id, seq) = (people[index % 2], Uuid::now_v7(), index + 1);
        portal.force(&format!(
            "INSERT INTO messages (org_id, channel_id, seq, id, author_id, rev, body, body_html, body_text) \
             VALUES ('{org}', '{channel}', {seq}, '{id}', '{author}', {seq}, '{body}', '<p>{body}</p>', '{body}')"
        ));
    }
    channel.to_string()
}

#[tokio::test]
async fn a_message_is_hidden_for_one_person_and_shown_again() {
    let portal = Portal::start().await;
    let (member, other) = (portal.person("member").await, portal.person("other").await);
    let channel = format!("/channels/{}", portal.channel("Depot north"));
    let message = message_path(&portal, "Welcome to the depot");

    let hidden = member
        .get(&message)
        .await
        .form("#feed-form")
        .press("Hide for me")
        .submit(&member)
        .await;
    let page = hidden.expect_see_other(&channel).follow(&member).await;
    page.expect_no_text("Welcome to the depot channel.")
        .expect_text("You hid a message of Owen Clarke");
    other
        .get(&channel)
        .await
        .expect_text("Welcome to the depot channel.");

    let token = page.form("#feed-form").value("_csrf").unwrap().to_owned();
    let headers = [
        PARTIAL.as_slice(),
        &[
            ("Origin", portal.base()),
            ("X-CSRF-Token", &token),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ],
    ]
    .concat();
    let again = member
        .raw(Method::POST, &format!("{message}/unhide"), &headers, "")
        .await;
    again
        .expect_ok()
        .expect_text("Welcome to the depot channel.")
        .expect_no_text("You hid");
    let own = message_path(&portal, "Thanks!");
    member
        .post(&format!("{own}/hide"), &[("_csrf", &token)])
        .await
        .expect_status(403);
    portal
        .person("sponsor")
        .await
        .get(&channel)
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_report_takes_two_clicks_and_is_made_once() {
    let portal = Portal::start().await;
    let (member, stranger, coach) = (
        portal.person("member").await,
        portal.neighbour("stranger").await,
        portal.person("coach").await,
    );
    let message = message_path(&portal, "Welcome to the depot");
    let page = member
        .get(&format!("{message}/report"))
        .await
        .expect_text("Welcome to the depot channel.");
    page.form("main form")
        .submit(&member)
        .await
        .expect_see_other("/channels/")
        .follow(&member)
        .await
        .expect_text("You hid a message of Owen Clarke")
        .expect_text("Someone will look at it");
    page.form("main form")
        .submit(&member)
        .await
        .expect_see_other("/channels/");
    assert_eq!(
        portal.look("SELECT count(*) FROM message_reports"),
        "1",
        "a double click reports once"
    );

    page.form("main form")
        .without("_key")
        .submit(&member)
        .await
        .expect_status(409)
        .expect_text("You have already reported this message");
    member
        .get(&format!("{message}/report"))
        .await
        .expect_ok()
        .expect_text("You reported this message on")
        .expect_no_element("main form");
    stranger
        .get(&format!("{message}/report"))
        .await
        .expect_status(404);
    let own = message_path(&portal, "Thanks!");
    member.get(&format!("{own}/report")).await.expect_status(403);

    let long = "x".repeat(1_001);
    let form = coach
        .get(&format!("{message}/report"))
        .await
        .form("main form")
        .set("note", &long)
        .set("reason", "spam")
        .uncheck("hide");
    let back = form
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_text("must have 1000 characters or fewer");
    assert_eq!(
        back.form("main form").value("note"),
        Some(long.as_str()),
        "nothing typed is lost"
    );
    assert_eq!(back.form("main form").value("reason"), Some("spam"));
}

#[tokio::test]
async fn a_steward_removes_a_reported_message_and_everyone_concerned_is_told() {
    let portal = Portal::start().await;
    let (leader, member, other, steward) = (
        portal.person("leader").await,
        portal.person("member").await,
        portal.person("other").await,
        portal.person("steward").await,
    );
    let message = write(&portal, &leader, "Depot north", "Quinn was seen at the clinic").await;
    report(&member, &message, "Nobody's business").await;
    report(&other, &message, "").await;

    let queue = steward
        .get("/moderation")
        .await
        .expect_ok()
        .expect_text("2 reports")
        .expect_text("Nobody's business")
        .expect_text("Quinn was seen at the clinic");
    queue.expect_element("nav a[href='/moderation'] .count");
    let case = steward
        .get(queue.one("main a.button--primary").attr("href").unwrap())
        .await
        .expect_ok();
    case.expect_no_element("input[name=outcome][checked]");
    case.form("main form")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_element("#outcome.field--error");
    case.form("main form")
        .set("outcome", "removed")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("The reason that everyone in the channel reads is missing.");
    let done = case
        .form("main form")
        .set("outcome", "removed")
        .set("note", "tells about someone's health")
        .submit(&steward)
        .await;
    done.expect_see_other("/moderation")
        .follow(&steward)
        .await
        .expect_text("No open reports")
        .expect_no_text("Quinn was seen");
    case.form("main form")
        .set("outcome", "removed")
        .set("note", "tells about someone's health")
        .submit(&steward)
        .await
        .expect_see_other("/moderation");

    let channel = portal.channel("Depot north");
    other
        .get(&format!("/channels/{channel}?latest"))
        .await
        .expect_no_text("Quinn was seen");
    coach_reads(&portal, &format!("/channels/{channel}?latest")).await;
    member
        .get("/reports/mine")
        .await
        .expect_text("The message was removed: tells about someone's health");
    let notices = leader
        .get("/reports/notices")
        .await
        .expect_text("A message of yours was removed")
        .expect_no_text("Tom Reyes")
        .expect_no_text("Nobody's business");
    notices.expect_element("nav a[href='/reports/notices'] .count");
    notices
        .form("main form")
        .submit(&leader)
        .await
        .expect_see_other("/reports/notices")
        .follow(&leader)
        .await
        .expect_no_element("nav a[href='/reports/notices']");
    steward
        .get("/moderation?tab=handled")
        .await
        .expect_text("Message removed")
        .expect_text("by Rosa Delgado");

    let told = portal.look("SELECT count(*) FROM events WHERE event_type = 'channels.report.handled' AND payload->'data'->>'outcome' = 'removed'");
    assert_eq!(told, "2", "one for each reporter");
    assert_eq!(portal.look("SELECT count(*) FROM audit_entries WHERE action IN ('channels.report.handled', 'channels.message.deleted')"), "2");
}

async fn coach_reads(portal: &Portal, path: &str) {
    let coach = portal.person("coach").await;
    coach
        .get(path)
        .await
        .expect_text("Message removed by a moderator: tells about someone's health");
}

#[tokio::test]
async fn the_second_steward_hears_who_was_faster() {
    let portal = Portal::start().await;
    let (leader, member, steward, admin) = (
        portal.person("leader").await,
        portal.person("member").await,
        portal.person("steward").await,
        portal.person("admin").await,
    );
    let message = write(&portal, &leader, "Depot north", "You people are useless").await;
    report(&member, &message, "").await;
    let id = portal.look("SELECT id FROM message_reports");
    let (first, second) = (
        steward.get(&format!("/moderation/{id}")).await,
        admin.get(&format!("/moderation/{id}")).await,
    );
    first
        .form("main form")
        .set("outcome", "warned")
        .set("note", "Please stay with the matter.")
        .submit(&steward)
        .await
        .expect_see_other("/moderation");
    let late = second
        .form("main form")
        .set("outcome", "removed")
        .set("note", "rude")
        .submit(&admin)
        .await;
    late.expect_status(409)
        .expect_text("Rosa Delgado has already handled this report: author warned.");
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL"),
        "0",
        "what came second changed nothing"
    );

    leader
        .get("/reports/notices")
        .await
        .expect_text("You were warned about a message")
        .expect_text("Please stay with the matter.")
        .expect_text("You people are useless");
    member
        .get("/reports/mine")
        .await
        .expect_text("Its author was warned.")
        .expect_no_text("Please stay with the matter.");
    admin
        .get(&format!("/moderation/{id}"))
        .await
        .expect_ok()
        .expect_text("Author warned")
        .expect_no_element("main form");
}

#[tokio::test]
async fn two_stewards_who_decide_at_once_decide_once() {
    let portal = Portal::start().await;
    let (leader, member, steward, admin) = (
        portal.person("leader").await,
        portal.person("member").await,
        portal.person("steward").await,
        portal.person("admin").await,
    );
    let message = write(&portal, &leader, "Depot north", "Buy my watches").await;
    report(&member, &message, "").await;
    let id = portal.look("SELECT id FROM message_reports");
    let (one, two) = (
        steward.get(&format!("/moderation/{id}")).await,
        admin.get(&format!("/moderation/{id}")).await,
    );
    let (one, two) = (
        one.form("main form")
            .set("outcome", "removed")
            .set("note", "spam"),
        two.form("main form")
            .set("outcome", "removed")
            .set("note", "advertising"),
    );
    let (one, two) = tokio::join!(one.submit(&steward), two.submit(&admin));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'channels.message.deleted'"),
        "1"
    );
}

#[tokio::test]
async fn the_queue_shows_each_person_what_is_theirs() {
    let portal = Portal::start().await;
    let (steward, admin, member) = (
        portal.person("steward").await,
        portal.person("admin").await,
        portal.person("member").await,
    );
    let (leader, coach, privacy) = (
        portal.person("leader").await,
        portal.person("coach").await,
        portal.person("privacy").await,
    );
    let depot = write(&portal, &coach, "Depot north", "In the depot").await;
    let cohort = write(&portal, &coach, "Steward school", "In the school").await;
    let bank = write(&portal, &coach, "Harbour Credit Union", "At the bank").await;
    report(&member, &depot, "").await;
    report(&member, &cohort, "").await;
    report(&portal.person("sponsor").await, &bank, "").await;

    admin
        .get("/moderation")
        .await
        .expect_text("Depot north")
        .expect_text("Steward school")
        .expect_text("Harbour Credit Union")
        .expect_text("At the bank")
        .expect_no_text("In the school");
    steward
        .get("/moderation")
        .await
        .expect_text("In the depot")
        .expect_text("In the school")
        .expect_no_text("Harbour");
    leader
        .get("/moderation")
        .await
        .expect_text("In the depot")
        .expect_no_text("Steward school")
        .expect_no_text("Harbour");
    privacy.get("/moderation").await.expect_status(403);
    member.get("/moderation").await.expect_status(403);
    portal
        .neighbour("stranger")
        .await
        .get("/moderation")
        .await
        .expect_text("No open reports");

    let of = |channel: &str| {
        portal.look(&format!(
            "SELECT id FROM message_reports WHERE channel_id = '{}'",
            portal.channel(channel)
        ))
    };
    steward
        .get(&format!("/moderation/{}", of("Harbour Credit Union")))
        .await
        .expect_status(404);
    leader
        .get(&format!("/moderation/{}", of("Steward school")))
        .await
        .expect_status(404);
    coach
        .get(&format!("/moderation/{}", of("Steward school")))
        .await
        .expect_status(404);
    coach.get("/moderation").await.expect_no_text("In the school");
    portal
        .neighbour("stranger")
        .await
        .get(&format!("/moderation/{}", of("Depot north")))
        .await
        .expect_status(404);

    admin
        .get(&format!("/moderation/{}", of("Steward school")))
        .await
        .expect_text("In the school")
        .expect_text("You are not in this conversation");
    let traces =
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'channels.report.read_from_outside'");
    assert_eq!(
        traces, "1",
        "reading from outside leaves a trace, reading from inside does not"
    );
}

#[tokio::test]
async fn an_admin_reads_of_a_direct_conversation_what_was_reported_and_no_more() {
    let portal = Portal::start().await;
    let (other, steward, admin) = (
        portal.person("other").await,
        portal.person("steward").await,
        portal.person("admin").await,
    );
    let channel = direct(
        &portal,
        "other",
        "member",
        &[
            "far before",
            "long before",
            "just before",
            "I know where you live",
            "after it",
        ],
    );
    let id = portal.look("SELECT id FROM messages WHERE body = 'I know where you live'");
    report(&other, &format!("/channels/{channel}/messages/{id}"), "a threat").await;

    steward.get("/moderation").await.expect_text("No open reports");
    admin
        .get("/moderation")
        .await
        .expect_text("Direct conversation")
        .expect_text("a threat")
        .expect_no_text("I know where you live");
    let report = portal.look("SELECT id FROM message_reports");
    steward
        .get(&format!("/moderation/{report}"))
        .await
        .expect_status(404);
    let case = admin.get(&format!("/moderation/{report}")).await;
    case.expect_text("I know where you live")
        .expect_text("just before")
        .expect_text("long before")
        .expect_no_text("far before")
        .expect_no_text("after it");
    assert_eq!(portal.look(&format!("SELECT count(*) FROM audit_entries WHERE action = 'channels.report.read_from_outside' AND subject_id = '{report}'")), "1");
    admin
        .get(&format!("/channels/{channel}"))
        .await
        .expect_status(404);

    case.form("main form")
        .set("outcome", "removed")
        .set("note", "a threat")
        .submit(&admin)
        .await
        .expect_see_other("/moderation");
    other
        .get(&format!("/channels/{channel}"))
        .await
        .expect_no_text("I know where you live");
}

#[tokio::test]
async fn what_waits_longer_than_a_day_is_marked_and_the_queue_goes_on_page_by_page() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    let first = write(
        &portal,
        &portal.person("coach").await,
        "Depot north",
        "The oldest of all",
    )
    .await;
    report(&member, &first, "").await;
    portal.pass(TimeDelta::hours(26));
    let (org, channel, reporter, author) = (
        portal.organization("local"),
        portal.channel("Depot north"),
        portal.member("member"),
        portal.member("leader"),
    );
    portal.force(&format!(
        "INSERT INTO messages (org_id, channel_id, seq, id, author_id, rev, body, body_html, body_text) \
         SELECT '{org}', '{channel}', n, gen_random_uuid(), '{author}', n, 'b', '<p>body ' || n || ' end</p>', 'b' FROM generate_series(101, 125) n; \
         UPDATE channels SET last_seq = 125, rev = 125 WHERE id = '{channel}'; \
         INSERT INTO message_reports (org_id, id, channel_id, seq, reporter_id, reason, created_at) \
         SELECT '{org}', gen_random_uuid(), '{channel}', n, '{reporter}', 'spam', now() + interval '25 hours' + n * interval '1 second' FROM generate_series(101, 125) n"
    ));
    let page = steward
        .get("/moderation")
        .await
        .expect_text("waiting 26 hours")
        .expect_text("The oldest of all")
        .expect_text("body 119 end")
        .expect_no_text("body 120 end");
    assert_eq!(
        page.select("main li .badge--danger").len(),
        1,
        "only what waits too long is marked"
    );
    let rest = page.click(&steward, "Newer").await;
    rest.expect_text("body 120 end")
        .expect_text("body 125 end")
        .expect_no_text("body 119 end")
        .expect_no_text("The oldest of all");
}

#[tokio::test]
async fn removing_a_message_where_it_stands_answers_its_reports() {
    let portal = Portal::start().await;
    let (coach, member, leader) = (
        portal.person("coach").await,
        portal.person("member").await,
        portal.person("leader").await,
    );
    let message = write(&portal, &coach, "Depot north", "Cheap watches").await;
    report(&member, &message, "").await;
    let page = leader.get(&format!("{message}/deletion")).await;
    page.form("main form")
        .set("reason", "advertising")
        .submit(&leader)
        .await
        .expect_see_other("/channels/");
    portal.settle().await;
    member
        .get("/reports/mine")
        .await
        .expect_text("The message was removed: advertising");
    leader.get("/moderation").await.expect_text("No open reports");
    leader
        .get("/moderation?tab=handled")
        .await
        .expect_text("by Owen Clarke");
    portal.settle().await;
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'channels.report.handled'"),
        "1"
    );
}

#[tokio::test]
async fn under_a_legal_hold_a_report_can_be_answered_but_nothing_removed() {
    let portal = Portal::start().await;
    let (coach, member, steward) = (
        portal.person("coach").await,
        portal.person("member").await,
        portal.person("steward").await,
    );
    let message = write(&portal, &coach, "Depot north", "Evidence").await;
    report(&member, &message, "").await;
    let id = portal.look("SELECT id FROM message_reports");
    let before = steward.get(&format!("/moderation/{id}")).await;
    portal.force("UPDATE channels SET legal_hold = true");
    before
        .form("main form")
        .set("outcome", "removed")
        .set("note", "no")
        .submit(&steward)
        .await
        .expect_status(409)
        .expect_text("under a legal hold");
    let page = steward
        .get(&format!("/moderation/{id}"))
        .await
        .expect_text("under a legal hold");
    page.expect_no_element("#outcome-removed");
    page.form("main form")
        .set("outcome", "dismissed")
        .submit(&steward)
        .await
        .expect_see_other("/moderation");
    member
        .get("/reports/mine")
        .await
        .expect_text("left the message as it is");
}

#[tokio::test]
async fn a_paused_member_reads_why_they_cannot_write_until_it_is_over() {
    let portal = Portal::start().await;
    let (leader, member, other) = (
        portal.person("leader").await,
        portal.person("member").await,
        portal.person("other").await,
    );
    let channel = format!("/channels/{}", portal.channel("Depot north"));
    let silence = format!("{channel}/members/{}/silence", portal.member("member"));
    let composer = member
        .get(&channel)
        .await
        .form("form[data-composer]")
        .set("body", "But I want to");

    let page = leader
        .get(&silence)
        .await
        .expect_text("Pause the writing of Tom Reyes");
    let back = page
        .form("main form")
        .set("length", "hour")
        .submit(&leader)
        .await
        .expect_status(422)
        .expect_text("The reason is missing.");
    assert_eq!(back.form("main form").value("length"), Some("hour"));
    back.form("main form")
        .set("reason", "three warnings")
        .submit(&leader)
        .await
        .expect_see_other(&format!("{channel}/members"));
    member
        .get(&channel)
        .await
        .expect_text("A moderator has paused your writing in this channel until")
        .expect_text("Reason: three warnings")
        .expect_no_element("form[data-composer]");
    composer.submit(&member).await.expect_status(403);
    portal.pass(TimeDelta::minutes(61));
    let member = portal.person("member").await;
    member.get(&channel).await.expect_element("form[data-composer]");

    let leader = portal.person("leader").await;
    let forever = leader
        .get(&silence)
        .await
        .form("main form")
        .set("length", "until_lifted")
        .set("reason", "enough");
    forever.submit(&leader).await.expect_see_other(&channel);
    member
        .get(&channel)
        .await
        .expect_text("until they lift the pause");
    let lift = leader
        .get(&silence)
        .await
        .expect_text("Paused now")
        .form(&format!("form[action='{silence}/end']"));
    lift.submit(&leader).await.expect_see_other(&channel);
    member.get(&channel).await.expect_element("form[data-composer]");
    assert_eq!(portal.look("SELECT string_agg(payload->'data'->>'silenced', ',' ORDER BY seq) FROM events WHERE event_type = 'channels.member.silenced'"), "true,true,false");

    other.get(&silence).await.expect_status(403);
    leader
        .get(&format!("{channel}/members/{}/silence", portal.member("admin")))
        .await
        .expect_status(403);
    leader
        .get(&format!("{channel}/members/{}/silence", portal.member("leader")))
        .await
        .expect_status(403);
    leader
        .get(&format!("{channel}/members/{}/silence", portal.member("sponsor")))
        .await
        .expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&silence)
        .await
        .expect_status(404);
    let talk = direct(&portal, "steward", "member", &["hello"]);
    portal
        .person("steward")
        .await
        .get(&format!(
            "/channels/{talk}/members/{}/silence",
            portal.member("member")
        ))
        .await
        .expect_status(403);
}
