//! Quizzes: drawn once, kept as one answers, marked once.

use uuid::Uuid;
use waymark::domains::journeys::building::content::{
    Answer, Feedback, Question, QuestionKind, Quiz, QuizOption,
};
use waymark::domains::journeys::learning::lessons::quiz::{Answers, Given, draw, is_right, score};
use waymark::kernel::ids::{EnrolmentId, NodeKey};

use super::written::{enrol, journey, rule, text, told};
use crate::people::post;
use crate::support::portal::Portal;

fn question(kind: QuestionKind) -> Question {
    Question {
        key: Uuid::now_v7(),
        kind,
        prompt: "How many?".to_owned(),
        points: 1,
        options: Vec::new(),
        answer: Answer::default(),
        feedback: String::new(),
    }
}

fn option(right: bool) -> QuizOption {
    QuizOption {
        key: Uuid::now_v7(),
        text: "This".to_owned(),
        right,
        feedback: String::new(),
    }
}

fn given(values: &[&str]) -> Given {
    Given {
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        is_checked: false,
    }
}

#[test]
fn numbers_and_short_texts_are_read_as_people_write_them() {
    let number = Question {
        answer: Answer {
            number: Some(1234.5),
            tolerance: 0.1,
            ..Answer::default()
        },
        ..question(QuestionKind::Number)
    };
    for right in ["1234.5", "1 234,5", "1234.6"] {
        assert!(is_right(&number, &given(&[right])), "{right}");
    }
    for wrong in ["", "1234", "NaN", "inf", "many"] {
        assert!(!is_right(&number, &given(&[wrong])), "{wrong}");
    }
    let short = Question {
        answer: Answer {
            accepted: vec!["Open question".to_owned()],
            ..Answer::default()
        },
        ..question(QuestionKind::Short)
    };
    assert!(is_right(&short, &given(&["  open   QUESTION "])));
    assert!(!is_right(&short, &given(&["  "])));
}

#[test]
fn several_answers_are_right_all_together_or_not_at_all() {
    let options = vec![option(true), option(true), option(false)];
    let keys: Vec<String> = options.iter().map(|one| one.key.to_string()).collect();
    let several = Question {
        options,
        ..question(QuestionKind::Multiple)
    };
    assert!(is_right(&several, &given(&[&keys[1], &keys[0]])));
    assert!(!is_right(&several, &given(&[&keys[0]])));
    assert!(!is_right(&several, &given(&[&keys[0], &keys[1], &keys[2]])));
    assert!(!is_right(&several, &Given::default()));
}

#[test]
fn a_try_draws_the_same_questions_whenever_it_is_asked_and_the_next_others() {
    let quiz = Quiz {
        pool: Some(3),
        questions: (0..12).map(|_| question(QuestionKind::Short)).collect(),
        feedback: Feedback::AtEnd,
        ..Quiz::default()
    };
    let (enrolment, lesson) = (EnrolmentId(Uuid::now_v7()), NodeKey(Uuid::now_v7()));
    let first = draw(&quiz, enrolment, lesson, 1);
    assert_eq!(first.len(), 3);
    assert_eq!(first, draw(&quiz, enrolment, lesson, 1));
    assert!((2..8).any(|number| draw(&quiz, enrolment, lesson, number) != first));
    assert_eq!(score(&quiz, &first, &Answers::new()), 0);
    assert_eq!(score(&Quiz::default(), &[], &Answers::new()), 0);
}

/// Two questions: one of options, one of a number. With what is right.
fn content(feedback: &str, attempts: &str) -> (String, [String; 4]) {
    let [one, two, right, wrong] = [(); 4].map(|()| Uuid::now_v7().to_string());
    let content = format!(
        r#"{{"kind": "quiz", "pool": null, "attempts": {attempts}, "pass_percent": 80, "feedback": "{feedback}", "questions": [
          {{"key": "{one}", "kind": "single", "prompt": "Who talks?", "points": 1, "feedback": "You listen.", "options": [
            {{"key": "{right}", "text": "They do", "right": true}}, {{"key": "{wrong}", "text": "I do", "right": false, "feedback": "Less is more."}}]}},
          {{"key": "{two}", "kind": "number", "prompt": "What percent?", "points": 1, "answer": {{"number": 70, "tolerance": 5}}}}]}}"#
    );
    (content, [one, two, right, wrong])
}

#[tokio::test]
async fn a_try_does_not_end_with_a_question_left_out_by_mistake() {
    let portal = Portal::start().await;
    let (content, [one, two, right, _]) = content("at_end", "1");
    let quiz = journey(
        &portal,
        false,
        &[(
            "One",
            false,
            vec![text("Check").of("quiz", "scored", &content).percent(80)],
        )],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &quiz, &["member"]).await;
    let lesson = format!("/learn/{id}/lessons/{}", quiz.key("Check"));
    post(&member, &format!("{lesson}/attempts"), &[])
        .await
        .expect_status(303);
    let form = member.get(&lesson).await.expect_ok();
    let form = form.form("form[action$='/answers']");

    // Something else than a number is no answer to a question for one.
    let sent = form
        .clone()
        .set(&format!("q-{one}"), &right)
        .set(&format!("q-{two}"), "abc");
    let page = sent.submit(&member).await.expect_status(422);
    page.expect_text("asks for a number");
    let again = page.form("form[action$='/answers']");
    assert_eq!(
        again.value(&format!("q-{two}")),
        Some("abc"),
        "what was typed is there"
    );
    // What is left out is named; to hand it in all the same is another button.
    let page = again
        .set(&format!("q-{two}"), "")
        .submit(&member)
        .await
        .expect_status(422);
    page.expect_text("is not answered.").expect_text("Hand in anyway");
    assert_eq!(
        portal.look("SELECT count(*) FROM quiz_attempts WHERE submitted_at IS NOT NULL"),
        "0"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM quiz_attempts WHERE answers <> '{}'"),
        "1",
        "the other answer is kept"
    );
    let form = page.form("form[action$='/answers']");
    form.submit(&member).await.expect_status(303);
    assert_eq!(portal.look("SELECT score FROM quiz_attempts"), "50");
}

