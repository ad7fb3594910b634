//! The library: who sees it and writes in it, pages and links and files, folders, versions, what is found.

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

pub const PDF: &[u8] = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF";

/// Adds a page or a link; answers the address of the asset.
pub async fn add(who: &Actor, kind: &str, fields: &[(&str, &str)]) -> Page {
    let page = who
        .get(&format!("/journeys/library/new?kind={kind}"))
        .await
        .expect_ok();
    let mut form = page.form("form[action='/journeys/library/new']");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.submit(who).await
}

/// Whether the database refuses a statement.
pub fn refused(portal: &Portal, sql: &str) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| portal.force(sql))).is_err()
}

/// The path that an answer leads to.
pub fn path_of(answer: &Page) -> String {
    let to = answer.expect_see_other("/journeys/library/assets/").location();
    to.unwrap().path().to_owned()
}

/// Adds a page with this text; answers its address.
pub async fn page(who: &Actor, title: &str, body: &str) -> String {
    path_of(&add(who, "page", &[("title", title), ("body", body)]).await)
}

async fn upload(who: &Actor, fields: &[(&str, &str)], file: (&str, &[u8])) -> Page {
    let page = who.get("/journeys/library/new?kind=file").await.expect_ok();
    let mut form = page.form("form[action='/journeys/library/new']");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.attach("file", file.0, "application/octet-stream", file.1)
        .submit(who)
        .await
}

#[tokio::test]
async fn a_coach_writes_a_page_and_finds_it_by_its_words_its_tags_and_its_kind() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    coach
        .get("/journeys/library")
        .await
        .expect_text("The library is empty");
    let body = "# Listen first\n\nAsk what **matters** to them.\n\n## Then\n\n- write it down";
    let answer = add(
        &coach,
        "page",
        &[
            ("title", "First conversations"),
            ("body", body),
            ("tags", "Safety, onboarding,safety"),
        ],
    )
    .await;
    let path = path_of(&answer);
    let shown = coach.get(&path).await.expect_ok();
    let headings: Vec<String> = shown
        .select(".prose h2")
        .into_iter()
        .map(|one| one.text)
        .collect();
    assert_eq!(headings, ["Listen first", "Then"]);
    shown.expect_text("In no journey yet");
    assert_eq!(
        portal.look("SELECT tags::text FROM library_assets"),
        "{safety,onboarding}"
    );
    for found in [
        "q=MATTERS",
        "q=first+conv",
        "tag=safety",
        "kind=page",
        "q=onboarding",
    ] {
        coach
            .get(&format!("/journeys/library?{found}"))
            .await
            .expect_text("First conversations");
    }
    for not in ["q=absent", "kind=link", "tag=other", "q=%25", "archived=yes"] {
        coach
            .get(&format!("/journeys/library?{not}"))
            .await
            .expect_no_text("First conversations");
    }
    assert_eq!(
        portal.look("SELECT string_agg(action, ' ') FROM audit_entries WHERE action LIKE 'journeys.%'"),
        "journeys.asset.added"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'journeys.asset.added'"),
        "1"
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let answer = add(&coach, "page", &[("title", ""), ("body", "Kept words")])
        .await
        .expect_status(422)
        .expect_field_error("title");
    assert_eq!(answer.one("textarea[name=body]").text, "Kept words");
    for address in [
        "example.org",
        "javascript:alert(1)",
        "https://user:pw@example.org",
        "ftp://example.org",
    ] {
        add(&coach, "link", &[("title", "Guide"), ("url", address)])
            .await
            .expect_status(422)
            .expect_field_error("url");
    }
    let link = path_of(
        &add(
            &coach,
            "link",
            &[("title", "Guide"), ("url", "https://example.org/guide?a=b")],
        )
        .await,
    );
    assert_eq!(
        coach
            .get(&link)
            .await
            .one("main a[rel='noopener noreferrer']")
            .attr("href"),
        Some("https://example.org/guide?a=b")
    );
    let tags = (1..=13).map(|n| format!("t{n}")).collect::<Vec<_>>().join(",");
    add(
        &coach,
        "page",
        &[("title", "Many"), ("body", "x"), ("tags", &tags)],
    )
    .await
    .expect_status(422)
    .expect_field_error("tags");
    upload(&coach, &[("title", "Nothing")], ("run.exe", b"MZ\x90\0"))
        .await
        .expect_status(422)
        .expect_field_error("file")
        .form("form[action='/journeys/library/new']");
    assert_eq!(portal.look("SELECT count(*) FROM library_assets"), "1");
}

