//! Building: a journey is begun, filled, ordered and published; who may, who may not, and who was faster.

use waymark::kernel::ids::JourneyId;

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Begins a journey; answers the path of its page.
pub async fn begin(who: &Actor, title: &str) -> String {
    let page = who.get("/journeys/new").await.expect_ok();
    let answer = page.form("main form").set("title", title).submit(who).await;
    let path = answer
        .expect_see_other("/journeys/")
        .location()
        .unwrap()
        .path()
        .to_owned();
    path.trim_end_matches("/build").to_owned()
}

/// The key of the node with this title, in the draft of the only journey.
pub fn key(portal: &Portal, title: &str) -> String {
    portal.look(&format!(
        "SELECT n.key FROM journey_nodes n JOIN journey_versions v ON v.id = n.version_id WHERE n.title = '{title}' AND v.number IS NULL"
    ))
}

/// Adds a lesson to the milestone with this title.
pub async fn add_lesson(portal: &Portal, who: &Actor, journey: &str, milestone: &str, lesson: (&str, &str)) {
    let (kind, title) = lesson;
    let parent = key(portal, milestone);
    let page = who
        .get(&format!("{journey}/build?add={parent}"))
        .await
        .expect_ok();
    page.form("#add-form")
        .set("title", title)
        .set("kind", kind)
        .submit(who)
        .await
        .expect_see_other(&format!("{journey}/build"));
}

/// The titles of the draft as they are read.
pub fn order(portal: &Portal) -> String {
    portal.look(
        "SELECT string_agg(n.title, ' ' ORDER BY coalesce(m.position, n.position), n.parent IS NOT NULL, n.position) FROM journey_nodes n \
         JOIN journey_versions v ON v.id = n.version_id AND v.number IS NULL LEFT JOIN journey_nodes m ON m.version_id = n.version_id AND m.key = n.parent",
    )
}

/// Sends a step as a button of the tree does.
pub async fn step(who: &Actor, journey: &str, to: &str, fields: &[(&str, &str)]) -> Page {
    let page = who.get(&format!("{journey}/build")).await.expect_ok();
    let mut form = page
        .form("form[data-tree-steps]")
        .redirect(&format!("{journey}/{to}"));
    for (name, value) in fields {
        form = form.forge(name, value);
    }
    form.submit(who).await
}

/// A journey with two milestones and four lessons, which can be published.
pub async fn filled(portal: &Portal, who: &Actor) -> String {
    let journey = begin(who, "First steps").await;
    let page = who.get(&format!("{journey}/build")).await;
    page.form("form.tree__milestone")
        .set("title", "Second")
        .submit(who)
        .await
        .expect_see_other(&journey);
    for lesson in [("text", "One"), ("text", "Two"), ("link", "Three")] {
        add_lesson(portal, who, &journey, "First milestone", lesson).await;
    }
    add_lesson(portal, who, &journey, "Second", ("checklist", "Four")).await;
    for title in ["One", "Two"] {
        write(portal, who, &journey, title, &[("body", "Read this.")])
            .await
            .expect_see_other(&journey);
    }
    write(
        portal,
        who,
        &journey,
        "Three",
        &[("url", "https://example.org/guide")],
    )
    .await
    .expect_see_other(&journey);
    write(portal, who, &journey, "Four", &[("then", "add-item")])
        .await
        .expect_see_other(&journey);
    write(portal, who, &journey, "Four", &[("item_text", "Find the board")])
        .await
        .expect_see_other(&journey);
    journey
}

/// Writes into a lesson as its page does.
pub async fn write(
    portal: &Portal,
    who: &Actor,
    journey: &str,
    title: &str,
    fields: &[(&str, &str)],
) -> Page {
    let path = format!("{journey}/nodes/{}", key(portal, title));
    let page = who.get(&path).await.expect_ok();
    let mut form = page.form("form[data-autosave]");
    for (name, value) in fields {
        form = match *name {
            "then" => form.redirect(&path).forge(name, value),
            _ => form.set(name, value),
        };
    }
    form.submit(who).await
}

