//! Logs that are only added to, and somebody with every right over the database who changes them all the same.

use chrono::TimeDelta;
use waymark::domains::upkeep::tidy;

use super::support::{crowd, draft, launch, mail_server, reaches, sending};
use crate::consent::leaving;
use crate::support::eventually::eventually;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// The logs, as the page calls them.
const LOGS: [&str; 3] = [
    "What people agreed to",
    "Messages to people",
    "What became of messages",
];
const TABLES: [&str; 3] = ["consent_records", "deliveries", "delivery_events"];
/// No trigger and no foreign key stands in the way of a superuser who wants none.
const UNHINDERED: &str = "SET session_replication_role = replica;";

/// Has the logs compared with their seals, and answers the page that says how.
async fn check(keeper: &Actor) -> Page {
    let page = keeper.get("/compliance").await.expect_ok();
    page.form("form[action='/compliance/log-checks']")
        .submit(keeper)
        .await
        .expect_see_other("/compliance");
    eventually("the comparison to be through", async || {
        let page = keeper.get("/compliance").await.expect_ok();
        (!page.text().contains("A comparison is under way")).then_some(page)
    })
    .await
}

/// Keeps the logs aside as they are.
fn keep_aside(portal: &Portal) {
    for table in TABLES.iter().chain(&["log_seals"]) {
        portal.force(&format!(
            "CREATE SCHEMA IF NOT EXISTS aside; CREATE TABLE aside.{table} AS TABLE public.{table}"
        ));
    }
}

/// Puts the logs back as they were.
fn put_back(portal: &Portal) {
    for table in TABLES.iter().chain(&["log_seals"]) {
        portal.force(&format!(
            "{UNHINDERED} DELETE FROM public.{table}; INSERT INTO public.{table} SELECT * FROM aside.{table}"
        ));
    }
}

/// The first day of each log, as the page writes it, and how many rows it has.
fn first_days(portal: &Portal) -> Vec<(String, i64)> {
    let of = |(table, time): (&str, &str)| {
        let found = portal.look(&format!(
            "SELECT to_char(min({time}) AT TIME ZONE 'UTC', 'FMDD Mon YYYY') || '/' || count(*) FILTER (WHERE ({time} AT TIME ZONE 'UTC')::date = \
               (SELECT (min({time}) AT TIME ZONE 'UTC')::date FROM {table})) FROM {table}"
        ));
        let (day, rows) = found.split_once('/').unwrap();
        (day.to_owned(), rows.parse().unwrap())
    };
    ["recorded_at", "made_at", "at"]
        .into_iter()
        .enumerate()
        .map(|(number, time)| of((TABLES[number], time)))
        .collect()
}

/// That each log differs on its first day in this way.
fn expect_each(page: &Page, days: &[(String, i64)], what: impl Fn(i64) -> String) {
    page.expect_text("A log is not as it was sealed");
    for (log, (day, rows)) in LOGS.iter().zip(days) {
        page.expect_text(&format!("{day}, {log}: {}", what(*rows)));
    }
}

/// A portal whose logs hold two days.
async fn with_two_days() -> Portal {
    let portal = sending().await;
    crowd(&portal, 20);
    let _sink = mail_server(&portal, |_| {}).await;
    for (name, who) in [("Spring news", "member"), ("Summer news", "other")] {
        let comms = portal.person("comms").await;
        let path = draft(&comms, name).await;
        launch(&comms, &path).await.expect_status(303);
        reaches(&portal, &path, "sent").await;
        let link = leaving(&portal, who, "newsletters");
        portal
            .anyone()
            .post(&format!("/u/{link}"), &[("List-Unsubscribe", "One-Click")])
            .await
            .expect_status(200);
        portal.pass(TimeDelta::days(1));
    }
    // Whatever the hour is now, both days and one more are over.
    portal.pass(TimeDelta::days(2));
    portal
}

