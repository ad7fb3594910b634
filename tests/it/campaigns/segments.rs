//! Segments: what each condition means, that trees mean what they say, their pages, and who may.

use chrono::NaiveDate;
use uuid::Uuid;
use waymark::domains::campaigns::segments::explain::Explained;
use waymark::domains::campaigns::segments::model::{Condition, Leaf, Misshapen};
use waymark::domains::campaigns::segments::{self, Explanation};
use waymark::domains::people::model::Stage;
use waymark::kernel::actor::Role;
use waymark::kernel::error::AppError;
use waymark::kernel::ids::{
    ContextId, DepartmentId, FieldId, MemberId, SegmentId, ShiftId, TagId, WorksiteId,
};
use waymark::platform::db::{TenantScope, TenantTx};

use crate::people::{give, phone, post, worksite};
use crate::support::portal::Portal;

/// Asks inside the first organization, as the portal itself.
fn ask<T: Send + 'static>(
    portal: &Portal,
    work: impl FnOnce(&mut TenantTx<'_>) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let scope = TenantScope::of_portal(portal.organization("local"), "test");
    portal.app.db.tenant_blocking(&scope, work)
}

/// The handles a tree means, in the order of names; the count, and what it says of each of them, must agree.
fn meant(portal: &Portal, condition: &Condition) -> Vec<String> {
    let condition = condition.clone();
    ask(portal, move |tx| {
        let found = segments::page(tx, &condition, None, 1_000)?;
        assert_eq!(
            segments::count(tx, &condition)?,
            i64::try_from(found.len()).unwrap()
        );
        for one in &found {
            assert!(segments::contains(tx, &condition, one.id)?);
        }
        Ok(found.into_iter().map(|one| one.handle).collect())
    })
    .unwrap()
}