#[tokio::test]
async fn a_coach_builds_a_journey_and_publishes_it_and_what_is_published_never_changes() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    assert_eq!(order(&portal), "First milestone One Two Three Second Four");
    let page = coach
        .get(&format!("{journey}/publication"))
        .await
        .expect_text("Nothing is in the way");
    page.form("main form[action$=publication]")
        .set("note", "For the autumn cohort")
        .press("Publish now")
        .submit(&coach)
        .await
        .expect_see_other(&journey);
    coach
        .get(&journey)
        .await
        .expect_text("Version 1")
        .expect_text("For the autumn cohort");
    assert_eq!(
        portal.look("SELECT required FROM journey_versions WHERE number = 1"),
        "4"
    );
    assert_eq!(
        portal.look("SELECT count(DISTINCT key) || ' ' || count(*) FROM journey_nodes"),
        "6 12",
        "the draft goes on under the same keys"
    );
    write(&portal, &coach, &journey, "One", &[("title", "One again")])
        .await
        .expect_see_other(&journey);
    assert_eq!(
        portal.look("SELECT count(*) FROM journey_nodes WHERE title = 'One'"),
        "1",
        "the version keeps its words"
    );
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        portal.force("UPDATE journey_nodes SET title = 'x' WHERE version_id IN (SELECT id FROM journey_versions WHERE number = 1)");
    }));
    assert!(refused.is_err(), "the database refuses it");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'journeys.journey.published'"),
        "1"
    );
    let stored: JourneyId = portal.look("SELECT id FROM journeys").parse().unwrap();
    assert!(journey.ends_with(&stored.to_string()));
}

#[tokio::test]
async fn steps_move_rows_within_and_across_milestones_and_say_where_they_are() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    let two = key(&portal, "Two");
    step(&coach, &journey, "moves", &[("step", &format!("up-{two}"))])
        .await
        .expect_see_other(&format!("{journey}/build"))
        .follow(&coach)
        .await
        .expect_text("“Two” moved to 1 of 3 in First milestone.");
    assert_eq!(order(&portal), "First milestone Two One Three Second Four");
    step(&coach, &journey, "moves", &[("step", &format!("up-{two}"))])
        .await
        .follow(&coach)
        .await
        .expect_text("“Two” is the first already.");
    let three = key(&portal, "Three");
    step(&coach, &journey, "moves", &[("step", &format!("down-{three}"))]).await;
    assert_eq!(
        order(&portal),
        "First milestone Two One Second Three Four",
        "on into the next milestone"
    );
    let second = key(&portal, "Second");
    step(&coach, &journey, "moves", &[("step", &format!("up-{second}"))]).await;
    assert_eq!(order(&portal), "Second Three Four First milestone Two One");
    // By the list of all places.
    let page = coach
        .get(&format!("{journey}/nodes/{two}/place"))
        .await
        .expect_ok();
    page.form("main form")
        .set("place", &format!("{second}:{}", key(&portal, "Four")))
        .submit(&coach)
        .await
        .expect_see_other(&journey);
    assert_eq!(order(&portal), "Second Three Four Two First milestone One");
    // A milestone goes into no milestone.
    step(
        &coach,
        &journey,
        "moves",
        &[("node", &second), ("parent", &key(&portal, "First milestone"))],
    )
    .await
    .expect_status(409);
}

#[tokio::test]
async fn who_has_not_seen_the_newest_shape_is_told_and_shown_it() {
    let portal = Portal::start().await;
    let (coach, admin) = (portal.person("coach").await, portal.person("admin").await);
    let journey = filled(&portal, &coach).await;
    let one = key(&portal, "One");
    let old = coach.get(&format!("{journey}/build")).await.expect_ok();
    step(&admin, &journey, "titles", &[("node", &one), ("title", "Uno")])
        .await
        .expect_see_other(&journey);
    let form = old
        .form("form[data-tree-steps]")
        .redirect(&format!("{journey}/moves"))
        .forge("step", &format!("down-{one}"));
    let answer = form.submit(&coach).await.expect_status(409);
    answer.expect_text("changed in another window").expect_text("Uno");
    assert_eq!(order(&portal), "First milestone Uno Two Three Second Four");
    let part = form.submit_partial(&coach).await.expect_status(409);
    part.expect_element("#tree").expect_no_element("h1");
    // The page that came back has seen it.
    answer
        .form("form[data-tree-steps]")
        .redirect(&format!("{journey}/moves"))
        .forge("step", &format!("down-{one}"))
        .submit(&coach)
        .await
        .expect_see_other(&journey);
    assert_eq!(order(&portal), "First milestone Two Uno Three Second Four");
}

