//! The results of a campaign taken apart, as files, and campaigns in a calendar: against SQL that shares nothing with the portal's.

use waymark::domains::campaigns::results::breakdown::told::{Told, told};

use super::sending::support::{count, crowd, draft, id, launch, reaches, sending, step};
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Thirty people at three providers, in two segments, one of them a formula; answers the path of a campaign to them that was sent.
async fn sent(portal: &Portal) -> (Actor, String) {
    crowd(portal, 30);
    let (org, comms_id) = (portal.organization("local"), portal.member("comms"));
    portal.force(&format!(
        "UPDATE members SET email = handle || '@big.example' WHERE handle ~ '^person-(1?[0-9])$'; \
         UPDATE members SET email = handle || '@Small.example' WHERE handle IN ('person-20', 'person-21', 'person-22'); \
         UPDATE members SET display_name = '=cmd|x' WHERE handle = 'person-1'; \
         UPDATE members SET email = NULL WHERE handle = 'person-30'; \
         UPDATE members SET locale = 'fr' WHERE handle ~ '^person-[1-9]$'; \
         INSERT INTO segments (org_id, id, name, rule, created_by, created_at, changed_at) VALUES \
           ('{org}', '00000000-0000-7000-8000-0000000000f1', 'French', '{{\"leaf\": {{\"language\": \"fr\"}}}}', '{comms_id}', now(), now()), \
           ('{org}', '00000000-0000-7000-8000-0000000000f2', 'With an address', '{{\"not\": {{\"leaf\": {{\"language\": \"de\"}}}}}}', '{comms_id}', now(), now())"
    ));
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    portal.force(&format!(
        "UPDATE campaigns SET is_everyone = false WHERE id = '{0}'; \
         INSERT INTO campaign_segments (org_id, campaign_id, segment_id, is_excluded) VALUES \
           ('{org}', '{0}', '00000000-0000-7000-8000-0000000000f1', false), ('{org}', '{0}', '00000000-0000-7000-8000-0000000000f2', false)",
        id(&path)
    ));
    step(&comms, &path, "schedule", &[("starts", "now")], "Save and go on")
        .await
        .expect_status(303);
    launch(&comms, &path).await.expect_status(303);
    reaches(portal, &path, "sent").await;
    (comms, path)
}

/// Something happens to the messages of those whose handle matches, counted as the portal counts it.
fn happens(portal: &Portal, path: &str, kind: &str, handles: &str, more: &str) {
    let (org, campaign) = (portal.organization("local"), id(path));
    let counted = match kind {
        "clicked" | "opened" => String::new(),
        _ => format!(
            "INSERT INTO campaign_counts (org_id, campaign_id, what, amount) SELECT '{org}', '{campaign}', '{kind}', count(*) FROM delivery_events \
             WHERE campaign_id = '{campaign}' AND kind = '{kind}'"
        ),
    };
    portal.force(&format!(
        "INSERT INTO delivery_events (org_id, at, id, delivery_id, campaign_id, kind, detail, link, is_machine) \
           SELECT '{org}', now() + make_interval(secs => s.after), gen_random_uuid(), d.id, '{campaign}', '{kind}', s.detail, s.link, s.is_machine \
           FROM deliveries d JOIN members m ON m.id = d.member_id CROSS JOIN (VALUES {more}) AS s(after, detail, link, is_machine) \
           WHERE d.campaign_id = '{campaign}' AND m.handle ~ '{handles}'; {counted}"
    ));
}

