//! Worksheets in lessons: filled in without scripts, kept while one types, told beside the field, and read by coach and learner as questions
//! with their answers.

use proptest::prelude::*;
use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;
use waymark::domains::journeys::worksheets::answers::SheetForm;
use waymark::domains::journeys::worksheets::{Field, FieldKind, FieldOption, Filled};

use super::written::{Written, enrol, journey, text, told};
use crate::people::post;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Keys of the fields and options of the worksheet below.
struct Keys {
    tried: Uuid,
    story: Uuid,
    count: Uuid,
    day: Uuid,
    mood: Uuid,
    moods: [Uuid; 2],
    who: Uuid,
    whom: [Uuid; 3],
}

impl Keys {
    fn new() -> Self {
        let new = Uuid::now_v7;
        Self {
            tried: new(),
            story: new(),
            count: new(),
            day: new(),
            mood: new(),
            moods: [new(), new()],
            who: new(),
            whom: [new(), new(), new()],
        }
    }

    fn sheet(&self) -> serde_json::Value {
        let option = |key: &Uuid, text: &str| json!({ "key": key, "text": text });
        json!({ "title": "After a talk", "version": 1, "fields": [
            { "kind": "heading", "label": "The talk", "help": "Be **honest**." },
            { "key": self.tried, "kind": "short", "label": "What did you try?", "help": "One thing.", "required": true },
            { "key": self.story, "kind": "long", "label": "How did it go?" },
            { "key": self.count, "kind": "number", "label": "How often?", "required": true },
            { "key": self.day, "kind": "date", "label": "On which day?" },
            { "key": self.mood, "kind": "one", "label": "How was it?", "required": true,
              "options": [option(&self.moods[0], "Easy"), option(&self.moods[1], "Hard")] },
            { "key": self.who, "kind": "several", "label": "With whom?",
              "options": [option(&self.whom[0], "A friend"), option(&self.whom[1], "A stranger"), option(&self.whom[2], "My lead")] },
        ] })
    }

    fn fields(&self) -> Vec<Field> {
        serde_json::from_value(self.sheet()["fields"].clone()).unwrap()
    }
}

fn name(key: Uuid) -> String {
    format!("w-{key}")
}

/// A journey of one reflection with a worksheet; its learner and the address of the lesson.
async fn reflection(portal: &Portal, keys: &Keys) -> (Written, String) {
    let content = json!({ "kind": "reflection", "prompt": "Think of today.", "worksheet": keys.sheet() });
    of_kind(portal, "reflection", "submitted", &content).await
}

async fn of_kind(
    portal: &Portal,
    kind: &'static str,
    goal: &'static str,
    content: &serde_json::Value,
) -> (Written, String) {
    let lesson = text("Look back").of(kind, goal, &content.to_string());
    let steps = journey(
        portal,
        true,
        &[("Getting started", true, vec![lesson, text("After")])],
    );
    let coach = portal.person("coach").await;
    let id = enrol(portal, &coach, &steps, &["member"]).await;
    let address = format!("/learn/{id}/lessons/{}", steps.key("Look back"));
    (steps, address)
}

async fn hand_in(who: &Actor, address: &str, fields: &[(String, &str)]) -> Page {
    let page = who.get(address).await.expect_ok();
    let mut form = page.form("form[action$='/writing']");
    for (name, value) in fields {
        let has_boxes = page.select(&format!("input[type=checkbox][name='{name}']")).len() > 1;
        form = match has_boxes {
            true => form.check_value(name, value),
            false => form.set(name, value),
        };
    }
    form.press("Hand in").submit(who).await
}