fn leaf(leaf: Leaf) -> Condition {
    Condition::Leaf(leaf)
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn row(portal: &Portal, table: &str, columns: &str, values: &str) -> Uuid {
    let (org, id) = (portal.organization("local"), Uuid::now_v7());
    portal.force(&format!(
        "INSERT INTO {table} (org_id, id, {columns}) VALUES ('{org}', '{id}', {values})"
    ));
    id
}

fn put(portal: &Portal, table: &str, columns: &str, who: &str, values: &str) {
    let (org, member) = (portal.organization("local"), portal.member(who));
    portal.force(&format!(
        "INSERT INTO {table} (org_id, member_id, {columns}) VALUES ('{org}', '{member}', {values})"
    ));
}

fn set(portal: &Portal, who: &str, what: &str) {
    portal.force(&format!(
        "UPDATE members SET {what} WHERE id = '{}'",
        portal.member(who)
    ));
}

/// Keeps a segment by going round its form; answers its id.
fn keep(portal: &Portal, name: &str, condition: &Condition) -> SegmentId {
    let rule = serde_json::to_string(condition).unwrap().replace('\'', "''");
    let by = portal.member("comms");
    SegmentId(row(
        portal,
        "segments",
        "name, rule, created_by, created_at, changed_at",
        &format!("'{name}', '{rule}', '{by}', now(), now()"),
    ))
}

#[tokio::test]
async fn each_condition_means_exactly_those_of_whom_it_is_true() {
    let portal = Portal::start().await;
    let hall: WorksiteId = worksite(&portal, "Hall", &["member", "other"]).parse().unwrap();
    let press = DepartmentId(row(
        &portal,
        "departments",
        "worksite_id, name",
        &format!("'{hall}', 'Press'"),
    ));
    let night = ShiftId(row(&portal, "shifts", "name", "'Night'"));
    let tag = TagId(row(&portal, "tags", "name", "'Driver'"));
    let past = TagId(row(&portal, "tags", "name", "'Past'"));
    let size = FieldId(row(&portal, "custom_fields", "name, kind", "'Size', 'text'"));
    let until = FieldId(row(&portal, "custom_fields", "name, kind", "'Until', 'day'"));
    let depot: ContextId = portal
        .look("SELECT id FROM contexts WHERE name = 'Night shift'")
        .parse()
        .unwrap();
    set(
        &portal,
        "member",
        &format!(
            "department_id = '{press}', shift_id = '{night}', stage = 'lead', locale = 'fr', joined_on = current_date - 10, last_active_at = now() - interval '3 days'"
        ),
    );
    set(
        &portal,
        "other",
        "joined_on = '2020-05-05', email = NULL, last_active_at = now() - interval '40 days', user_id = NULL",
    );
    portal.force("UPDATE members SET last_active_at = NULL WHERE handle IN ('leader', 'sponsor')");
    portal.force("UPDATE members SET last_active_at = now() - interval '1 day' WHERE handle NOT IN ('leader', 'sponsor', 'member', 'other')");
    put(&portal, "member_tags", "tag_id", "member", &format!("'{tag}'"));
    put(
        &portal,
        "member_tags",
        "tag_id, expires_on",
        "other",
        &format!("'{past}', current_date - 2"),
    );
    put(
        &portal,
        "member_tags",
        "tag_id, expires_on",
        "coach",
        &format!("'{past}', current_date + 2"),
    );
    put(
        &portal,
        "member_values",
        "field_id, value",
        "member",
        &format!("'{size}', 'Extra large'"),
    );
    put(
        &portal,
        "member_values",
        "field_id, value",
        "coach",
        &format!("'{until}', '2026-06-01'"),
    );
    put(
        &portal,
        "member_contacts",
        "last_reached_at",
        "member",
        "now() - interval '5 days'",
    );
    put(
        &portal,
        "member_contacts",
        "last_reached_at",
        "other",
        "now() - interval '50 days'",
    );
    phone(&portal, "other", "+16135550142");
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "training", "other");
    set(&portal, "privacy", "state = 'left'");
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let steward = portal.member("steward");
    let is = |value: &str| Leaf::FieldIs {
        field: size,
        value: value.to_owned(),
    };
    let has = |part: &str| Leaf::FieldHas {
        field: size,
        part: part.to_owned(),
    };
    for (one, found) in [
        (Leaf::Stage(Stage::Lead), vec!["member"]),
        (Leaf::Role(Role::Coach), vec!["coach"]),
        (Leaf::Tag(tag), vec!["member"]),
        (Leaf::Tag(past), vec!["coach"]),
        (Leaf::Worksite(hall), vec!["member", "other"]),
        (Leaf::Department(press), vec!["member"]),
        (Leaf::Shift(night), vec!["member"]),
        (is("extra LARGE"), vec!["member"]),
        (is("extra"), vec![]),
        (has("A LAR"), vec!["member"]),
        (has("%"), vec![]),
        (
            Leaf::FieldBefore {
                field: until,
                day: day("2026-06-02"),
            },
            vec!["coach"],
        ),
        (
            Leaf::FieldBefore {
                field: until,
                day: day("2026-06-01"),
            },
            vec![],
        ),
        (
            Leaf::FieldAfter {
                field: until,
                day: day("2026-05-31"),
            },
            vec!["coach"],
        ),
        (Leaf::Language("fr".to_owned()), vec!["member"]),
        (Leaf::JoinedBefore(day("2020-05-06")), vec!["other"]),
        (Leaf::JoinedBefore(day("2020-05-05")), vec![]),
        (Leaf::JoinedWithin(11), vec!["member"]),
        (Leaf::JoinedWithin(9), vec![]),
        (Leaf::HasPhone, vec!["other"]),
        (Leaf::NeverActive, vec!["leader", "sponsor"]),
        (Leaf::Belongs(depot), vec!["member", "steward"]),
        (Leaf::SpokenWithin(30), vec!["member"]),
        (Leaf::SpokenWithin(60), vec!["member", "other"]),
        (Leaf::Steward(steward), vec!["member"]),
        (Leaf::HasSteward, vec!["member"]),
    ] {
        let mut yes = meant(&portal, &leaf(one.clone()));
        yes.sort();
        assert_eq!(yes, found, "{one:?}");
        let no = meant(&portal, &not(leaf(one.clone())));
        assert_eq!(
            yes.len() + no.len(),
            8,
            "{one:?}: everybody who is here is either in it or not"
        );
        assert!(
            !no.contains(&"privacy".to_owned()),
            "{one:?}: who left is in no segment"
        );
    }
    for (one, missing) in [
        (Leaf::HasEmail, vec!["other"]),
        (Leaf::HasLogin, vec!["other"]),
        (Leaf::FieldEmpty { field: size }, vec!["member"]),
        (Leaf::ActiveWithin(30), vec!["leader", "other", "sponsor"]),
        (
            Leaf::ActiveWithin(2),
            vec!["leader", "member", "other", "sponsor"],
        ),
    ] {
        let mut no = meant(&portal, &not(leaf(one.clone())));
        no.sort();
        assert_eq!(no, missing, "{one:?}");
    }
}