#[tokio::test]
async fn a_page_that_holds_scripts_shows_them_as_words() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = page(
        &coach,
        "Nasty",
        "# <img src=x onerror=alert(1)>\n\n<script>alert(2)</script>\n\n[click](javascript:alert(3))",
    )
    .await;
    let shown = coach.get(&path).await.expect_ok();
    shown.expect_no_element(".prose script");
    shown.expect_no_element(".prose img");
    shown.expect_no_element(".prose a");
}

#[tokio::test]
async fn only_coaches_team_leaders_and_admins_know_the_library() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = page(&coach, "Ours", "Words").await;
    for who in ["member", "steward", "sponsor", "comms", "privacy"] {
        let person = portal.person(who).await;
        for address in [
            "/journeys/library",
            "/journeys/library/new",
            "/journeys/library/folders",
            &path,
        ] {
            person.get(address).await.expect_status(404);
        }
        person
            .get("/")
            .await
            .expect_no_element("a[href='/journeys/library']");
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&path).await.expect_status(404);
    stranger.get(&format!("{path}/edit")).await.expect_status(404);
    stranger
        .get(&format!("{path}/versions/1"))
        .await
        .expect_status(404);
    stranger.get("/journeys/library").await.expect_no_text("Ours");
    coach.get("/").await.expect_element("a[href='/journeys/library']");
}

#[tokio::test]
async fn team_leaders_see_what_is_everyones_and_write_what_is_their_teams() {
    let portal = Portal::start().await;
    let (coach, leader) = (portal.person("coach").await, portal.person("leader").await);
    let depot = portal.look("SELECT id FROM contexts WHERE name = 'Depot north'");
    let nights = portal.look("SELECT id FROM contexts WHERE name = 'Night shift'");
    let everyones = page(&coach, "For everyone", "Words").await;
    let other = [("title", "Of the nights"), ("body", "Words"), ("team", &nights)];
    let other = path_of(&add(&coach, "page", &other).await);

    leader
        .get(&everyones)
        .await
        .expect_ok()
        .expect_no_element("a[href$='/edit']");
    leader.get(&format!("{everyones}/edit")).await.expect_status(403);
    leader
        .get(&format!("{everyones}/archive"))
        .await
        .expect_status(403);
    leader.get(&other).await.expect_status(404);
    leader
        .get("/journeys/library")
        .await
        .expect_no_text("Of the nights");
    leader.get("/journeys/library/folders").await.expect_status(403);

    let form = leader.get("/journeys/library/new?kind=page").await;
    let form = form.form("form[action='/journeys/library/new']");
    assert_eq!(
        form.value("team"),
        Some(depot.as_str()),
        "only their own is offered"
    );
    let form = form
        .set("title", "Our depot")
        .set("body", "Gate code is on the wall");
    form.clone()
        .without("team")
        .forge("team", "")
        .submit(&leader)
        .await
        .expect_status(403);
    form.clone()
        .without("team")
        .forge("team", &nights)
        .submit(&leader)
        .await
        .expect_status(403);
    let own = path_of(&form.submit(&leader).await);
    leader.get(&format!("{own}/edit")).await.expect_ok();
    coach.get(&own).await.expect_text("Depot north");
}