#[tokio::test]
async fn what_is_taken_out_comes_back_where_it_was_and_copies_stand_behind() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    let first = key(&portal, "First milestone");
    let page = step(
        &coach,
        &journey,
        "removals",
        &[("step", &format!("remove-{first}"))],
    )
    .await
    .follow(&coach)
    .await
    .expect_text("Took out “First milestone” with its 3 lessons.");
    assert_eq!(order(&portal), "Second Four");
    page.form("form[action$=returns]")
        .submit(&coach)
        .await
        .expect_see_other(&journey);
    assert_eq!(order(&portal), "First milestone One Two Three Second Four");
    let two = key(&portal, "Two");
    step(
        &coach,
        &journey,
        "duplicates",
        &[("step", &format!("copy-{two}"))],
    )
    .await;
    assert_eq!(
        order(&portal),
        "First milestone One Two Two (copy) Three Second Four"
    );
    step(
        &coach,
        &journey,
        "duplicates",
        &[("step", &format!("copy-{first}"))],
    )
    .await;
    assert_eq!(
        portal.look("SELECT count(DISTINCT key) FROM journey_nodes"),
        "12",
        "each under a key of its own"
    );
    page.form("form[action$=returns]")
        .without("_key")
        .forge("_key", &uuid::Uuid::now_v7().to_string())
        .submit(&coach)
        .await
        .expect_status(409);
}

#[tokio::test]
async fn two_windows_in_one_lesson_are_noticed_and_nothing_typed_is_lost() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    let lesson = format!("{journey}/nodes/{}", key(&portal, "One"));
    let (here, there) = (coach.get(&lesson).await, coach.get(&lesson).await);
    there
        .form("form[data-autosave]")
        .set("body", "Written there.")
        .redirect(&lesson)
        .forge("then", "typing")
        .submit_partial(&coach)
        .await
        .expect_ok()
        .expect_text("Kept at");
    let mine = here.form("form[data-autosave]").set("body", "Written here.");
    let told = mine
        .clone()
        .redirect(&lesson)
        .forge("then", "typing")
        .submit_partial(&coach)
        .await
        .expect_status(409);
    told.expect_text("Written there.");
    let page = mine.submit(&coach).await.expect_status(409);
    page.expect_text("Written there.");
    let form = page.form("form[data-autosave]");
    assert_eq!(form.value("body").map(str::trim), Some("Written here."));
    form.press("Keep mine")
        .submit(&coach)
        .await
        .expect_see_other(&lesson);
    assert_eq!(
        portal.look("SELECT body FROM journey_nodes WHERE title = 'One'"),
        "Written here."
    );
}

#[tokio::test]
async fn a_bad_form_keeps_what_was_typed() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let page = coach.get("/journeys/new").await.expect_ok();
    let refused = page
        .form("main form")
        .set("title", "")
        .set("summary", "About everything")
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_field_error("title");
    assert_eq!(
        refused.form("main form").value("summary").map(str::trim),
        Some("About everything")
    );
    let journey = filled(&portal, &coach).await;
    let refused = write(
        &portal,
        &coach,
        &journey,
        "Three",
        &[("url", "guide"), ("note", "The second page")],
    )
    .await
    .expect_status(422)
    .expect_field_error("url");
    let form = refused.form("form[data-autosave]");
    assert_eq!(
        (form.value("url"), form.value("note").map(str::trim)),
        (Some("guide"), Some("The second page"))
    );
    add_lesson(&portal, &coach, &journey, "Second", ("assignment", "Five")).await;
    write(&portal, &coach, &journey, "Five", &[("then", "add-criterion")])
        .await
        .expect_see_other(&journey);
    let levels = "3 Names two sources\nNames one source";
    let refused = write(&portal, &coach, &journey, "Five", &[("criterion_levels", levels)])
        .await
        .expect_status(422)
        .expect_text("Begin each level with its points, such as “2 Names one source”.");
    let form = refused.form("form[data-autosave]");
    assert_eq!(form.value("criterion_levels").map(str::trim), Some(levels));
    let field = refused.one("textarea[name='criterion_levels']");
    assert_eq!(field.attr("aria-invalid"), Some("true"));
    let one = key(&portal, "One");
    let long = "x".repeat(161);
    let refused = step(&coach, &journey, "titles", &[("node", &one), ("title", &long)])
        .await
        .expect_status(422);
    assert_eq!(refused.form("#rename-form").value("title"), Some(long.as_str()));
}

