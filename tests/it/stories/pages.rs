//! Every page, on every screen, for those who may open it: nothing sticks out, nothing complains, nothing comes from
//! elsewhere, and axe has no wish left. Which pages there are is found by following links, as people do.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::LazyLock;

use chrono::TimeDelta;
use waymark::domains;
use waymark::platform::web::RouteInfo;

use crate::broadcasts::draft::Draft;
use crate::support::browser::{Browser, Screen};
use crate::support::client::Client;
use crate::support::conversation::QUIET;
use crate::support::portal::{Actor, Portal};

/// Tall enough that nothing of the rail is scrolled half out of sight, where axe can't tell what a label stands on.
const DESKTOP: Screen = Screen::new(1280, 1_200);

/// Two by two: each pair has both widths and both colours. A page is looked at on one pair, its neighbour in the walk on the other,
/// since most of what one pair finds the other does, and axe is what this suite spends most of its time on.
const SCREENS: [[Screen; 2]; 2] = [
    [DESKTOP, Screen::phone().dark()],
    [Screen::phone(), DESKTOP.dark()],
];

/// 1280 pixels enlarged four times: what still has to fit without scrolling sideways (WCAG 2.2, 1.4.10).
const ENLARGED: Screen = Screen::new(320, 640);

/// Pages that no link leads to: the kit is for those who build pages, the others are steps of something, or parts of pages.
const WITHOUT_LINK: [&str; 23] = [
    // What stands in without a network.
    "/learn/offline",
    // Linked once something was brought in.
    "/journeys/imports/{arrival}",
    // Linked from the certificates of a journey.
    "/admin/signing-keys",
    // Linked once Mux is set up.
    "/journeys/library/video/removal",
    "/journeys/library/video/reports",
    // For stewards and coaches, who have it in their navigation.
    "/my-people",
    "/field",
    "/cases",
    "/notes",
    "/notes/handover",
    "/kit",
    "/kit/channel",
    "/set-up",
    "/sign-in",
    "/sign-in/code",
    "/forgot-password",
    "/preferences/link",
    "/organization",
    "/me/security/codes",
    "/broadcasts/preview",
    "/broadcasts/filters",
    "/channels/side",
    "/inbox/badge",
];

/// Things to look at: names and words of awkward length, a report, broadcasts, an invitation, something unread.
async fn liven(portal: &Portal) {
    let (admin, member, steward) = (
        portal.person("admin").await,
        portal.person("member").await,
        portal.person("steward").await,
    );
    portal.force(
        "UPDATE members SET display_name = 'Maximiliane-Theodora von Hohenlohe-Waldenburg-Schillingsfürst', \
         headline = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtin' WHERE handle = 'other'; \
         UPDATE channels SET title = 'Steward school for everybody who has never done this before' WHERE title = 'Steward school'",
    );
    for body in [
        "@steward please look: **today** at https://example.org/a/very/long/address/that/never/ends/and/has/no/space/in/it",
        "x".repeat(400).as_str(),
    ] {
        let page = member.get(&of(portal, QUIET)).await.expect_ok();
        let form = page.form("form[data-composer]").set("body", body);
        form.submit(&member).await.expect_status(303);
    }
    let depot = of(portal, "Depot north");
    let welcome = portal.look("SELECT id FROM messages WHERE body LIKE 'Welcome%'");
    let report = steward
        .get(&format!("{depot}/messages/{welcome}/report"))
        .await
        .expect_ok();
    report.form("main form").submit(&steward).await.expect_status(303);
    Draft::to_everyone("General meeting")
        .asking()
        .deliver(portal, &admin)
        .await;
    let later = (chrono::Utc::now() + TimeDelta::days(30))
        .format("%Y-%m-%dT09:00")
        .to_string();
    Draft::to_everyone("Vote")
        .with("when", "later")
        .with("send_at", &later)
        .send(&admin)
        .await;
    let page = admin.get("/admin/invitations").await.expect_ok();
    let form = page
        .form("main form")
        .set("email", "someone.with.a.long.name@a-long-domain.example");
    form.submit(&admin).await.expect_status(303);
    import(portal);
}