#[tokio::test]
async fn every_saved_text_is_a_version_that_can_be_looked_at_and_brought_back() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = page(&coach, "Plan", "One plan").await;
    let edit = format!("{path}/edit");
    let form = coach.get(&edit).await.form(&format!("form[action='{edit}']"));
    form.clone()
        .set("body", "Another plan")
        .submit(&coach)
        .await
        .expect_see_other(&path);
    // A second window began from version 1 and is told so once.
    let admin = portal.person("admin").await;
    let told = form
        .set("body", "A third plan")
        .without("_key")
        .forge("_key", &uuid::Uuid::now_v7().to_string())
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_text("saved version 2");
    assert_eq!(told.one("textarea[name=body]").text, "A third plan");
    told.form(&format!("form[action='{edit}']"))
        .submit(&coach)
        .await
        .expect_see_other(&path);
    let shown = admin.get(&path).await.expect_text("A third plan");
    assert_eq!(shown.select("ol.rows li").len(), 3);
    admin
        .get(&format!("{path}/versions/1"))
        .await
        .expect_text("One plan")
        .form(&format!("form[action='{path}/versions/1']"))
        .submit(&admin)
        .await
        .expect_see_other(&path);
    admin.get(&path).await.expect_text("One plan");
    admin
        .get("/journeys/library?q=one+plan")
        .await
        .expect_text("Plan");
    admin.get(&format!("{path}/versions/9")).await.expect_status(404);
    // A new title alone makes no version.
    let form = coach.get(&edit).await.form(&format!("form[action='{edit}']"));
    form.set("title", "The plan")
        .submit(&coach)
        .await
        .expect_see_other(&path);
    assert_eq!(portal.look("SELECT count(*) FROM asset_versions"), "3");
    let refused = refused(&portal, "UPDATE asset_versions SET body = 'x'");
    assert!(refused, "versions do not change");
}

#[tokio::test]
async fn what_is_archived_is_not_offered_and_can_be_brought_back() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = page(&coach, "Old leaflet", "Words").await;
    let asked = coach
        .get(&format!("{path}/archive"))
        .await
        .expect_text("No journey uses it");
    asked
        .form(&format!("form[action='{path}/archive']"))
        .submit(&coach)
        .await
        .expect_see_other("/journeys/library");
    coach.get("/journeys/library").await.expect_no_text("Old leaflet");
    coach
        .get("/journeys/library?archived=yes")
        .await
        .expect_text("Old leaflet");
    coach
        .get(&path)
        .await
        .expect_text("Where it is used, it stays")
        .form(&format!("form[action='{path}/restoration']"))
        .submit(&coach)
        .await
        .expect_see_other(&path);
    coach.get("/journeys/library").await.expect_text("Old leaflet");
}

#[tokio::test]
async fn a_journey_that_names_an_asset_is_told_on_its_page() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = page(&coach, "Named", "Words").await;
    let asset = path.rsplit('/').next().unwrap();
    let (org, me) = (portal.organization("local"), portal.member("coach"));
    let (journey, version, milestone) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    portal.force(&format!(
        "INSERT INTO journeys (org_id, id, title, created_by, created_at, changed_at) VALUES ('{org}', '{journey}', 'Steward basics', '{me}', now(), now()); \
         INSERT INTO journey_versions (org_id, id, journey_id, title) VALUES ('{org}', '{version}', '{journey}', 'Steward basics'); \
         INSERT INTO journey_nodes (org_id, version_id, key, position, title) VALUES ('{org}', '{version}', '{milestone}', 0, 'Begin'); \
         INSERT INTO journey_nodes (org_id, version_id, key, parent, position, title, kind, goal, asset_id) \
           VALUES ('{org}', '{version}', '{key}', '{milestone}', 0, 'Read', 'text', 'viewed', '{asset}');",
        key = uuid::Uuid::now_v7()
    ));
    coach
        .get(&path)
        .await
        .expect_text("Steward basics")
        .expect_text("In what is being written");
    coach
        .get(&format!("{path}/archive"))
        .await
        .expect_text("A journey uses it");
}