#[tokio::test]
async fn whoever_changes_a_log_by_hand_is_found_by_day_and_what_is_allowed_is_not() {
    let portal = with_two_days().await;
    let keeper = portal.person("privacy").await;
    let page = check(&keeper).await;
    page.expect_text("all of it as it was sealed");
    page.expect_text("Sealed up to");
    keep_aside(&portal);
    let days = first_days(&portal);

    portal.force(&format!(
        "{UNHINDERED} UPDATE consent_records SET category = 'alerts' WHERE id = (SELECT id FROM consent_records ORDER BY recorded_at LIMIT 1); \
         UPDATE deliveries SET member_id = (SELECT id FROM members WHERE handle = 'person-1') WHERE id = (SELECT id FROM deliveries ORDER BY made_at, id LIMIT 1); \
         UPDATE delivery_events SET kind = 'bounced' WHERE id = (SELECT id FROM delivery_events ORDER BY at LIMIT 1)"
    ));
    expect_each(&check(&keeper).await, &days, |_| "Rows were changed.".to_owned());
    let noted = "SELECT (count(*) > 0)::text FROM audit_entries WHERE action = 'consent.log.differs'";
    assert_eq!(portal.look(noted), "true");

    put_back(&portal);
    portal.force(&format!(
        "{UNHINDERED} DELETE FROM consent_records WHERE id = (SELECT id FROM consent_records ORDER BY recorded_at LIMIT 1); \
         DELETE FROM deliveries WHERE id = (SELECT id FROM deliveries ORDER BY made_at, id LIMIT 1); \
         DELETE FROM delivery_events WHERE id = (SELECT id FROM delivery_events ORDER BY at LIMIT 1)"
    ));
    expect_each(&check(&keeper).await, &days, |rows| {
        format!("1 of {rows} rows is missing.")
    });

    put_back(&portal);
    portal.force(&format!(
        "{UNHINDERED} INSERT INTO consent_records (org_id, id, member_id, channel, category, action, basis, method, effective_at, recorded_at, evidence_hash) \
           SELECT org_id, gen_random_uuid(), member_id, 'sms', 'all', 'grant', 'express', 'paper', recorded_at, recorded_at, evidence_hash FROM consent_records ORDER BY recorded_at LIMIT 1; \
         INSERT INTO deliveries (org_id, bucket, id, campaign_id, member_id, channel, address_hash, made_at, due_at) \
           SELECT org_id, bucket, gen_random_uuid(), campaign_id, member_id, channel, sha256('x'), made_at, due_at FROM deliveries ORDER BY made_at LIMIT 1; \
         INSERT INTO delivery_events (org_id, at, id, delivery_id, campaign_id, kind) \
           SELECT org_id, at, gen_random_uuid(), delivery_id, campaign_id, 'delivered' FROM delivery_events ORDER BY at LIMIT 1"
    ));
    expect_each(&check(&keeper).await, &days, |_| "1 row was added.".to_owned());
    // A nightly comparison that began before the rows were added, and ended after this one, hides nothing.
    portal.force(
        "INSERT INTO jobs SELECT (jsonb_populate_record(j, jsonb_build_object('id', gen_random_uuid(), 'run_at', j.run_at - interval '1 minute', \
           'finished_at', j.finished_at + interval '1 minute', 'result', '{}'::jsonb))).* \
         FROM jobs j WHERE kind = 'consent.seal_logs' AND finished_at IS NOT NULL ORDER BY run_at DESC LIMIT 1",
    );
    let page = keeper.get("/compliance").await.expect_ok();
    expect_each(&page, &days, |_| "1 row was added.".to_owned());

    // With the seal made to fit what was changed: only the portal can sign it.
    put_back(&portal);
    portal.force(&format!(
        "{UNHINDERED} UPDATE log_seals s SET rows_hash = sha256('x') WHERE log = 'delivery_events' AND day = (SELECT min(day) FROM log_seals WHERE log = s.log); \
         DELETE FROM log_seals s WHERE log = 'deliveries' AND day = (SELECT min(day) + 1 FROM log_seals WHERE log = s.log)"
    ));
    let page = check(&keeper).await;
    page.expect_text(&format!(
        "{}, What became of messages: The seal itself was changed",
        days[2].0
    ));
    page.expect_text("Messages to people: The seal of this day is gone");

    // Making two records one, and being forgotten, is no tampering.
    put_back(&portal);
    let admin = portal.person("admin").await;
    let kept = portal.look("SELECT id::text FROM members WHERE handle = 'person-1'");
    let page = admin.get(&format!("/people/{kept}/merge")).await.expect_ok();
    let preview = page
        .form("main form[method='get']")
        .set("other", "@person-2")
        .submit(&admin)
        .await
        .expect_ok();
    preview
        .form("main form[method='post']")
        .submit(&admin)
        .await
        .expect_status(303);
    portal.force(
        "SET app.forgetting = 'on'; DELETE FROM consent_evidence WHERE member_id = (SELECT id FROM members WHERE handle = 'member')",
    );
    let page = check(&keeper).await;
    page.expect_text("all of it as it was sealed");
    page.expect_no_text("A log is not as it was sealed");
}

#[tokio::test]
async fn months_that_are_over_for_longer_than_they_are_kept_go_whole_and_nothing_else_does() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    let rows = || {
        portal
            .look("SELECT (SELECT count(*) FROM deliveries) || ' ' || (SELECT count(*) FROM delivery_events)")
    };
    let now = rows();
    portal.force(&format!(
        "SELECT app.make_delivery_partitions('2018-03-01'); SELECT app.make_delivery_partitions(date_trunc('month', now() - interval '40 months')::date); \
         {UNHINDERED} INSERT INTO deliveries (org_id, bucket, id, campaign_id, member_id, channel, address_hash, made_at, due_at) \
           SELECT org_id, '2018-03-01', gen_random_uuid(), campaign_id, member_id, channel, sha256('old'), '2018-03-04 10:00Z', '2018-03-04 10:00Z' FROM deliveries LIMIT 1; \
         INSERT INTO delivery_events (org_id, at, id, delivery_id, campaign_id, kind) \
           SELECT org_id, '2018-03-04 10:00Z', gen_random_uuid(), delivery_id, campaign_id, 'accepted' FROM delivery_events LIMIT 1"
    ));
    assert_ne!(rows(), now);
    let months =
        || portal.look("SELECT count(*)::text FROM pg_inherits WHERE inhparent = 'deliveries'::regclass");
    let before: i64 = months().parse().unwrap();
    // What nobody may have gone whatever they ask for: the last three years.
    let org = portal.organization("local");
    let hasty = format!(
        "SET ROLE waymark_app; SET app.org_id = '{org}'; SELECT app.drop_delivery_partitions((now() + interval '5 years')::date)"
    );
    // What is done once a day was done today.
    portal.pass(TimeDelta::days(2));
    tidy(&portal.app).await.unwrap();
    portal.settle().await;
    assert_eq!(rows(), now, "the old month went, what is recent did not");
    assert_eq!(
        months().parse::<i64>().unwrap(),
        before - 1,
        "forty months are no seven years"
    );
    portal.force(&hasty);
    assert_eq!(rows(), now);
    assert_eq!(months().parse::<i64>().unwrap(), before - 2);
    let keeper = portal.person("privacy").await;
    check(&keeper)
        .await
        .expect_text("was let go after the time this installation keeps it");
}
