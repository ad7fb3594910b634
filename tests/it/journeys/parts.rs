//! Quizzes and worksheets of the library: written there, made into versions, held by lessons as copies, taken over when there is a newer
//! one, and carried in files.

use uuid::Uuid;

use super::building::{add_lesson, begin, key, step, write};
use super::library::{add, path_of};
use crate::people::post;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};
use crate::tasks::api::Program;

/// Puts a quiz or a worksheet with no parts into the library; answers its address.
async fn empty(who: &Actor, kind: &str, title: &str) -> String {
    let path = path_of(&add(who, kind, &[("title", title)]).await);
    assert!(path.ends_with("/parts"), "one goes on to write it: {path}");
    path.trim_end_matches("/parts").to_owned()
}

/// Presses a button of the editor, after typing.
async fn press(who: &Actor, asset: &str, label: &str, fields: &[(&str, &str)]) -> Page {
    let page = who.get(&format!("{asset}/parts")).await.expect_ok();
    let mut form = page.form("form[data-autosave]");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.press(label).submit(who).await
}

/// A quiz of one question about a number; answers its address.
pub async fn quiz(who: &Actor, title: &str, prompt: &str) -> String {
    let asset = empty(who, "quiz", title).await;
    press(who, &asset, "A number", &[])
        .await
        .expect_see_other(&format!("{asset}/parts?at="));
    let typed = [("question_prompt", prompt), ("question_number", "14")];
    press(who, &asset, "Make it version 1", &typed)
        .await
        .expect_see_other(&asset);
    asset
}

/// A worksheet that asks for a short text, which is needed, and a number, which is not; answers its address.
pub async fn worksheet(who: &Actor, title: &str) -> String {
    let asset = empty(who, "worksheet", title).await;
    for label in ["Short text", "Number"] {
        press(who, &asset, label, &[]).await.expect_status(303);
    }
    let (first, second) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
    let page = who.get(&format!("{asset}/parts")).await;
    let seen = page.form("form[data-autosave]").value("seen").unwrap().to_owned();
    let fields = [
        ("seen", seen.as_str()),
        ("then", "version"),
        ("field_key", &first),
        ("field_kind", "short"),
        ("field_label", "What did you try?"),
        ("field_help", "One thing."),
        ("field_required", &first),
        ("field_key", &second),
        ("field_kind", "number"),
        ("field_label", "How often?"),
        ("field_help", ""),
    ];
    sent(who, &asset, &fields).await.expect_see_other(&asset);
    asset
}

/// Sends the editor's form as it is written here.
async fn sent(who: &Actor, asset: &str, fields: &[(&str, &str)]) -> Page {
    post(who, &format!("{asset}/parts"), fields).await
}

fn id(asset: &str) -> &str {
    asset.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn a_quiz_is_written_in_the_library_with_versions_search_and_an_archive_like_all_assets() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let asset = empty(&coach, "quiz", "Time limits").await;
    coach.get(&asset).await.expect_text("There is nothing in it yet");
    press(&coach, &asset, "One right answer", &[])
        .await
        .expect_status(303);
    // What is unfinished is kept and is no version.
    press(
        &coach,
        &asset,
        "Make it version 1",
        &[("question_prompt", "Which day?")],
    )
    .await
    .expect_see_other(&format!("{asset}/parts"));
    coach
        .get(&format!("{asset}/parts"))
        .await
        .expect_text("it needs two answers to choose from")
        .expect_text("Which day?");
    coach.get(&asset).await.expect_text("no version yet");
    let page = coach.get(&format!("{asset}/parts")).await;
    let keys: Vec<String> = page
        .select("input[name=option_key]")
        .iter()
        .map(|one| one.attr("value").unwrap().to_owned())
        .collect();
    assert_eq!(keys.len(), 3);
    let question = page
        .one("input[name=question_key]")
        .attr("value")
        .unwrap()
        .to_owned();
    let seen = page.form("form[data-autosave]").value("seen").unwrap().to_owned();
    let fields = [
        ("seen", seen.as_str()),
        ("then", "version"),
        ("question_key", &question),
        ("question_kind", "single"),
        ("question_prompt", "Which day is the last?"),
        ("question_points", "2"),
        ("question_feedback", "Count calendar days."),
        ("question_number", ""),
        ("question_tolerance", ""),
        ("question_accepted", ""),
        ("option_question", &question),
        ("option_key", &keys[0]),
        ("option_text", "The tenth"),
        ("option_feedback", "Yes."),
        ("option_question", &question),
        ("option_key", &keys[1]),
        ("option_text", "The eleventh"),
        ("option_feedback", ""),
        ("option_right", &keys[0]),
    ];
    sent(&coach, &asset, &fields).await.expect_see_other(&asset);
    let shown = coach.get(&asset).await.expect_ok();
    shown
        .expect_text("Which day is the last?")
        .expect_text("Count calendar days.")
        .expect_no_text("no version yet");
    assert_eq!(shown.select(".parts__option--right").len(), 1);
    assert_eq!(
        portal.look("SELECT string_agg(version::text, ' ') FROM asset_versions"),
        "1"
    );
    for found in ["q=eleventh", "kind=quiz", "q=time+limits"] {
        coach
            .get(&format!("/journeys/library?{found}"))
            .await
            .expect_text("Time limits");
    }
    press(
        &coach,
        &asset,
        "Make it version 2",
        &[("question_prompt", "Which day is the very last?")],
    )
    .await
    .expect_see_other(&asset);
    coach
        .get(&asset)
        .await
        .expect_text("very last")
        .expect_text("Version 2");
    coach
        .get(&format!("{asset}/versions/1"))
        .await
        .expect_text("Which day is the last?");
    post(&coach, &format!("{asset}/versions/1"), &[])
        .await
        .expect_see_other(&asset);
    coach.get(&asset).await.expect_no_text("very last");
    post(&coach, &format!("{asset}/archive"), &[("sure", "yes")])
        .await
        .expect_status(303);
    coach
        .get("/journeys/library?archived=yes&kind=quiz")
        .await
        .expect_text("Time limits");
}