/// Files on their way in, one with rows of every kind; a field of the organization's own, a kept filter, a change of many.
fn import(portal: &Portal) {
    let (org, admin, member) = (
        portal.organization("local"),
        portal.member("admin"),
        portal.member("member"),
    );
    portal.force(&format!(
        "INSERT INTO people_imports (org_id, id, file_name, made_by, made_at, encoding, delimiter, header, sample, total, state) VALUES \
           ('{org}', gen_random_uuid(), 'a-list-of-people-with-a-very-long-name-that-nobody-shortened.csv', '{admin}', now(), 'Windows-1252', ';', '{{Prénom,Nom,Courriel}}', '[[\"Zoë\", \"Lefèvre\", \"\"]]', 2, 'uploaded'), \
           ('{org}', '00000000-0000-7000-8000-000000000001', 'checked.csv', '{admin}', now() - interval '1 hour', 'UTF-8', ',', '{{Name}}', '[[\"Ada\"]]', 5, 'checked'); \
         INSERT INTO import_rows (org_id, import_id, line, fresh_id, handle, name, phone, verdict, member_id, matched_by, problem, changes) \
           SELECT '{org}', '00000000-0000-7000-8000-000000000001', line, gen_random_uuid(), 'x', 'Ada Lovelace', '+16135550142', verdict::import_verdict, person, matched, problem, changes::jsonb FROM (VALUES \
             (2, 'new', NULL::uuid, '', '', '{{}}'), (3, 'changed', '{member}', 'email', '', '{{\"phone\": [null, \"+16135550142\"]}}'), \
             (4, 'possible', '{member}', 'name', '', '{{}}'), (5, 'unchanged', '{member}', 'email', '', '{{}}')) AS r(line, verdict, person, matched, problem, changes); \
         INSERT INTO custom_fields (org_id, id, name, kind, choices, sensitivity) VALUES ('{org}', gen_random_uuid(), 'Licence class', 'choice', '{{A,B}}', 'sensitive'); \
         INSERT INTO member_filters (org_id, id, name, rule, owner_id, shared_with) VALUES ('{org}', gen_random_uuid(), 'Not spoken with', '{{\"quiet\": \"yes\"}}', '{admin}', 'steward'); \
         INSERT INTO bulk_changes (org_id, id, kind, made_by, made_at, words, affected, skipped) VALUES ('{org}', gen_random_uuid(), 'tag', '{admin}', now(), 'Tagged “Petition”', 3, 1)"
    ));
}

fn of(portal: &Portal, channel: &str) -> String {
    format!("/channels/{}", portal.channel(channel))
}

/// Every route. Registering them makes the schemas of all events too, so it is done once.
static ROUTES: LazyLock<Vec<RouteInfo>> = LazyLock::new(|| domains::register().routes);