#[tokio::test]
async fn a_learner_fails_tries_again_and_passes_and_the_best_score_stays() {
    let portal = Portal::start().await;
    let (content, [one, two, right, wrong]) = content("at_end", "null");
    let quiz = journey(
        &portal,
        false,
        &[(
            "One",
            false,
            vec![
                text("Check").of("quiz", "scored", &content).percent(80),
                text("After"),
            ],
        )],
    );
    rule(
        &portal,
        &quiz,
        "After",
        "kind, argument, percent",
        &format!("0, 0, 'score', '{}', 100", quiz.key("Check")),
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &quiz, &["member"]).await;
    let lesson = format!("/learn/{id}/lessons/{}", quiz.key("Check"));
    let after = format!("/learn/{id}/lessons/{}", quiz.key("After"));

    member
        .get(&after)
        .await
        .expect_status(403)
        .expect_text("Reach 100 % in “Check”. You have not tried it yet.")
        .expect_text("who enrolled you");
    member
        .get(&lesson)
        .await
        .expect_ok()
        .form("form[action$='/attempts']")
        .submit(&member)
        .await
        .expect_status(303);
    let page = member.get(&lesson).await.expect_ok().expect_text("Who talks?");
    page.expect_no_text("You listen.");
    let form = page.form("form[action$='/answers']");
    let form = form
        .set(&format!("q-{one}"), &wrong)
        .set(&format!("q-{two}"), "71");
    form.submit(&member).await.expect_status(303);
    let page = member.get(&lesson).await.expect_ok();
    page.expect_text("50 %")
        .expect_text("Less is more.")
        .expect_text("You listen.");
    member
        .get(&after)
        .await
        .expect_status(403)
        .expect_text("Your best is 50 %.");
    assert_eq!(told(&portal, "lesson.completed"), "0");

    post(&member, &format!("{lesson}/attempts"), &[])
        .await
        .expect_status(303);
    let answers = [(format!("q-{one}"), right), (format!("q-{two}"), "70".to_owned())];
    let mut fields: Vec<(&str, &str)> = answers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    post(&member, &format!("{lesson}/answers"), &fields)
        .await
        .expect_status(303);
    let kept = member.get(&lesson).await.expect_ok();
    assert_eq!(
        kept.form("form[action$='/answers']").value(&format!("q-{two}")),
        Some("70")
    );
    fields.push(("intent", "submit"));
    let door = format!("{lesson}/answers");
    let sent = futures_util::future::join_all((0..3).map(|_| post(&member, &door, &fields))).await;
    let taken = sent.iter().filter(|answer| answer.status.as_u16() == 303).count();
    assert_eq!(taken, 1, "handed in once");
    assert_eq!(told(&portal, "lesson.completed"), "1");
    member.get(&after).await.expect_ok();

    // A worse try for practice changes nothing.
    post(&member, &format!("{lesson}/attempts"), &[])
        .await
        .expect_status(303);
    post(
        &member,
        &format!("{lesson}/answers"),
        &[("intent", "submit-anyway")],
    )
    .await
    .expect_status(303);
    assert_eq!(
        portal.look("SELECT score FROM lesson_progress WHERE score IS NOT NULL"),
        "100"
    );
    assert_eq!(portal.look("SELECT done FROM journey_enrolments"), "1");
}

#[tokio::test]
async fn an_answer_that_was_checked_stays_and_tries_come_to_an_end() {
    let portal = Portal::start().await;
    let (content, [one, two, right, wrong]) = content("at_once", "1");
    let quiz = journey(
        &portal,
        false,
        &[(
            "One",
            false,
            vec![text("Check").of("quiz", "scored", &content).percent(80)],
        )],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &quiz, &["member"]).await;
    let lesson = format!("/learn/{id}/lessons/{}", quiz.key("Check"));
    let door = format!("{lesson}/answers");
    post(&member, &door, &[("intent", "submit")])
        .await
        .expect_status(409);
    post(&member, &format!("{lesson}/attempts"), &[])
        .await
        .expect_status(303);

    let field = format!("q-{one}");
    post(
        &member,
        &door,
        &[(&field, &wrong), ("intent", &format!("check-{one}"))],
    )
    .await
    .expect_status(303);
    member.get(&lesson).await.expect_ok().expect_text("You listen.");
    let number = format!("q-{two}");
    post(
        &member,
        &door,
        &[(&field, &right), (&number, "70"), ("intent", "submit")],
    )
    .await
    .expect_status(303);
    member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_text("50 %")
        .expect_text("All your tries are used.");
    post(&member, &format!("{lesson}/attempts"), &[])
        .await
        .expect_status(409);
    assert_eq!(told(&portal, "lesson.completed"), "0");
}