#[tokio::test]
async fn who_may_not_write_them_does_not_and_nothing_typed_is_lost() {
    let portal = Portal::start().await;
    let (coach, admin) = (portal.person("coach").await, portal.person("admin").await);
    let asset = quiz(&coach, "Ours", "How many days?").await;
    let editor = format!("{asset}/parts");
    for who in ["member", "sponsor", "steward"] {
        let person = portal.person(who).await;
        person.get(&editor).await.expect_status(404);
        post(&person, &editor, &[("then", "version")])
            .await
            .expect_status(404);
    }
    let leader = portal.person("leader").await;
    leader.get(&asset).await.expect_ok();
    leader.get(&editor).await.expect_status(403);
    post(&leader, &editor, &[]).await.expect_status(403);
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&editor).await.expect_status(404);
    post(&stranger, &editor, &[]).await.expect_status(404);
    // A page has no parts.
    let page = super::library::page(&coach, "A page", "Words").await;
    coach.get(&format!("{page}/parts")).await.expect_status(404);
    // What cannot be kept comes back as it was typed.
    let refused = press(
        &coach,
        &asset,
        "Keep",
        &[("question_number", "many"), ("question_prompt", "How many now?")],
    )
    .await
    .expect_status(422)
    .expect_text("write the right number in figures");
    let form = refused.form("form[data-autosave]");
    assert_eq!(form.value("question_number"), Some("many"));
    assert_eq!(form.value("question_prompt"), Some("How many now?"));
    // Two who write at the same time: the second hears of it and keeps theirs when they say so.
    let (mine, theirs) = (coach.get(&editor).await, admin.get(&editor).await);
    theirs
        .form("form[data-autosave]")
        .set("question_prompt", "Theirs?")
        .press("Keep")
        .submit(&admin)
        .await
        .expect_status(303);
    let told = mine
        .form("form[data-autosave]")
        .set("question_prompt", "Mine?")
        .press("Keep")
        .submit(&coach)
        .await
        .expect_status(409)
        .expect_text("changed in another window");
    assert_eq!(
        told.form("form[data-autosave]").value("question_prompt"),
        Some("Mine?")
    );
    told.form("form[data-autosave]")
        .press("Keep mine")
        .submit(&coach)
        .await
        .expect_status(303);
    coach.get(&editor).await.expect_text("Mine?");
    // Thrown away after a question; what was a version stays.
    coach
        .get(&format!("{editor}/removal"))
        .await
        .expect_text("Throw the changes away?");
    post(&coach, &format!("{editor}/removal"), &[("sure", "yes")])
        .await
        .expect_see_other(&asset);
    coach.get(&asset).await.expect_text("How many days?");
    assert_eq!(portal.look("SELECT count(*) FROM asset_drafts"), "0");
}

#[tokio::test]
async fn a_press_that_arrives_twice_makes_one_version() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let asset = quiz(&coach, "Once", "How many?").await;
    let page = coach.get(&format!("{asset}/parts")).await;
    let form = page
        .form("form[data-autosave]")
        .set("question_prompt", "How many days?")
        .press("Make it version 2");
    let (first, second) = (form.submit(&coach).await, form.submit(&coach).await);
    assert_eq!(
        first.expect_status(303).location(),
        second.expect_status(303).location()
    );
    assert_eq!(portal.look("SELECT max(version) FROM asset_versions"), "2");
    // The same once more is no other version.
    press(&coach, &asset, "Make it version 3", &[])
        .await
        .expect_see_other(&asset);
    assert_eq!(portal.look("SELECT max(version) FROM asset_versions"), "2");
}