#[tokio::test]
async fn a_learner_fills_a_worksheet_in_without_scripts_and_both_read_it_as_questions_with_answers() {
    let portal = Portal::start().await;
    let keys = Keys::new();
    let (steps, address) = reflection(&portal, &keys).await;
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let page = member.get(&address).await.expect_ok();
    page.expect_text("Think of today.")
        .expect_text("The talk")
        .expect_element(".sheet-heading strong")
        .expect_no_element("textarea[name=body]");
    let mood = keys.moods[1].to_string();
    let (friend, lead) = (keys.whom[0].to_string(), keys.whom[2].to_string());
    let filled = [
        (name(keys.tried), "I asked & waited"),
        (name(keys.story), "First line\nSecond <b>line</b>"),
        (name(keys.count), "3,5"),
        (name(keys.day), "2026-11-20"),
        (name(keys.mood), mood.as_str()),
        (name(keys.who), friend.as_str()),
        (name(keys.who), lead.as_str()),
    ];
    hand_in(&member, &address, &filled)
        .await
        .expect_see_other("/learn/");
    assert_eq!(told(&portal, "lesson.completed"), "1");
    assert_eq!(told(&portal, "review.requested"), "1");

    // As a person reads it: where lines break is looked at below.
    let expected = [
        "I asked & waited",
        "First line Second <b>line</b>",
        "3,5",
        "20 November 2026",
        "Hard",
    ];
    let read = |page: &Page| -> Vec<String> {
        page.select(".filled__answer")
            .into_iter()
            .map(|one| one.text)
            .collect()
    };
    let shown = member.get(&address).await.expect_ok();
    assert_eq!(read(&shown), expected);
    let chosen: Vec<String> = shown
        .select(".filled__answers li")
        .into_iter()
        .map(|one| one.text)
        .collect();
    assert_eq!(chosen, ["A friend", "My lead"]);
    let queue = coach
        .get(&format!("/journeys/{}/reviews", steps.id))
        .await
        .expect_text("Look back");
    let review = coach
        .get(queue.one("a.row__title").attr("href").unwrap())
        .await
        .expect_ok();
    assert_eq!(read(&review), expected);
    review
        .expect_text("What did you try?")
        .expect_no_element(".filled b");
    // On paper, each version by itself; other people's is not there.
    let paper = format!("{address}/worksheet?version=1");
    let printed = member.get(&paper).await.expect_ok();
    assert_eq!(read(&printed)[..4], expected[..4]);
    member
        .get(&format!("{address}/worksheet?version=7"))
        .await
        .expect_status(404);
    coach.get(&paper).await.expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&paper)
        .await
        .expect_status(404);
    // What is said to who asks for all that is kept about them.
    assert!(
        portal
            .look("SELECT body FROM lesson_submissions")
            .contains("How was it?\nHard")
    );
    portal.force(
        "DO $$ BEGIN UPDATE lesson_submissions SET filled = '{}'; RAISE 'changed'; EXCEPTION WHEN restrict_violation THEN NULL; END $$",
    );
}

#[tokio::test]
async fn what_is_missing_is_told_beside_its_field_and_nothing_typed_is_lost() {
    let portal = Portal::start().await;
    let keys = Keys::new();
    let (_, address) = reflection(&portal, &keys).await;
    let member = portal.person("member").await;
    let friend = keys.whom[1].to_string();
    let filled = [
        (name(keys.story), "A long story"),
        (name(keys.count), "often"),
        (name(keys.day), "2026-02-31"),
        (name(keys.who), friend.as_str()),
    ];
    let refused = hand_in(&member, &address, &filled).await.expect_status(422);
    for wrong in [keys.tried, keys.count, keys.day, keys.mood] {
        refused.expect_field_error(&name(wrong));
    }
    refused
        .expect_text("“What did you try?” is missing.")
        .expect_text("asks for a number");
    let form = refused.form("form[action$='/writing']");
    assert_eq!(form.value(&name(keys.story)), Some("A long story"));
    assert_eq!(form.value(&name(keys.count)), Some("often"));
    assert_eq!(form.value(&name(keys.who)), Some(friend.as_str()));
    assert_eq!(portal.look("SELECT count(*) FROM lesson_submissions"), "0");
    // Mended, it goes through; sent twice, it is handed in once.
    let form = form
        .set(&name(keys.tried), "Asking")
        .set(&name(keys.count), "2")
        .set(&name(keys.day), "")
        .set(&name(keys.mood), &keys.moods[0].to_string())
        .press("Hand in");
    let (first, second) = (form.submit(&member).await, form.submit(&member).await);
    first.expect_see_other("/learn/");
    second.expect_see_other("/learn/");
    assert_eq!(portal.look("SELECT count(*) FROM lesson_submissions"), "1");
}