/// What people did: seven at the big provider follow the first link, one of them twice; three at the small one; a scanner follows three at once.
fn react(portal: &Portal, path: &str) {
    let none = "(0, '', NULL::smallint, false)";
    happens(portal, path, "delivered", "^person-1?[0-9]$", none);
    happens(
        portal,
        path,
        "bounced",
        "^person-2[01]$",
        "(0, '550 5.7.1 =refused', NULL::smallint, false)",
    );
    happens(portal, path, "complained", "^person-22$", none);
    happens(
        portal,
        path,
        "clicked",
        "^person-[1-7]$",
        "(10, '', 0::smallint, false)",
    );
    happens(
        portal,
        path,
        "clicked",
        "^person-1$",
        "(20, '', 0::smallint, false)",
    );
    happens(
        portal,
        path,
        "clicked",
        "^person-2[012]$",
        "(10, '', 1::smallint, false)",
    );
    happens(
        portal,
        path,
        "clicked",
        "^person-9$",
        "(30, '', 0::smallint, false), (30.2, '', 1, false), (30.4, '', 2, true)",
    );
}

/// The cells of the row that begins with this word.
fn row(page: &Page, begins: &str) -> Vec<String> {
    let rows = page.select("div.stack > .table-frame > table > tbody > tr");
    let found = rows.iter().find(|row| row.text.trim_start().starts_with(begins));
    let found = found.unwrap_or_else(|| panic!("no row {begins} in {rows:#?}"));
    let cells = found.html.split("</td>").filter(|cell| cell.contains("<td"));
    cells
        .map(|cell| cell.rsplit('>').next().unwrap().trim().to_owned())
        .collect()
}