#[tokio::test]
async fn who_has_a_steward_is_what_the_one_rule_answers_for_each_of_them() {
    let portal = Portal::start().await;
    let hall = worksite(&portal, "Hall", &["member", "other", "steward", "coach"]);
    let org = portal.organization("local");
    let give_cell = |who: &str| {
        portal.force(&format!(
            "INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
             VALUES ('{org}', gen_random_uuid(), '{}', 'backup', '{hall}', now() - interval '1 day')",
            portal.member(who)
        ));
    };
    let agrees = || {
        let said = portal.look("SELECT coalesce(string_agg(handle, ' ' ORDER BY sort_name, id), '') FROM members WHERE state <> 'left' AND org_id = (SELECT id FROM organizations WHERE slug = 'local') AND (SELECT count(*) FROM set_config('app.org_id', (SELECT id::text FROM organizations WHERE slug = 'local'), false)) = 1 AND app.steward_of(id, now()) IS NOT NULL");
        let found = meant(&portal, &leaf(Leaf::HasSteward)).join(" ");
        assert_eq!(found, said);
        found
    };
    assert_eq!(agrees(), "");
    give_cell("steward");
    let one = agrees();
    assert!(
        one.contains("member") && !one.contains("steward"),
        "nobody is their own steward: {one}"
    );
    portal.force(&format!(
        "INSERT INTO steward_blocks (org_id, steward_id, member_id, reason) VALUES ('{org}', '{}', '{}', 'Relatives')",
        portal.member("steward"),
        portal.member("other")
    ));
    assert!(!agrees().contains("other"));
    give_cell("coach");
    assert!(agrees().contains("steward"));
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
    fn chance(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// What is known about somebody, for a reading of trees that knows no SQL.
#[derive(Clone)]
struct Facts {
    id: MemberId,
    stage: Stage,
    french: bool,
    joined: Option<NaiveDate>,
    tagged: bool,
    value: Option<&'static str>,
    phone: bool,
    hall: bool,
    spoken: Option<i32>,
    gone: bool,
}

struct Things {
    tag: TagId,
    field: FieldId,
    hall: WorksiteId,
    inner: (SegmentId, Condition),
}

fn holds(condition: &Condition, facts: &Facts, things: &Things) -> bool {
    match condition {
        Condition::All(of) => of.iter().all(|one| holds(one, facts, things)),
        Condition::Any(of) => of.iter().any(|one| holds(one, facts, things)),
        Condition::Not(of) => !holds(of, facts, things),
        Condition::Leaf(one) => match one {
            Leaf::Stage(stage) => facts.stage == *stage,
            Leaf::Language(word) => (word == "fr") == facts.french,
            Leaf::JoinedBefore(day) => facts.joined.is_some_and(|joined| joined < *day),
            Leaf::JoinedAfter(day) => facts.joined.is_some_and(|joined| joined > *day),
            Leaf::Tag(_) => facts.tagged,
            Leaf::FieldIs { value, .. } => facts.value.is_some_and(|is| is.eq_ignore_ascii_case(value)),
            Leaf::FieldHas { part, .. } => facts
                .value
                .is_some_and(|is| is.to_lowercase().contains(&part.to_lowercase())),
            Leaf::FieldEmpty { .. } => facts.value.is_none(),
            Leaf::HasPhone => facts.phone,
            Leaf::Worksite(_) => facts.hall,
            Leaf::SpokenWithin(days) => facts.spoken.is_some_and(|ago| ago < *days),
            Leaf::Segment(_) => holds(&things.inner.1, facts, things),
            other => panic!("{other:?} is not rolled"),
        },
    }
}

fn rolled(dice: &mut Dice, things: &Things, levels: u64) -> Condition {
    if levels > 1 && dice.below(3) > 0 {
        let of = (0..=dice.below(3))
            .map(|_| rolled(dice, things, levels - 1))
            .collect();
        let group = if dice.chance() {
            Condition::All(of)
        } else {
            Condition::Any(of)
        };
        return if dice.below(4) == 0 { not(group) } else { group };
    }
    let day = NaiveDate::from_ymd_opt(2020, 1 + u32::try_from(dice.below(12)).unwrap(), 15).unwrap();
    let (field, word) = (
        things.field,
        ["red", "RED wine", "100%", "_", "o'Neil"][usize::try_from(dice.below(5)).unwrap()],
    );
    let one = leaf(match dice.below(12) {
        0 => Leaf::Stage(Stage::ALL[usize::try_from(dice.below(3)).unwrap()]),
        1 => Leaf::Language(if dice.chance() { "fr" } else { "en" }.to_owned()),
        2 => Leaf::JoinedBefore(day),
        3 => Leaf::JoinedAfter(day),
        4 => Leaf::Tag(things.tag),
        5 => Leaf::FieldIs {
            field,
            value: word.to_owned(),
        },
        6 => Leaf::FieldHas {
            field,
            part: word.to_owned(),
        },
        7 => Leaf::FieldEmpty { field },
        8 => Leaf::HasPhone,
        9 => Leaf::Worksite(things.hall),
        10 => Leaf::SpokenWithin(1 + i32::try_from(dice.below(90)).unwrap()),
        _ => Leaf::Segment(things.inner.0),
    });
    if dice.below(4) == 0 { not(one) } else { one }
}

fn populate(portal: &Portal, dice: &mut Dice, things: &Things) -> Vec<Facts> {
    let org = portal.organization("local");
    let mut sql = "DELETE FROM member_tags; DELETE FROM member_values; DELETE FROM contact_points; DELETE FROM member_contacts; \
        DELETE FROM members WHERE handle LIKE 'roll.%';".to_owned();
    let mut people = Vec::new();
    for number in 0..14 {
        let facts = Facts {
            id: MemberId(Uuid::now_v7()),
            stage: Stage::ALL[usize::try_from(dice.below(3)).unwrap()],
            french: dice.chance(),
            joined: dice.chance().then(|| {
                NaiveDate::from_ymd_opt(
                    2020,
                    1 + u32::try_from(dice.below(12)).unwrap(),
                    1 + u32::try_from(dice.below(28)).unwrap(),
                )
                .unwrap()
            }),
            tagged: dice.chance(),
            value: [
                None,
                Some("Red"),
                Some("red wine"),
                Some("100% _"),
                Some("O'Neil"),
            ][usize::try_from(dice.below(5)).unwrap()],
            phone: dice.chance(),
            hall: dice.chance(),
            spoken: dice.chance().then(|| i32::try_from(dice.below(100)).unwrap()),
            gone: dice.below(7) == 0,
        };
        let id = facts.id;
        let joined = facts.joined.map_or("NULL".to_owned(), |day| format!("'{day}'"));
        let hall = if facts.hall {
            format!("'{}'", things.hall)
        } else {
            "NULL".to_owned()
        };
        sql += &format!(
            "INSERT INTO members (org_id, id, display_name, handle, stage, locale, joined_on, worksite_id, state) VALUES \
               ('{org}', '{id}', 'Roll {number}', 'roll.{number}', '{}', '{}', {joined}, {hall}, '{}');",
            facts.stage,
            if facts.french { "fr" } else { "en" },
            if facts.gone { "left" } else { "active" }
        );
        if facts.tagged {
            sql += &format!(
                "INSERT INTO member_tags (org_id, member_id, tag_id) VALUES ('{org}', '{id}', '{}');",
                things.tag
            );
        }
        if let Some(value) = facts.value {
            sql += &format!(
                "INSERT INTO member_values (org_id, member_id, field_id, value) VALUES ('{org}', '{id}', '{}', '{}');",
                things.field,
                value.replace('\'', "''")
            );
        }
        if facts.phone {
            sql += &format!(
                "INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{org}', gen_random_uuid(), '{id}', 'phone', '+161355501{number:02}');"
            );
        }
        if let Some(ago) = facts.spoken {
            sql += &format!(
                "INSERT INTO member_contacts (org_id, member_id, last_reached_at) VALUES ('{org}', '{id}', now() - interval '{ago} days' - interval '1 hour');"
            );
        }
        people.push(facts);
    }
    portal.force(&sql);
    people
}

fn true_of(told: &Explained) -> bool {
    let parts: Vec<bool> = told.parts.iter().map(true_of).collect();
    let expected = match told.words.as_str() {
        "All of these" => parts.iter().all(|part| *part),
        "Any of these" => parts.iter().any(|part| *part),
        "None of these" => !parts.iter().any(|part| *part),
        "Not all of these" => !parts.iter().all(|part| *part),
        _ => told.holds,
    };
    assert_eq!(told.holds, expected, "{told:?}");
    told.holds
}

#[tokio::test]
async fn rolled_trees_over_rolled_people_mean_what_a_reading_without_sql_says() {
    let portal = Portal::start().await;
    let hall: WorksiteId = worksite(&portal, "Hall", &[]).parse().unwrap();
    let tag = TagId(row(&portal, "tags", "name", "'Driver'"));
    let field = FieldId(row(&portal, "custom_fields", "name, kind", "'Colour', 'text'"));
    let inner = Condition::Any(vec![leaf(Leaf::Tag(tag)), not(leaf(Leaf::HasPhone))]);
    let things = Things {
        tag,
        field,
        hall,
        inner: (keep(&portal, "Inner", &inner), inner),
    };
    let mut dice = Dice(20_261_129);
    for _ in 0..6 {
        let people = populate(&portal, &mut dice, &things);
        for _ in 0..25 {
            let condition = rolled(&mut dice, &things, 4);
            condition.check().unwrap();
            let stored = serde_json::to_value(&condition).unwrap();
            assert_eq!(serde_json::from_value::<Condition>(stored).unwrap(), condition);
            let found = meant(&portal, &condition);
            let (asked, ids) = (
                condition.clone(),
                people.iter().map(|one| one.id).collect::<Vec<_>>(),
            );
            let told: Vec<(Explanation, bool)> = ask(&portal, move |tx| {
                ids.iter()
                    .map(|id| {
                        Ok((
                            segments::explain(tx, &asked, *id)?,
                            segments::contains(tx, &asked, *id)?,
                        ))
                    })
                    .collect()
            })
            .unwrap();
            for ((number, facts), (told, contained)) in people.iter().enumerate().zip(told) {
                let expected = !facts.gone && holds(&condition, facts, &things);
                assert_eq!(
                    found.contains(&format!("roll.{number}")),
                    expected,
                    "{condition:?}"
                );
                assert_eq!(told.is_in, contained, "{condition:?}");
                assert_eq!(told.is_in, expected, "{condition:?}");
                true_of(&told.tree);
            }
        }
    }
}

#[tokio::test]
async fn what_is_typed_is_never_part_of_a_statement() {
    let portal = Portal::start().await;
    let field = FieldId(row(&portal, "custom_fields", "name, kind", "'Note', 'text'"));
    for evil in [
        "'; DROP TABLE segments; --",
        "' OR '1'='1",
        "$1",
        "\\'; SELECT pg_sleep(9); --",
        "\") IS TRUE OR (true",
    ] {
        put(
            &portal,
            "member_values",
            "field_id, value",
            "member",
            &format!("'{field}', '{}'", evil.replace('\'', "''")),
        );
        let is = Leaf::FieldIs {
            field,
            value: evil.to_owned(),
        };
        let has = Leaf::FieldHas {
            field,
            part: evil.to_owned(),
        };
        assert_eq!(meant(&portal, &leaf(is)), ["member"], "{evil}");
        assert_eq!(meant(&portal, &leaf(has)), ["member"], "{evil}");
        assert!(meant(&portal, &leaf(Leaf::Language(evil.to_owned()))).is_empty());
        portal.force("DELETE FROM member_values");
    }
    assert_eq!(portal.look("SELECT count(*) FROM segments"), "0");
}

#[test]
fn trees_are_bounded() {
    let one = || leaf(Leaf::HasPhone);
    let deep = |levels: usize| (1..levels).fold(one(), |inner, _| Condition::All(vec![inner]));
    assert_eq!(deep(4).check(), Ok(()));
    assert_eq!(deep(5).check(), Err(Misshapen::TooDeep));
    assert_eq!(Condition::Any(vec![one(); 60]).check(), Ok(()));
    assert_eq!(Condition::Any(vec![one(); 61]).check(), Err(Misshapen::TooMany));
    assert_eq!(Condition::All(Vec::new()).check(), Err(Misshapen::Empty));
    assert_eq!(not(not(one())).check(), Err(Misshapen::Twice));
    assert_eq!(leaf(Leaf::SpokenWithin(0)).check(), Err(Misshapen::OutOfBounds));
}

#[tokio::test]
async fn a_segment_is_built_without_a_script_counted_kept_and_explained() {
    let portal = Portal::start().await;
    row(&portal, "tags", "name", "'Driver'");
    phone(&portal, "member", "+16135550142");
    let comms = portal.person("comms").await;
    let page = comms.get("/segments/new").await.expect_ok();
    let form = page
        .form("form[action='/segments']")
        .set("name", "Reachable")
        .set("line-1-about", "reach");
    let page = form.press("Update").submit(&comms).await.expect_ok();
    page.expect_text("Complete the conditions");
    let form = page.form("form[action='/segments']");
    assert_eq!(form.value("name"), Some("Reachable"), "what was typed stays");
    let page = form
        .set("line-1-value", "phone")
        .press("Update")
        .submit(&comms)
        .await
        .expect_ok();
    page.expect_text("1 person");
    let page = page
        .form("form[action='/segments']")
        .press("Group in group 1")
        .submit(&comms)
        .await
        .expect_ok();
    let form = page
        .form("form[action='/segments']")
        .set("line-2-op", "not-any")
        .set("line-3-about", "tag");
    let page = form.press("Update").submit(&comms).await.expect_ok();
    let form = page
        .form("form[action='/segments']")
        .set("line-3-value", "no such tag");
    form.clone()
        .submit(&comms)
        .await
        .expect_status(422)
        .expect_field_error("line-3-value");
    let kept = form
        .set("line-3-value", "DRIVER")
        .submit(&comms)
        .await
        .expect_see_other("/segments/")
        .follow(&comms)
        .await
        .expect_ok();
    kept.expect_text("Tom Reyes");
    kept.expect_text("1 person");
    let id = portal.look("SELECT id FROM segments");
    let form = kept.form(&format!("form[action='/segments/{id}']"));
    assert_eq!(form.value("line-3-value"), Some("Driver"));
    let why = comms
        .get(&format!("/segments/{id}?who=@member"))
        .await
        .expect_ok();
    why.expect_text("Tom Reyes is in this segment.");
    why.expect_text("Has a phone number");
    comms
        .get(&format!("/segments/{id}?who=other"))
        .await
        .expect_text("is not in this segment");
    comms
        .get(&format!("/segments/{id}?who=nobody"))
        .await
        .expect_text("Nobody here has this handle");
    let removed = form.press("Remove group 3").submit(&comms).await.expect_ok();
    removed.expect_no_element("[name='line-2-op']");
    let again = comms.get("/segments/new").await.expect_ok();
    again
        .form("form[action='/segments']")
        .set("name", "REACHABLE")
        .set("line-1-about", "login")
        .submit(&comms)
        .await
        .expect_status(422)
        .expect_field_error("name");
    comms.get("/segments").await.expect_text("1 person");
}

#[tokio::test]
async fn no_segment_contains_itself_and_one_that_others_name_is_not_archived() {
    let portal = Portal::start().await;
    let first = keep(&portal, "First", &leaf(Leaf::HasEmail));
    let second = keep(&portal, "Second", &not(leaf(Leaf::Segment(first))));
    let comms = portal.person("comms").await;
    for name in ["First", "Second"] {
        let fields = [
            ("name", "First"),
            ("line-0-about", "group"),
            ("line-0-op", "all"),
            ("line-1-level", "1"),
            ("line-1-about", "segment"),
            ("line-1-op", "is"),
            ("line-1-value", name),
        ];
        let page = post(&comms, &format!("/segments/{first}"), &fields)
            .await
            .expect_status(422);
        page.expect_text("can't contain itself");
    }
    post(&comms, &format!("/segments/{first}/archive"), &[])
        .await
        .expect_status(409);
    let page = comms
        .get(&format!("/segments/{second}/archive"))
        .await
        .expect_ok();
    page.form("main form")
        .submit(&comms)
        .await
        .expect_see_other("/segments/");
    post(&comms, &format!("/segments/{first}/archive"), &[])
        .await
        .expect_see_other("/segments/");
    comms.get("/segments?archived=yes").await.expect_text("Second");
    post(&comms, &format!("/segments/{first}/restoration"), &[])
        .await
        .expect_see_other("/segments/");
    comms
        .get("/segments")
        .await
        .expect_text("First")
        .expect_no_text("Second");
    // A circle that came about all the same is refused, not followed for ever.
    portal.force(&format!(
        "UPDATE segments SET rule = '{{\"leaf\": {{\"segment\": \"{second}\"}}}}' WHERE id = '{first}'"
    ));
    let asked = ask(&portal, move |tx| {
        segments::count(tx, &leaf(Leaf::Segment(first)))
    });
    assert!(matches!(asked, Err(AppError::Conflict(_))), "{asked:?}");
    comms.get("/segments").await.expect_text("Needs a change");
    comms.get(&format!("/segments/{first}")).await.expect_ok();
}

#[tokio::test]
async fn a_field_that_became_sensitive_is_never_asked_about() {
    let portal = Portal::start().await;
    let field = FieldId(row(&portal, "custom_fields", "name, kind", "'Health', 'text'"));
    put(
        &portal,
        "member_values",
        "field_id, value",
        "member",
        &format!("'{field}', 'x'"),
    );
    let condition = not(leaf(Leaf::FieldEmpty { field }));
    let kept = keep(&portal, "By field", &condition);
    assert_eq!(meant(&portal, &condition), ["member"]);
    portal.force("UPDATE custom_fields SET sensitivity = 'sensitive'");
    let asked = ask(&portal, move |tx| segments::count(tx, &condition));
    assert!(matches!(asked, Err(AppError::Conflict(_))), "{asked:?}");
    let comms = portal.person("comms").await;
    let page = comms
        .get(&format!("/segments/{kept}?who=member"))
        .await
        .expect_ok();
    page.expect_text("became sensitive")
        .expect_no_text("Health")
        .expect_no_text("Tom Reyes");
    comms.get("/segments/new").await.expect_no_text("Health");
}

#[tokio::test]
async fn segments_are_for_communicators_and_admins_and_other_organizations_find_nothing() {
    let portal = Portal::start().await;
    let kept = keep(&portal, "Ours", &leaf(Leaf::HasEmail));
    for (who, status) in [
        ("member", 403),
        ("steward", 403),
        ("leader", 403),
        ("comms", 200),
        ("admin", 200),
    ] {
        let person = portal.person(who).await;
        person.get("/segments").await.expect_status(status);
        person
            .get(&format!("/segments/{kept}"))
            .await
            .expect_status(status);
    }
    let member = portal.person("member").await;
    post(&member, &format!("/segments/{kept}/archive"), &[])
        .await
        .expect_status(403);
    portal.force("UPDATE member_roles SET role = 'communicator' WHERE member_id = (SELECT id FROM members WHERE handle = 'stranger') AND role = 'member'");
    let stranger = portal.neighbour("stranger").await;
    stranger.get("/segments").await.expect_ok().expect_no_text("Ours");
    stranger
        .get(&format!("/segments/{kept}"))
        .await
        .expect_status(404);
    post(&stranger, &format!("/segments/{kept}/archive"), &[])
        .await
        .expect_status(404);
    let scope = TenantScope::of_portal(portal.organization("neighbour"), "test");
    let asked = portal
        .app
        .db
        .tenant_blocking(&scope, move |tx| segments::count(tx, &leaf(Leaf::Segment(kept))));
    assert!(matches!(asked, Err(AppError::Conflict(_))), "{asked:?}");
}