#[tokio::test]
async fn what_is_typed_is_kept_and_what_came_back_is_gone_on_with() {
    let portal = Portal::start().await;
    let keys = Keys::new();
    let content = json!({ "kind": "assignment", "brief": "Do it.", "rubric": [], "worksheet": keys.sheet() });
    let (steps, address) = of_kind(&portal, "assignment", "approved", &content).await;
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    // As the script keeps it, unfinished as it is.
    let tried = name(keys.tried);
    let draft = [("intent", "save"), (tried.as_str(), "Half a sen")];
    post(&member, &format!("{address}/writing"), &draft)
        .await
        .expect_status(303);
    let page = member.get(&address).await.expect_text("Your draft is kept");
    assert_eq!(
        page.form("form[action$='/writing']").value(&tried),
        Some("Half a sen")
    );
    let (mood, once) = (keys.moods[0].to_string(), name(keys.count));
    let whole = [
        (tried.clone(), "A whole sentence"),
        (once.clone(), "1"),
        (name(keys.mood), mood.as_str()),
    ];
    hand_in(&member, &address, &whole).await.expect_status(303);
    let review = coach.get(&format!("/journeys/{}/reviews", steps.id)).await;
    let path = review.one("a.row__title").attr("href").unwrap().to_owned();
    let answer = coach.get(&path).await;
    answer
        .form("main form[action*='/reviews/']")
        .set("comments", "Say more about it.")
        .press("Return with comments")
        .submit(&coach)
        .await
        .expect_status(303);
    let page = member.get(&address).await.expect_text("Say more about it.");
    let form = page.form("form[action$='/writing']");
    assert_eq!(
        form.value(&tried),
        Some("A whole sentence"),
        "one goes on with what came back"
    );
    assert_eq!(form.value(&name(keys.mood)), Some(mood.as_str()));
    form.set(&once, "2")
        .press("Hand in")
        .submit(&member)
        .await
        .expect_status(303);
    assert_eq!(
        portal.look(
            "SELECT string_agg(number::text || ' ' || state, ', ' ORDER BY number) FROM lesson_submissions"
        ),
        "1 returned, 2 waiting"
    );
    let both = member.get(&address).await.expect_ok();
    assert_eq!(both.select(".filled").len(), 2, "each version as it was");
}

#[tokio::test]
async fn a_worksheet_counts_words_in_all_its_texts_and_needs_a_connection() {
    let portal = Portal::start().await;
    let keys = Keys::new();
    let content =
        json!({ "kind": "reflection", "prompt": "", "at_least_words": 4, "worksheet": keys.sheet() });
    let (_, address) = of_kind(&portal, "reflection", "submitted", &content).await;
    let member = portal.person("member").await;
    let mood = keys.moods[0].to_string();
    let few = [
        (name(keys.tried), "Two words"),
        (name(keys.count), "1"),
        (name(keys.mood), mood.as_str()),
    ];
    hand_in(&member, &address, &few)
        .await
        .expect_status(422)
        .expect_text("Write at least 4 words; so far there are 2.");
    member.get(&address).await.expect_text("needs a connection");
    let enrolment = address.split('/').nth(2).unwrap();
    let kept = member.get(&format!("/learn/{enrolment}/kept")).await.text();
    assert!(!kept.contains("What did you try?"), "it is not taken along");
    let nothing = post(
        &member,
        &format!("{address}/writing"),
        &[("body", "A text instead")],
    )
    .await;
    nothing.expect_status(422);
    // Nobody else hands in for them.
    let other = portal.person("other").await;
    post(&other, &format!("{address}/writing"), &[("body", "x")])
        .await
        .expect_status(404);
}