/// A file as rows of cells, the first left out.
fn rows(file: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(file).unwrap().trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let lines = reader.records().map(Result::unwrap);
    lines
        .map(|line| line.iter().map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn results_taken_apart_add_up_to_the_whole_and_single_nobody_out() {
    let portal = sending().await;
    let (comms, path) = sent(&portal).await;
    react(&portal, &path);
    portal.force("UPDATE members SET email = 'new@elsewhere.example' WHERE handle = 'person-19'");
    let all = count(&portal, &path, "queued").to_string();
    let whole = [all.as_str(), all.as_str(), "19", "0", "2", "1", "0", "10"];

    let page = comms.get(&format!("{path}/domains")).await.expect_ok();
    assert_eq!(row(&page, "All"), whole);
    // Ten clicked: seven there, three at the small provider. One number that is left out would be known from the sum.
    assert_eq!(
        row(&page, "big.example"),
        ["18", "18", "18", "0", "0", "0", "0", "7"]
    );
    assert_eq!(
        row(&page, "small.example"),
        ["3", "3", "0", "0", "2", "1", "0", "fewer than 5"]
    );
    assert_eq!(
        row(&page, "Addresses that changed since"),
        ["1", "1", "1", "0", "0", "0", "0", "fewer than 5"]
    );
    page.expect_no_text("elsewhere.example");

    let page = comms.get(&format!("{path}/segments")).await.expect_ok();
    assert_eq!(row(&page, "All"), whole);
    assert_eq!(row(&page, "French")[..3], ["9", "9", "9"]);
    assert_eq!(
        row(&page, "French").last().unwrap(),
        "7",
        "seven of nine, and the other number is told"
    );
    portal.force("UPDATE segments SET changed_at = now() + interval '1 minute' WHERE name = 'French'");
    let page = comms.get(&format!("{path}/segments")).await.expect_ok();
    page.expect_text("Changed since it was sent off");
    assert_eq!(
        row(&page, "French Changed since it was sent off").last().unwrap(),
        "kept back"
    );

    let page = comms.get(&format!("{path}/links")).await.expect_ok();
    page.expect_text("told to nobody");
    let file = rows(&comms.download(&format!("{path}/links.csv")).await);
    let numbers: Vec<&[String]> = file.iter().map(|line| &line[3..]).collect();
    assert_eq!(
        numbers[..2],
        [["8", "7", "1"], ["3", "3", "1"]],
        "twice by one of them, and the burst apart"
    );

    for by in ["hours", "days"] {
        let page = comms.get(&format!("{path}/times?by={by}")).await.expect_ok();
        page.expect_element("svg[role=img] > desc");
        page.expect_text("19 of 20 within");
        let told = page.select("td[data-label='Handed over']");
        let sum: i64 = told.iter().map(|cell| cell.text.parse::<i64>().unwrap()).sum();
        assert_eq!(sum.to_string(), all);
    }
}

#[tokio::test]
async fn the_file_has_a_line_for_everybody_and_says_nothing_of_clicks() {
    let portal = sending().await;
    let (comms, path) = sent(&portal).await;
    react(&portal, &path);
    let page = comms.get(&path).await.expect_ok();
    page.expect_element(&format!("a[href='{path}/results.csv']"));
    let file = comms.download(&format!("{path}/results.csv")).await;
    let lines = rows(&file);
    let sum = |what: &str, of: &dyn Fn(&Vec<String>) -> bool| {
        assert_eq!(
            lines.iter().filter(|line| of(line)).count().to_string(),
            portal.look(what),
            "{what}"
        );
    };
    let of = format!("campaign_id = '{}'", id(&path));
    sum(
        &format!("SELECT count(*)::text FROM deliveries WHERE {of}"),
        &|line| line[0] == "message",
    );
    sum(
        &format!("SELECT count(*)::text FROM campaign_exclusions WHERE {of} AND reason = 'no_address'"),
        &|line| line[0] == "left out" && line[5] == "No address or number",
    );
    sum(
        &format!("SELECT amount::text FROM campaign_counts WHERE {of} AND what = 'accepted'"),
        &|line| !line[8].is_empty(),
    );
    sum(
        &format!("SELECT amount::text FROM campaign_counts WHERE {of} AND what = 'bounced'"),
        &|line| line[3] == "Bounced" && line[5] == "550 5.7.1 =refused",
    );
    sum(
        &format!("SELECT amount::text FROM campaign_counts WHERE {of} AND what = 'delivered'"),
        &|line| !line[9].is_empty(),
    );
    assert!(
        lines.iter().any(|line| line[1] == "'=cmd|x"),
        "no spreadsheet runs it"
    );
    let text = String::from_utf8(file).unwrap();
    assert!(!text.contains("Clicked") && !text.contains("Opened"));
    assert_eq!(
        portal
            .look("SELECT after->>'messages' FROM audit_entries WHERE action = 'campaigns.results.exported'"),
        count(&portal, &path, "queued").to_string()
    );
    let steward = portal.person("steward").await;
    steward
        .get(&format!("{path}/results.csv"))
        .await
        .expect_status(403);
    let stranger = portal.neighbour("stranger").await;
    stranger
        .get(&format!("{path}/results.csv"))
        .await
        .expect_status(404);
}

#[test]
fn few_are_not_told_and_cannot_be_worked_out() {
    let words = |groups: &[(i64, i64)]| -> Vec<String> {
        let told = told(groups);
        told.into_iter()
            .map(|one| one.words(|count| count.to_string()))
            .collect()
    };
    assert_eq!(words(&[(100, 40), (80, 20)]), ["40", "20"]);
    assert_eq!(
        words(&[(100, 40), (80, 20), (9, 4)]),
        ["40", "kept back", "fewer than 5"]
    );
    assert_eq!(
        words(&[(100, 40), (9, 0), (9, 4)]),
        ["40", "fewer than 5", "fewer than 5"]
    );
    assert_eq!(told(&[(7, 7), (3, 1)]), [Told::KeptBack, Told::Few]);
}

#[tokio::test]
async fn the_calendar_shows_campaigns_on_their_days_and_warns_of_two_for_the_same_people() {
    let portal = Portal::start().await;
    let (org, by) = (portal.organization("local"), portal.member("comms"));
    portal.force(&format!(
        "INSERT INTO segments (org_id, id, name, rule, created_by, created_at, changed_at) VALUES \
           ('{org}', '00000000-0000-7000-8000-0000000000f1', 'French', '{{\"leaf\": {{\"language\": \"fr\"}}}}', '{by}', now(), now()); \
         INSERT INTO campaigns (org_id, id, name, channel, is_everyone, starts, starts_at, starts_local, created_by, created_at, changed_at) VALUES \
           ('{org}', '00000000-0000-7000-8000-0000000000c1', 'Late evening', 'email', false, 'moment', '2027-03-11 03:30Z', NULL, '{by}', now(), now()), \
           ('{org}', '00000000-0000-7000-8000-0000000000c2', 'Own clocks', 'email', false, 'local', NULL, '2027-03-10 09:00', '{by}', now(), now()), \
           ('{org}', '00000000-0000-7000-8000-0000000000c6', 'At noon', 'email', true, 'local', NULL, '2027-03-10 12:00', '{by}', now(), now()), \
           ('{org}', '00000000-0000-7000-8000-0000000000c7', 'By text', 'sms', true, 'local', NULL, '2027-03-10 13:00', '{by}', now(), now()), \
           ('{org}', '00000000-0000-7000-8000-0000000000c8', 'Long ago', 'email', true, 'moment', '2026-03-12 15:00Z', NULL, '{by}', now(), now()), \
           ('{org}', '00000000-0000-7000-8000-0000000000c9', 'As long ago', 'email', true, 'moment', '2026-03-12 16:00Z', NULL, '{by}', now(), now()), \
           ('{org}', '00000000-0000-7000-8000-0000000000c3', 'All of us', 'email', true, 'moment', '2027-03-12 15:00Z', NULL, '{by}', now(), now()), \
           ('{org}', '00000000-0000-7000-8000-0000000000c4', 'Nobody chosen', 'email', false, 'moment', '2027-03-12 16:00Z', NULL, '{by}', now(), now()), \
           ('{org}', '00000000-0000-7000-8000-0000000000c5', 'No day yet', 'email', true, 'now', NULL, NULL, '{by}', now(), now()); \
         INSERT INTO campaign_segments (org_id, campaign_id, segment_id, is_excluded) \
           SELECT '{org}', id, '00000000-0000-7000-8000-0000000000f1', false FROM campaigns WHERE name IN ('Late evening', 'Own clocks')"
    ));
    let comms = portal.person("comms").await;
    let list = comms.get("/campaigns").await.expect_ok();
    list.expect_element("a[href='/campaigns/calendar']");
    let page = comms.get("/campaigns/calendar?month=2027-03").await.expect_ok();
    page.expect_element("a[href='/campaigns/calendar?month=2027%2D02']");
    page.expect_element("a[href='/campaigns/calendar?month=2027%2D04']");
    page.expect_no_text("No day yet");
    let days: Vec<String> = page
        .select("li.calendar__day:not(.calendar__day--empty)")
        .into_iter()
        .map(|day| day.text)
        .collect();
    assert_eq!(days.len(), 2, "{days:#?}");
    assert!(
        days[0].contains("Wednesday, 10 March"),
        "by the clocks of Toronto"
    );
    assert!(days[0].contains("Late evening") && days[0].contains("Own clocks"));
    // Once for all of them, and not for what travels another way.
    let warning = "May reach the same people: “Own clocks”, “At noon” and “Late evening”";
    assert!(days[0].contains(warning), "{}", days[0]);
    assert_eq!(days[0].matches("May reach").count(), 1);
    assert!(days[0].contains("By text") && !days[0].contains("“By text”"));
    assert!(days[1].contains("All of us") && days[1].contains("Nobody chosen"));
    assert!(!days[1].contains("May reach the same people"));
    let gone = comms.get("/campaigns/calendar?month=2026-03").await.expect_ok();
    gone.expect_text("Long ago").expect_no_text("the same people");
    let link = "a[href='/campaigns/00000000-0000-7000-8000-0000000000c1/content']";
    page.expect_element(link);
    let member = portal.person("member").await;
    member.get("/campaigns/calendar").await.expect_status(403);
}
