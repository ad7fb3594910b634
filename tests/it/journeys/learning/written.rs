//! Published journeys written with SQL, so that these tests need no builder.

use std::collections::HashMap;
use std::fmt::Write as _;

use uuid::Uuid;

use crate::people::post;
use crate::support::portal::{Actor, Portal};

/// A lesson to be written.
pub struct Lesson {
    pub title: &'static str,
    pub kind: &'static str,
    pub goal: &'static str,
    pub percent: Option<i16>,
    pub is_optional: bool,
    pub body: &'static str,
    pub content: Option<String>,
}

/// A text that is done when one says so.
pub fn text(title: &'static str) -> Lesson {
    Lesson {
        title,
        kind: "text",
        goal: "marked",
        percent: None,
        is_optional: false,
        body: "## Why\n\nBecause **listening** comes first.",
        content: None,
    }
}

impl Lesson {
    pub fn of(self, kind: &'static str, goal: &'static str, content: &str) -> Self {
        Self {
            kind,
            goal,
            content: Some(content.to_owned()),
            ..self
        }
    }

    pub fn optional(self) -> Self {
        Self {
            is_optional: true,
            ..self
        }
    }

    pub fn percent(self, percent: i16) -> Self {
        Self {
            percent: Some(percent),
            ..self
        }
    }
}

/// A journey as it was written.
pub struct Written {
    pub id: Uuid,
    pub version: Uuid,
    pub keys: HashMap<String, Uuid>,
}

impl Written {
    pub fn key(&self, title: &str) -> Uuid {
        self.keys[title]
    }
}

/// Writes and publishes a journey: milestones with their lessons, each in order or not.
pub fn journey(portal: &Portal, in_order: bool, milestones: &[(&str, bool, Vec<Lesson>)]) -> Written {
    let (id, version) = (Uuid::now_v7(), Uuid::now_v7());
    let (org, coach) = (portal.organization("local"), portal.member("coach"));
    portal.force(&format!(
        "INSERT INTO journeys (org_id, id, title, created_by, created_at, changed_at) VALUES ('{org}', '{id}', 'First steps', '{coach}', now(), now())"
    ));
    let keys = HashMap::new();
    let mut written = Written { id, version, keys };
    version_of(portal, &mut written, 1, in_order, milestones);
    written
}

/// Writes and publishes one more version: lessons of the same title keep their key.
pub fn version_of(
    portal: &Portal,
    journey: &mut Written,
    number: i32,
    in_order: bool,
    milestones: &[(&str, bool, Vec<Lesson>)],
) {
    let (org, coach, version) = (
        portal.organization("local"),
        portal.member("coach"),
        Uuid::now_v7(),
    );
    journey.version = version;
    let mut sql = format!(
        "INSERT INTO journey_versions (org_id, id, journey_id, title, summary, in_order) VALUES ('{org}', '{version}', '{}', 'First steps', 'How to begin.', {in_order});",
        journey.id
    );
    for (place, (title, lessons_in_order, lessons)) in milestones.iter().enumerate() {
        let key = *journey
            .keys
            .entry((*title).to_owned())
            .or_insert_with(Uuid::now_v7);
        write!(
            sql,
            "INSERT INTO journey_nodes (org_id, version_id, key, position, title, in_order) VALUES ('{org}', '{version}', '{key}', {place}, '{title}', {lessons_in_order});"
        )
        .unwrap();
        for (place, lesson) in lessons.iter().enumerate() {
            let own = *journey
                .keys
                .entry(lesson.title.to_owned())
                .or_insert_with(Uuid::now_v7);
            let content = lesson
                .content
                .as_ref()
                .map_or("NULL".to_owned(), |content| format!("'{content}'"));
            let percent = lesson
                .percent
                .map_or("NULL".to_owned(), |percent| percent.to_string());
            write!(
                sql,
                "INSERT INTO journey_nodes (org_id, version_id, key, parent, position, title, kind, goal, goal_percent, is_optional, minutes, body, content) \
                 VALUES ('{org}', '{version}', '{own}', '{key}', {place}, '{}', '{}', '{}', {percent}, {}, 5, '{}', {content});",
                lesson.title, lesson.kind, lesson.goal, lesson.is_optional, lesson.body
            )
            .unwrap();
        }
    }
    portal.force(&sql);
    publish(portal, journey, number, &coach.to_string());
}

/// Adds a condition before the version is published: for trees that are written by hand.
pub fn rule(portal: &Portal, journey: &Written, node: &str, columns: &str, values: &str) {
    let (org, version, key) = (portal.organization("local"), journey.version, journey.key(node));
    // The guard against changes of published versions is the builder's; here the past is written.
    portal.force(&format!(
        "SET session_replication_role = replica; \
         INSERT INTO unlock_atoms (org_id, version_id, node, clause, place, {columns}) VALUES ('{org}', '{version}', '{key}', {values})"
    ));
}

fn publish(portal: &Portal, journey: &Written, number: i32, coach: &str) {
    portal.force(&format!(
        "UPDATE journey_versions SET number = {number}, published_at = now(), published_by = '{coach}' WHERE id = '{}'",
        journey.version
    ));
}

/// Enrols people by the form; answers the enrolment of the first.
pub async fn enrol(portal: &Portal, coach: &Actor, journey: &Written, people: &[&str]) -> String {
    post(
        coach,
        &format!("/journeys/{}/people", journey.id),
        &[("people", &people.join(" "))],
    )
    .await
    .expect_see_other("/journeys/");
    enrolment(portal, journey, people[0])
}

/// Somebody's enrolment.
pub fn enrolment(portal: &Portal, journey: &Written, person: &str) -> String {
    portal.look(&format!(
        "SELECT id FROM journey_enrolments WHERE journey_id = '{}' AND member_id = '{}'",
        journey.id,
        portal.member(person)
    ))
}

/// How many of these events were told.
pub fn told(portal: &Portal, event: &str) -> String {
    portal.look(&format!(
        "SELECT count(*) FROM events WHERE event_type = 'journeys.{event}'"
    ))
}