/// The pattern of the route that answers a path; the one with fewer parameters wins.
fn pattern(path: &str) -> &'static str {
    let fits = |pattern: &str| {
        let (mut parts, mut asked) = (pattern.split('/'), path.split('/'));
        loop {
            match (parts.next(), asked.next()) {
                (None, None) => return true,
                (Some(part), Some(asked)) if part == asked || part.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    let found = ROUTES
        .iter()
        .filter(|route| route.method == "GET" && fits(route.path));
    found
        .min_by_key(|route| route.path.matches('{').count())
        .map_or("", |route| route.path)
}

/// Where the links of a page lead. Cut out by hand: an unoptimised parser needs seconds for a long page.
fn links(html: &str) -> impl Iterator<Item = String> {
    html.split("<a ").skip(1).filter_map(|rest| {
        let (tag, _) = rest.split_once('>')?;
        let (_, after) = tag.split_once("href=\"")?;
        let (target, _) = after.split_once('"')?;
        // In the pattern of the menus a tilde stands before what belongs to each message.
        (!target.starts_with('~')).then(|| target.replace("&amp;", "&").replace("&#38;", "&"))
    })
}

/// One address of every kind of page that links lead to, from the start page on. No link leads nowhere.
async fn linked(client: &Client) -> BTreeMap<&'static str, String> {
    let mut pages = BTreeMap::new();
    let mut seen = std::collections::HashMap::<&str, usize>::new();
    let mut waiting = VecDeque::from(["/".to_owned()]);
    while let Some(path) = waiting.pop_front() {
        let alone = path.split(['?', '#']).next().unwrap_or_default();
        let kind = pattern(alone);
        let before = seen.entry(kind).or_default();
        *before += 1;
        if *before > 2 {
            continue;
        }
        let page = client.get(&path).await.follow(client).await;
        assert!(
            page.status.is_success(),
            "a link leads to {path}, which answers {}",
            page.status
        );
        if !page
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
        {
            continue;
        }
        for link in links(&page.html) {
            let target = page.url.join(&link);
            if let Some(target) = target.ok().filter(|target| target.origin() == page.url.origin()) {
                let within = url::Position::BeforePath..url::Position::AfterQuery;
                waiting.push_back(target[within].to_owned());
            }
        }
        pages.entry(kind).or_insert(path);
    }
    pages
}

/// Looks at a page on one of the pairs of screens and writes down what is wrong.
async fn look_at(browser: &mut Browser, path: &str, screens: [Screen; 2], wrong: &mut String) {
    browser.resize(ENLARGED).await;
    browser.goto(path).await;
    browser.no_horizontal_scroll().await;
    examine(browser, path, screens, wrong).await;
    let base = browser.evaluate("location.origin").await;
    let base = base.as_str().unwrap_or_default();
    for address in browser.traffic().await.addresses {
        if !address.starts_with(base) {
            let _ = writeln!(wrong, "{path} asks {address}");
        }
    }
    for error in browser.console_errors().await {
        let _ = writeln!(wrong, "{path}: the console says {}", error.message);
    }
}

/// What is open now, on these screens.
async fn examine(
    browser: &mut Browser,
    what: &str,
    screens: impl IntoIterator<Item = Screen>,
    wrong: &mut String,
) {
    for screen in screens {
        browser.resize(screen).await;
        browser.no_horizontal_scroll().await;
        let report = browser.axe().await;
        if report.violations.len() + report.incomplete.len() > 0 {
            let _ = writeln!(wrong, "{what} on {} {:?}:\n{report}", screen.width, screen.scheme);
        }
    }
}

/// A browser in which someone is signed in.
async fn browser_of(portal: &Portal, actor: &Actor) -> Browser {
    let browser = Browser::open(portal.base(), DESKTOP).await;
    browser.take_cookies_from(actor).await;
    browser
}

/// Walks through one share of somebody's pages; shares run at the same time.
async fn walk(who: &str, share: usize, shares: usize) {
    let portal = Portal::start().await;
    liven(&portal).await;
    let actor = portal.person(who).await;
    let mut pages = linked(&actor).await;
    pages.insert("/kit", "/kit".to_owned());
    let mut browser = browser_of(&portal, &actor).await;
    let mut wrong = String::new();
    let mine = pages.values().skip(share).step_by(shares);
    for (path, screens) in mine.zip(SCREENS.into_iter().cycle()) {
        look_at(&mut browser, path, screens, &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test]
async fn pages_of_admins_are_in_order_first_third() {
    walk("admin", 0, 3).await;
}

#[tokio::test]
async fn pages_of_admins_are_in_order_second_third() {
    walk("admin", 1, 3).await;
}

#[tokio::test]
async fn pages_of_admins_are_in_order_last_third() {
    walk("admin", 2, 3).await;
}

#[tokio::test]
async fn pages_of_stewards_are_in_order_first_half() {
    walk("steward", 0, 2).await;
}

#[tokio::test]
async fn pages_of_stewards_are_in_order_second_half() {
    walk("steward", 1, 2).await;
}

#[tokio::test]
async fn pages_of_sponsors_are_in_order() {
    walk("sponsor", 0, 1).await;
}

#[tokio::test]
async fn pages_of_people_who_are_not_signed_in_are_in_order() {
    let portal = Portal::start().await;
    let mut browser = Browser::open(portal.base(), DESKTOP).await;
    let mut wrong = String::new();
    let pages = [
        "/sign-in",
        "/forgot-password",
        "/preferences/link",
        "/help",
        "/help/channels",
        "/api",
        "/outbox",
    ];
    for (path, screens) in pages.into_iter().zip(SCREENS.into_iter().cycle()) {
        look_at(&mut browser, path, screens, &mut wrong).await;
    }
    for path in ["/nothing/here", "/reset/nonsense", "/invitation/nonsense"] {
        browser.goto(path).await;
        examine(&mut browser, path, SCREENS.into_iter().flatten(), &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test]
async fn forms_that_come_back_are_in_order() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let mut browser = browser_of(&portal, &admin).await;
    let mut wrong = String::new();
    for path in [
        "/channels/new",
        "/contexts/new?kind=team",
        "/broadcasts/new",
        "/admin/invitations",
        "/me",
        "/me/tokens",
    ] {
        browser.goto(path).await;
        let empty = "for (const field of form.querySelectorAll('input:not([type=hidden]), textarea')) field.type === 'checkbox' ? (field.checked = false) : field.type === 'radio' || (field.value = '');";
        browser.evaluate(&format!("(() => {{ const form = document.querySelector('main form[method=post]'); {empty} form.noValidate = true; form.requestSubmit(); }})()")).await;
        browser.wait_for(".error-summary").await;
        browser
            .wait_until(
                "document.activeElement.matches('.error-summary') && document.title.startsWith('Error: ')",
            )
            .await;
        let what = format!("{path}, sent empty,");
        examine(&mut browser, &what, SCREENS[0], &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test]
async fn every_page_can_be_reached_by_links() {
    let portal = Portal::start().await;
    liven(&portal).await;
    let admin = portal.person("admin").await;
    let pages = linked(&admin).await;
    let mut lost = Vec::new();
    for route in ROUTES.iter() {
        let listed = route.method == "GET" && !route.path.contains('{') && !route.path.starts_with("/api/");
        if !listed || pages.contains_key(route.path) || WITHOUT_LINK.contains(&route.path) {
            continue;
        }
        let page = admin.get(route.path).await;
        let is_page = page
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"));
        if page.status.is_success() && is_page {
            lost.push(route.path);
        }
    }
    assert!(lost.is_empty(), "no link leads to {lost:?}");
}

#[tokio::test]
async fn a_first_visit_costs_forty_kilobytes_in_six_requests_at_most() {
    let portal = Portal::start().await;
    liven(&portal).await;
    let steward = portal.person("steward").await;
    let browser = Browser::open(portal.base(), Screen::phone()).await;
    for path in ["/sign-in".to_owned(), "/inbox".to_owned(), of(&portal, QUIET)] {
        browser.clear_cache().await;
        browser.goto(&path).await;
        let cost = browser.traffic().await;
        println!("{path}: {} bytes in {} requests", cost.bytes, cost.requests);
        assert!(
            cost.bytes <= 40_000,
            "{path} costs {} bytes: {:#?}",
            cost.bytes,
            cost.addresses
        );
        assert!(cost.requests <= 6, "{path} asks {:#?}", cost.addresses);
        browser.take_cookies_from(&steward).await;
    }
}