#[tokio::test]
async fn journeys_are_built_by_coaches_and_by_team_leaders_for_their_teams() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    let one = key(&portal, "One");
    for who in ["member", "steward", "sponsor", "comms", "privacy"] {
        let person = portal.person(who).await;
        for path in [
            "/journeys".to_owned(),
            journey.clone(),
            format!("{journey}/nodes/{one}"),
        ] {
            person.get(&path).await.expect_status(403);
        }
    }
    let stranger = portal.neighbour("stranger").await;
    for path in ["", "/build", "/publication", "/details"] {
        stranger.get(&format!("{journey}{path}")).await.expect_status(404);
    }
    let leader = portal.person("leader").await;
    leader.get(&journey).await.expect_status(404);
    leader.get("/journeys").await.expect_no_text("First steps");
    let own = begin(&leader, "For our depot").await;
    leader.get("/journeys").await.expect_text("For our depot");
    coach.get(&own).await.expect_ok();
    let team = portal.look("SELECT team_id FROM journeys WHERE title = 'For our depot'");
    assert!(!team.is_empty(), "it is the team's they lead");
    portal.force(&format!(
        "UPDATE context_members SET is_leader = false WHERE context_id = '{team}'"
    ));
    leader.get(&own).await.expect_status(404);
}

#[tokio::test]
async fn lessons_are_made_of_the_library_several_at_once() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    for (number, title) in [(1, "The form"), (2, "The film")] {
        let kind = if number == 1 { "page" } else { "video" };
        portal.force(&format!(
            "INSERT INTO library_assets (org_id, id, kind, title, words, created_by, created_at, changed_at) \
               SELECT m.org_id, '00000000-0000-7000-8000-00000000000{number}', '{kind}', '{title}', lower('{title}'), m.id, now(), now() FROM members m WHERE m.id = '{}'; \
             INSERT INTO asset_versions (org_id, asset_id, version, body, made_by, made_at) \
               SELECT m.org_id, '00000000-0000-7000-8000-00000000000{number}', 1, 'Words', m.id, now() FROM members m WHERE m.id = '{}';",
            portal.member("coach"),
            portal.member("coach")
        ));
    }
    let page = coach
        .get(&format!("{journey}/build?find=film&part=library"))
        .await
        .expect_text("The film");
    page.expect_no_text("The form");
    let page = coach.get(&format!("{journey}/build")).await.expect_ok();
    let form = page.form("form[data-shelf]");
    form.clone()
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_text("Choose something of the library first.");
    form.check_value("asset", "00000000-0000-7000-8000-000000000001")
        .check_value("asset", "00000000-0000-7000-8000-000000000002")
        .set("parent", &key(&portal, "Second"))
        .submit(&coach)
        .await
        .expect_see_other(&journey);
    assert!(
        order(&portal).starts_with("First milestone One Two Three Second Four The"),
        "{}",
        order(&portal)
    );
    assert_eq!(
        portal.look(
            "SELECT string_agg(kind::text, ' ' ORDER BY kind) FROM journey_nodes WHERE asset_id IS NOT NULL"
        ),
        "text video"
    );
    coach
        .get(&format!("{journey}/nodes/{}", key(&portal, "The film")))
        .await
        .expect_element("input[type=radio][name=asset][checked]");
}