/// The content of the lesson with this title: of the draft, or of a published version.
fn content(portal: &Portal, title: &str, number: &str) -> String {
    portal.look(&format!(
        "SELECT n.content FROM journey_nodes n JOIN journey_versions v ON v.id = n.version_id WHERE n.title = '{title}' AND v.number IS NOT DISTINCT FROM {number}"
    ))
}

async fn publish(who: &Actor, journey: &str) -> Page {
    let page = who.get(&format!("{journey}/publication")).await.expect_ok();
    page.form("main form[action$=publication]")
        .press("Publish now")
        .submit(who)
        .await
}

#[tokio::test]
async fn what_a_published_quiz_asks_stays_and_the_draft_takes_a_newer_version_over_by_a_press() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let asset = quiz(&coach, "Days", "How many days?").await;
    let journey = begin(&coach, "First steps").await;
    let parent = key(&portal, "First milestone");
    step(
        &coach,
        &journey,
        "assets",
        &[("asset", id(&asset)), ("parent", &parent)],
    )
    .await
    .expect_status(303);
    let lesson = format!("{journey}/nodes/{}", key(&portal, "Days"));
    assert_eq!(
        portal.look("SELECT kind FROM journey_nodes WHERE title = 'Days'"),
        "quiz"
    );
    coach
        .get(&lesson)
        .await
        .expect_text("How many days?")
        .expect_text("version 1")
        .expect_no_element("textarea[name=question_prompt]");
    // Its settings stay with the lesson.
    write(
        &portal,
        &coach,
        &journey,
        "Days",
        &[("attempts", "3"), ("goal_percent", "70")],
    )
    .await
    .expect_status(303);
    coach.get(&asset).await.expect_text("First steps");
    publish(&coach, &journey).await.expect_see_other(&journey);
    let published = content(&portal, "Days", "1");

    press(
        &coach,
        &asset,
        "Make it version 2",
        &[("question_prompt", "How many days now?")],
    )
    .await
    .expect_see_other(&asset);
    let page = coach
        .get(&lesson)
        .await
        .expect_text("The library is at version 2");
    page.expect_text("How many days?");
    coach
        .get(&format!("{journey}/publication"))
        .await
        .expect_text("this lesson stays with version 1");
    page.form("form[data-autosave]")
        .press("Take version 2 over")
        .submit(&coach)
        .await
        .expect_see_other(&lesson);
    coach
        .get(&lesson)
        .await
        .expect_text("How many days now?")
        .expect_no_text("The library is at version 2");
    let draft: serde_json::Value = serde_json::from_str(&content(&portal, "Days", "NULL")).unwrap();
    assert_eq!(draft["attempts"], 3);
    assert_eq!(
        content(&portal, "Days", "1"),
        published,
        "what is published asks what it asked"
    );
    let before: serde_json::Value = serde_json::from_str(&published).unwrap();
    assert_eq!(
        before["questions"][0]["key"], draft["questions"][0]["key"],
        "answers hang on keys, which stay"
    );
    publish(&coach, &journey).await.expect_see_other(&journey);
}

#[tokio::test]
async fn a_lesson_chooses_between_its_own_questions_and_those_of_the_library_and_loses_neither() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let asset = quiz(&coach, "Days", "How many days?").await;
    let journey = begin(&coach, "First steps").await;
    add_lesson(&portal, &coach, &journey, "First milestone", ("quiz", "Check")).await;
    write(
        &portal,
        &coach,
        &journey,
        "Check",
        &[("then", "add-question-number")],
    )
    .await
    .expect_status(303);
    let own = [("question_prompt", "Own question?"), ("question_number", "3")];
    write(&portal, &coach, &journey, "Check", &own)
        .await
        .expect_status(303);
    write(&portal, &coach, &journey, "Check", &[("asset", id(&asset))])
        .await
        .expect_status(303);
    let lesson = format!("{journey}/nodes/{}", key(&portal, "Check"));
    let page = coach.get(&lesson).await;
    page.expect_text("How many days?").expect_no_text("Own question?");
    // A window that was open before says nothing about questions it does not show.
    let page = page.form("form[data-autosave]").set("asset", "");
    page.submit(&coach).await.expect_status(303);
    coach
        .get(&lesson)
        .await
        .expect_text("Own question?")
        .expect_no_text("How many days?");
    // What is not in one's library is refused beside the field.
    let stranger = Uuid::now_v7().to_string();
    let page = coach.get(&lesson).await;
    page.form("form[data-autosave]")
        .without("asset")
        .forge("asset", &stranger)
        .set("title", "Kept title")
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_text("not in your library any more");
    // An empty quiz is found before it is published.
    let nothing = empty(&coach, "quiz", "Nothing yet").await;
    write(&portal, &coach, &journey, "Check", &[("asset", id(&nothing))])
        .await
        .expect_status(303);
    coach
        .get(&format!("{journey}/publication"))
        .await
        .expect_text("It has no question yet.");
    // The same of worksheets: one with nothing to fill in.
    let blank = empty(&coach, "worksheet", "Blank").await;
    let parent = key(&portal, "First milestone");
    step(
        &coach,
        &journey,
        "assets",
        &[("asset", id(&blank)), ("parent", &parent)],
    )
    .await
    .expect_status(303);
    assert_eq!(
        portal.look("SELECT kind FROM journey_nodes WHERE title = 'Blank'"),
        "reflection"
    );
    coach
        .get(&format!("{journey}/publication"))
        .await
        .expect_text("It has nothing to fill in yet.");
}