#[tokio::test]
async fn folders_are_two_deep_and_go_only_when_they_are_empty() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let make = async |name: &str, parent: &str| {
        let form = coach.get("/journeys/library/folders").await;
        let form = form.form("form[action='/journeys/library/folders']");
        form.set("name", name)
            .without("parent")
            .forge("parent", parent)
            .submit(&coach)
            .await
    };
    let id = |name: &str| portal.look(&format!("SELECT id FROM asset_folders WHERE name = '{name}'"));
    make("Safety", "")
        .await
        .expect_see_other("/journeys/library/folders");
    make("safety", "")
        .await
        .expect_status(422)
        .expect_field_error("name");
    let safety = id("Safety");
    make("Gas", &safety)
        .await
        .expect_see_other("/journeys/library/folders");
    let gas = id("Gas");
    make("Deeper", &gas)
        .await
        .expect_status(422)
        .expect_field_error("parent");
    let form = async |folder: &str| {
        let page = coach.get(&format!("/journeys/library/folders/{folder}")).await;
        page.form(&format!("form[action='/journeys/library/folders/{folder}']"))
    };
    form(&safety)
        .await
        .without("parent")
        .forge("parent", &gas)
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_field_error("parent");
    let fields = [("title", "Masks"), ("body", "Words"), ("folder", gas.as_str())];
    add(&coach, "page", &fields)
        .await
        .expect_see_other("/journeys/library/assets/");
    coach
        .get(&format!("/journeys/library?folder={safety}"))
        .await
        .expect_text("Masks");
    let remove = async |folder: &str| {
        let path = format!("/journeys/library/folders/{folder}/removal");
        let page = coach.get(&path).await;
        page.form(&format!("form[action='{path}']")).submit(&coach).await
    };
    remove(&gas).await.expect_status(409);
    form(&gas)
        .await
        .set("name", "Fumes")
        .set("parent", "")
        .submit(&coach)
        .await
        .expect_see_other("/journeys/library/folders");
    remove(&safety)
        .await
        .expect_see_other("/journeys/library/folders");
    coach
        .get("/journeys/library/folders")
        .await
        .expect_text("Fumes")
        .expect_no_text("Safety");
}

#[tokio::test]
async fn a_file_is_handed_out_to_whom_its_address_was_made_for_and_for_a_while() {
    let portal = Portal::start().await;
    let (coach, admin) = (portal.person("coach").await, portal.person("admin").await);
    let path = path_of(&upload(&coach, &[("tags", "form")], ("Leave_form.pdf", PDF)).await);
    let shown = coach
        .get(&path)
        .await
        .expect_text(&format!("PDF, {} B", PDF.len()));
    assert_eq!(shown.one("h1").text, "Leave form", "called like its file");
    let address = shown
        .one("main a[href*='/file?pass=']")
        .attr("href")
        .unwrap()
        .to_owned();
    assert_eq!(coach.download(&address).await, PDF);
    let part = coach
        .raw(reqwest::Method::GET, &address, &[("Range", "bytes=0-3")], "")
        .await
        .expect_status(206);
    assert_eq!(
        part.header("content-range"),
        Some(format!("bytes 0-3/{}", PDF.len()).as_str())
    );
    assert_eq!(
        part.header("content-disposition").unwrap().split(';').next(),
        Some("attachment")
    );
    admin.get(&address).await.expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&address)
        .await
        .expect_status(404);
    let (front, pass) = address.split_once("?pass=").unwrap();
    coach.get(front).await.expect_status(404);
    let later = pass.replacen('1', "2", 1);
    coach
        .get(&format!("{front}?pass={later}"))
        .await
        .expect_status(404);
    portal.pass(chrono::TimeDelta::minutes(61));
    let coach = portal.person("coach").await;
    coach.get(&address).await.expect_status(410);

    // A picture says what it shows.
    let picture = crate::campaigns::images::picture(900, image::ImageFormat::Png);
    let answer = upload(
        &coach,
        &[("title", "Cranes"), ("alt", "Cranes at dawn")],
        ("cranes.png", &picture),
    )
    .await;
    let shown = coach.get(&path_of(&answer)).await;
    assert_eq!(shown.one("main img").attr("alt"), Some("Cranes at dawn"));
}