fn typed(filled: &[(Uuid, Vec<String>)]) -> SheetForm {
    let given = filled.iter().cloned().collect();
    SheetForm::of(&given)
}

proptest! {
    #[test]
    fn answers_survive_being_stored_and_shown(
        short in "[^\\p{C}]{1,60}",
        long in "([^\\p{C}]{0,40}\n){0,4}[^\\p{C}]{0,40}",
        number in -1.0e6..1.0e6_f64,
        chosen in proptest::collection::vec(any::<bool>(), 3),
        mood in 0_usize..2,
    ) {
        let keys = Keys::new();
        let fields = keys.fields();
        let number = number.to_string();
        let whom: Vec<String> = keys.whom.iter().zip(&chosen).filter(|(_, is)| **is).map(|(key, _)| key.to_string()).collect();
        prop_assume!(!short.trim().is_empty());
        let form = typed(&[
            (keys.tried, vec![short.clone()]),
            (keys.story, vec![long.replace('\n', "\r\n")]),
            (keys.count, vec![number.clone()]),
            (keys.mood, vec![keys.moods[mood].to_string()]),
            (keys.who, whom),
        ]);
        let filled = form.parse("After a talk", &fields).unwrap();
        let stored = serde_json::to_value(&filled).unwrap();
        let back: Filled = serde_json::from_value(stored).unwrap();
        prop_assert_eq!(&back, &filled);
        let told = back.told();
        let answer = |label: &str| told.iter().find(|one| one.label == label).unwrap().answers.clone();
        let plain = |text: &str| -> String { text.trim().nfc().collect() };
        prop_assert_eq!(answer("What did you try?"), vec![plain(&short)]);
        let long = plain(&long);
        prop_assert_eq!(answer("How did it go?"), if long.is_empty() { vec![] } else { vec![long] });
        prop_assert_eq!(answer("How often?"), vec![number]);
        prop_assert_eq!(answer("How was it?"), vec![["Easy", "Hard"][mood].to_owned()]);
        let names: Vec<String> = ["A friend", "A stranger", "My lead"].iter().zip(&chosen).filter(|(_, is)| **is).map(|(name, _)| (*name).to_owned()).collect();
        prop_assert_eq!(answer("With whom?"), names);
        // And what is kept while one types comes back as it was typed.
        prop_assert_eq!(SheetForm::of(&form.kept(&fields)).kept(&fields), form.kept(&fields));
    }
}

#[test]
fn what_is_no_answer_to_a_field_is_not_taken() {
    let keys = Keys::new();
    let fields = keys.fields();
    let strange = Uuid::now_v7().to_string();
    let form = typed(&[
        (keys.tried, vec!["x".repeat(501)]),
        (keys.count, vec!["NaN".to_owned()]),
        (keys.mood, vec![strange.clone()]),
        (keys.who, vec![strange]),
    ]);
    let errors = form.parse("", &fields).unwrap_err();
    for key in [keys.tried, keys.count, keys.mood] {
        assert!(!errors.of(&name(key)).is_empty());
    }
    assert!(
        errors.of(&name(keys.who)).is_empty(),
        "what is not offered is not chosen"
    );
    let optional = vec![Field {
        key: keys.who,
        kind: FieldKind::Several,
        label: "With whom?".to_owned(),
        help: String::new(),
        required: false,
        options: vec![FieldOption {
            key: keys.whom[0],
            text: "A friend".to_owned(),
        }],
    }];
    let nothing = SheetForm::default().parse("", &optional).unwrap_err();
    assert_eq!(nothing.of(&name(keys.who)), "Fill something in first.");
}
