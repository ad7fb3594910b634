use chrono::TimeDelta;
use waymark::domains::channels::broadcasts::{self, InboxItem};
use waymark::kernel::ids::UserId;
use waymark::platform::db::TenantScope;

use super::draft::{Draft, figure};
use crate::support::portal::Portal;

/// What waits in a person's inbox, as the inbox asks for it.
async fn inbox(portal: &Portal, key: &str) -> (i64, Vec<InboxItem>) {
    let user: UserId = portal
        .look(&format!(
            "SELECT user_id FROM members WHERE id = '{}'",
            portal.member(key)
        ))
        .parse()
        .unwrap();
    let known = portal
        .app
        .directory
        .look_up(user, portal.organization("local"))
        .await
        .unwrap()
        .unwrap();
    let scope = TenantScope::of_member(known.member.clone(), uuid::Uuid::now_v7());
    portal
        .app
        .db
        .tenant(&scope, |tx| {
            Ok((
                broadcasts::unseen_count(tx)?,
                broadcasts::inbox_items(tx, None, 10)?,
            ))
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn opening_a_broadcast_does_not_mark_it_seen_but_the_button_does() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let path = Draft::to_everyone("Vests").deliver(&portal, &admin).await;

    let page = member.get(&path).await.expect_ok();
    assert_eq!(inbox(&portal, "member").await.0, 1);
    assert_eq!(figure(&admin.get(&path).await, "Seen"), "0");
    page.form("article form")
        .submit(&member)
        .await
        .expect_see_other(&path)
        .follow(&member)
        .await
        .expect_no_element("article form");
    assert_eq!(inbox(&portal, "member").await.0, 0);
    assert_eq!(figure(&admin.get(&path).await, "Seen"), "1");
}

#[tokio::test]
async fn confirming_counts_once_and_says_so() {
    let portal = Portal::start().await;
    let (admin, member, steward) = (
        portal.person("admin").await,
        portal.person("member").await,
        portal.person("steward").await,
    );
    let path = Draft::to_everyone("Safety")
        .asking()
        .deliver(&portal, &admin)
        .await;

    let item = inbox(&portal, "member").await.1.remove(0);
    assert_eq!(
        (
            item.title.as_str(),
            item.excerpt.as_str(),
            item.from.as_str(),
            item.seen,
            item.needs_ack
        ),
        ("Safety", "Hall B, 14:00.", "Priya Natarajan", false, true)
    );
    let page = member.get(&path).await.expect_ok().expect_text("Please confirm");
    for _ in 0..2 {
        page.form("article form")
            .submit(&member)
            .await
            .expect_see_other(&path);
    }
    member
        .get(&path)
        .await
        .expect_text("You confirmed this on")
        .expect_no_element("article form");
    let item = inbox(&portal, "member").await.1.remove(0);
    assert_eq!((item.seen, item.needs_ack), (true, false));
    steward
        .get(&path)
        .await
        .form("article form")
        .submit(&steward)
        .await
        .expect_see_other(&path);

    let outcome = admin
        .get(&path)
        .await
        .expect_ok()
        .expect_text("2 of 8")
        .expect_text("6 have not");
    assert_eq!(
        (
            figure(&outcome, "Delivered"),
            figure(&outcome, "Seen"),
            figure(&outcome, "Confirmed")
        ),
        ("8".into(), "2".into(), "2".into())
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'channels.broadcast.acknowledged'"),
        "2"
    );
    steward.get(&path).await.expect_no_element(".broadcast__figures");
}

#[tokio::test]
async fn only_recipients_confirm_and_only_when_asked() {
    let portal = Portal::start().await;
    let (admin, leader, other, sponsor) = (
        portal.person("admin").await,
        portal.person("leader").await,
        portal.person("other").await,
        portal.person("sponsor").await,
    );
    let plain = Draft::to_everyone("Nothing asked").deliver(&portal, &admin).await;
    let team = Draft::to_channel(&portal, "Team only", "Depot north")
        .asking()
        .deliver(&portal, &leader)
        .await;

    let token =
        |page: &crate::support::page::Page| page.one("meta[name=csrf]").attr("content").unwrap().to_owned();
    let (others, sponsors) = (token(&other.get("/").await), token(&sponsor.get("/me").await));
    other
        .post(&format!("{plain}/acknowledgement"), &[("_csrf", &others)])
        .await
        .expect_status(409);
    sponsor.get(&team).await.expect_status(404);
    sponsor
        .post(&format!("{team}/acknowledgement"), &[("_csrf", &sponsors)])
        .await
        .expect_status(404);
    sponsor
        .post(&format!("{team}/seen"), &[("_csrf", &sponsors)])
        .await
        .expect_status(404);
    other.get(&format!("{team}/waiting")).await.expect_status(404);
    other
        .post(&format!("{team}/nudge"), &[("_csrf", &others)])
        .await
        .expect_status(404);
    other
        .get(&format!("{team}/recipients.csv"))
        .await
        .expect_status(404);
    leader
        .get(&plain)
        .await
        .expect_ok()
        .expect_no_element(".broadcast__figures");
}

#[tokio::test]
async fn a_nudge_brings_it_up_again_once_a_day_and_keeps_the_figures() {
    let portal = Portal::start().await;
    let (admin, member, steward) = (
        portal.person("admin").await,
        portal.person("member").await,
        portal.person("steward").await,
    );
    let path = Draft::to_everyone("Ballot")
        .asking()
        .deliver(&portal, &admin)
        .await;
    steward
        .get(&path)
        .await
        .form("article form")
        .submit(&steward)
        .await
        .expect_see_other(&path);
    let csrf = member
        .get(&path)
        .await
        .one("meta[name=csrf]")
        .attr("content")
        .unwrap()
        .to_owned();
    member
        .post(&format!("{path}/seen"), &[("_csrf", &csrf)])
        .await
        .expect_see_other(&path);
    assert_eq!(inbox(&portal, "member").await.0, 0);

    let waiting = admin
        .get(&format!("{path}/waiting"))
        .await
        .expect_ok()
        .expect_text("7 of 8 people have not confirmed")
        .expect_no_text("Rosa Delgado");
    let names: Vec<_> = waiting
        .select("main .row__title")
        .into_iter()
        .map(|name| name.text)
        .collect();
    assert_eq!(names.first().map(String::as_str), Some("Grace Mbeki"), "by name");
    waiting
        .form("#nudge-form")
        .press("Nudge Tom Reyes")
        .submit(&admin)
        .await
        .expect_see_other(&format!("{path}/waiting"));
    assert_eq!(inbox(&portal, "member").await.0, 1, "it waits again");
    assert_eq!(
        figure(&admin.get(&path).await, "Seen"),
        "2",
        "what was seen stays seen"
    );

    let all = admin
        .get(&format!("{path}/waiting"))
        .await
        .expect_text("Nudge 6 people");
    all.form(".page-head form")
        .submit(&admin)
        .await
        .expect_see_other(&format!("{path}/waiting"))
        .follow(&admin)
        .await
        .expect_text("6 people were asked again");
    assert_eq!(
        inbox(&portal, "steward").await.0,
        0,
        "who has confirmed is left alone"
    );
    let page = admin.get(&path).await.expect_no_text("Nudge them");
    let again = page.one("meta[name=csrf]").attr("content").unwrap().to_owned();
    admin
        .post(&format!("{path}/nudge"), &[("_csrf", &again)])
        .await
        .expect_see_other(&path)
        .follow(&admin)
        .await
        .expect_text("asked within the last 24 hours");

    portal.pass(TimeDelta::hours(25));
    let tomorrow = admin.get(&path).await.expect_ok();
    tomorrow
        .form(".card form")
        .submit(&admin)
        .await
        .expect_see_other(&format!("{path}/waiting"))
        .follow(&admin)
        .await
        .expect_text("7 people were asked again");
    assert_eq!(portal.look("SELECT string_agg(recipient_count::text, ' ' ORDER BY id) FROM broadcast_log WHERE action = 'nudged'"), "1 6 7");
}

#[tokio::test]
async fn the_list_of_those_who_have_not_confirmed_goes_on_page_by_page() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    portal.force(
        "INSERT INTO members (org_id, id, display_name, handle) SELECT o.id, gen_random_uuid(), 'Rider ' || lpad(n::text, 2, '0'), 'rider' || n \
         FROM organizations o, generate_series(1, 80) AS n WHERE o.slug = 'local'",
    );
    let path = Draft::to_everyone("Pages")
        .asking()
        .deliver(&portal, &admin)
        .await;
    let first = admin.get(&format!("{path}/waiting")).await.expect_ok();
    let next = first.one("a[rel=next]").attr("href").unwrap().to_owned();
    let second = admin
        .get(&next)
        .await
        .expect_ok()
        .expect_no_element("a[rel=next]");
    let mut names: Vec<_> = first
        .select("main .row__title")
        .into_iter()
        .chain(second.select("main .row__title"))
        .map(|name| name.text)
        .collect();
    assert_eq!(names.len(), 88);
    names.dedup();
    assert_eq!(names.len(), 88, "everyone once");
}

#[tokio::test]
async fn the_export_runs_no_formula_in_a_spreadsheet() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let path = Draft::to_everyone("Export")
        .asking()
        .deliver(&portal, &admin)
        .await;
    member
        .get(&path)
        .await
        .form("article form")
        .submit(&member)
        .await
        .expect_see_other(&path);
    portal.force(
        "UPDATE members SET display_name = '=HYPERLINK(\"http://x\",\"Tom\")' WHERE handle = 'member'",
    );

    let file = admin.get(&format!("{path}/recipients.csv")).await.expect_ok();
    assert!(
        file.header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    let mut table = csv::Reader::from_reader(file.html.as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 8);
    let tom = rows.iter().find(|row| &row[1] == "member").unwrap();
    assert_eq!(&tom[0], "'=HYPERLINK(\"http://x\",\"Tom\")");
    assert!(!tom[4].is_empty(), "confirmed");
    assert_eq!(rows.iter().filter(|row| !row[4].is_empty()).count(), 1);
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'channels.broadcast.exported'"),
        "1"
    );
}