#[tokio::test]
async fn another_file_in_its_place_is_the_next_version() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = path_of(&upload(&coach, &[], ("a.pdf", PDF)).await);
    let replace = async |name: &str, bytes: &[u8]| {
        let page = coach.get(&path).await;
        let form = page.form(&format!("form[action='{path}/file']"));
        form.attach("file", name, "application/octet-stream", bytes)
            .submit(&coach)
            .await
    };
    let longer = [PDF, b"\n% more"].concat();
    replace("b.pdf", &longer).await.expect_see_other(&path);
    replace("film.mp4", b"\0\0\0\x18ftypisom")
        .await
        .expect_status(422)
        .expect_field_error("file");
    coach.get(&path).await.expect_text("b.pdf");
    coach
        .get(&format!("{path}/versions/1"))
        .await
        .expect_text("a.pdf");
    assert_eq!(portal.look("SELECT version FROM library_assets"), "2");
}

#[tokio::test]
async fn the_list_goes_on_where_it_stopped() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let (org, me) = (portal.organization("local"), portal.member("coach"));
    portal.force(&format!(
        "INSERT INTO library_assets (org_id, id, kind, title, words, created_by, created_at, changed_at) \
           SELECT '{org}', gen_random_uuid(), 'page', 'Page ' || n, 'page', '{me}', now(), now() - n * interval '1 minute' FROM generate_series(1, 65) n; \
         INSERT INTO asset_versions (org_id, asset_id, version, made_by, made_at) SELECT org_id, id, 1, created_by, now() FROM library_assets;"
    ));
    let mut seen = Vec::new();
    let mut page = coach.get("/journeys/library?q=page").await.expect_ok();
    loop {
        seen.extend(page.select(".row__title").into_iter().map(|one| one.text));
        let Some(next) = page
            .select("a[rel=next]")
            .first()
            .and_then(|one| one.attr("href").map(str::to_owned))
        else {
            break;
        };
        page = coach.get(&next).await.expect_ok();
    }
    let wanted: Vec<String> = (1..=65).map(|n| format!("Page {n}")).collect();
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn programs_read_what_their_person_sees_of_the_library() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = page(&coach, "First conversations", "Ask what matters").await;
    page(&coach, "Other", "Words").await;
    let program = crate::tasks::api::Program::of(&portal, &coach, &["journeys:read"]).await;
    let list = program
        .get("/api/journeys/assets?limit=1")
        .await
        .expect_status(200);
    let cursor = list.at("/next_cursor").as_str().unwrap().to_owned();
    let rest = program
        .get(&format!("/api/journeys/assets?cursor={cursor}"))
        .await
        .expect_status(200);
    assert_eq!(rest.at("/data/0/title"), "First conversations");
    let found = program
        .get("/api/journeys/assets?q=matters&kind=page")
        .await
        .expect_status(200);
    assert_eq!(found.at("/data").as_array().unwrap().len(), 1);
    let id = path.rsplit('/').next().unwrap();
    let one = program
        .get(&format!("/api/journeys/assets/{id}"))
        .await
        .expect_status(200);
    assert_eq!(one.at("/body"), "Ask what matters");
    let member = portal.person("member").await;
    let other = crate::tasks::api::Program::of(&portal, &member, &["journeys:read"]).await;
    other.get("/api/journeys/assets").await.expect_status(404);
    other
        .get(&format!("/api/journeys/assets/{id}"))
        .await
        .expect_status(404);
}