#[tokio::test]
async fn a_team_leader_builds_with_their_own_teams_quiz_and_not_with_anothers() {
    let portal = Portal::start().await;
    let (coach, leader) = (portal.person("coach").await, portal.person("leader").await);
    let asset = quiz(&coach, "Whole", "How many days?").await;
    let (own, other) = ("Depot north", "Night shift");
    for (team, seen, editor) in [(other, 404, 404), (own, 200, 200)] {
        portal.force(&format!(
            "UPDATE library_assets SET team_id = (SELECT id FROM contexts WHERE name = '{team}') WHERE id = '{}'",
            id(&asset)
        ));
        leader.get(&asset).await.expect_status(seen);
        leader.get(&format!("{asset}/parts")).await.expect_status(editor);
    }
    press(
        &leader,
        &asset,
        "Make it version 2",
        &[("question_prompt", "How many nights?")],
    )
    .await
    .expect_see_other(&asset);
}

#[tokio::test]
async fn files_carry_both_and_another_library_has_them_afterwards() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let (asset, sheet) = (
        quiz(&coach, "Days", "How many days?").await,
        worksheet(&coach, "After a talk").await,
    );
    let journey = begin(&coach, "First steps").await;
    let parent = key(&portal, "First milestone");
    let wanted = [("asset", id(&asset)), ("asset", id(&sheet)), ("parent", &parent)];
    step(&coach, &journey, "assets", &wanted).await.expect_status(303);
    let out = coach.download(&format!("{journey}/export")).await;
    let import = async |who: &Actor| {
        let page = who.get("/journeys/import").await.expect_ok();
        let answer = page
            .form("form[enctype='multipart/form-data']")
            .attach("file", "journey.zip", "application/zip", &out)
            .submit(who)
            .await
            .expect_see_other("/journeys/");
        let path = answer.location().unwrap().path().to_owned();
        path.trim_end_matches("/build").to_owned()
    };
    // Where they are known they stay what they are.
    let copy = import(&coach).await;
    assert!(
        coach.download(&format!("{copy}/export")).await == out,
        "byte by byte"
    );
    assert_eq!(portal.look("SELECT count(*) FROM library_assets"), "2");
    // Elsewhere they come along.
    let stranger = portal.neighbour("stranger").await;
    let there = import(&stranger).await;
    assert!(
        stranger.download(&format!("{there}/export")).await == out,
        "byte by byte there, too"
    );
    let library = stranger.get("/journeys/library").await.expect_ok();
    library.expect_text("Days").expect_text("After a talk");
    stranger.get(&sheet).await.expect_text("What did you try?");
}

#[tokio::test]
async fn programs_read_what_quizzes_and_worksheets_are_made_of() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let (asset, sheet) = (
        quiz(&coach, "Days", "How many days?").await,
        worksheet(&coach, "After a talk").await,
    );
    let program = Program::of(&portal, &coach, &["journeys:read"]).await;
    let read = program
        .get(&format!("/api/journeys/assets/{}", id(&asset)))
        .await
        .expect_ok();
    assert_eq!(read.at("/kind"), "quiz");
    assert_eq!(read.at("/parts/questions/0/prompt"), "How many days?");
    let read = program
        .get(&format!("/api/journeys/assets/{}", id(&sheet)))
        .await
        .expect_ok();
    assert_eq!(read.at("/parts/kind"), "worksheet");
    assert_eq!(read.at("/parts/fields/0/label"), "What did you try?");
    let listed = program
        .get("/api/journeys/assets?kind=worksheet")
        .await
        .expect_ok();
    assert_eq!(listed.at("/data/0/title"), "After a talk");
}
