use std::collections::BTreeSet;

use chrono::TimeDelta;
use waymark::domains::people::merge::registry::REGISTRY;

use crate::people::post;
use crate::support::portal::Portal;

/// Somebody without a login, known a second time.
fn double(portal: &Portal, name: &str, handle: &str) -> String {
    let (org, id) = (portal.organization("local"), uuid::Uuid::now_v7());
    portal.force(&format!(
        "INSERT INTO members (org_id, id, display_name, handle, email, joined_on) VALUES ('{org}', '{id}', '{name}', '{handle}', '{handle}@example.org', '2019-04-01'); \
         INSERT INTO member_roles (org_id, member_id, role) VALUES ('{org}', '{id}', 'member'); \
         INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{org}', gen_random_uuid(), '{id}', 'phone', '+16135550142'); \
         INSERT INTO steward_assignments (org_id, id, steward_id, kind, member_id, effective_from) \
           VALUES ('{org}', gen_random_uuid(), '{}', 'primary', '{id}', now() - interval '1 day')",
        portal.member("steward")
    ));
    id.to_string()
}

#[tokio::test]
async fn two_records_become_one_and_are_parted_again() {
    let portal = Portal::start().await;
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    let (tom, twin) = (
        portal.member("member"),
        double(&portal, "Thomas Reyes", "thomas.reyes"),
    );
    let ask = format!("/people/{tom}/merge");

    let page = admin
        .get(&format!("/people/{tom}/record"))
        .await
        .click(&admin, "Merge")
        .await;
    let preview = page
        .form("main form[method='get']")
        .set("other", "@thomas.reyes")
        .submit(&admin)
        .await
        .expect_ok()
        .expect_text("1 April 2019")
        .expect_text("1 phone number or other address, 1 assignment to a steward");
    preview
        .form("main form[method='post']")
        .submit(&admin)
        .await
        .expect_see_other(&format!("/people/{tom}/record"))
        .follow(&admin)
        .await
        .expect_text("+16135550142")
        .expect_text("Tom Reyes")
        .expect_text("1 April 2019");
    // Old links lead to the kept record, for admins and stewards alike.
    for person in [&admin, &steward] {
        person
            .get(&format!("/people/{twin}/record"))
            .await
            .expect_see_other(&format!("/people/{tom}/record"));
    }
    admin
        .get(&format!("/people/{twin}"))
        .await
        .expect_see_other(&format!("/people/{tom}"));
    steward.get(&format!("/people/{tom}/record")).await.expect_ok();

    let parted = admin
        .get(&ask)
        .await
        .click(&admin, "Part them")
        .await
        .form("main form")
        .submit(&admin)
        .await;
    parted.expect_see_other(&format!("/people/{twin}/record"));
    steward
        .get(&format!("/people/{tom}/record"))
        .await
        .expect_status(404);
    steward
        .get(&format!("/people/{twin}/record"))
        .await
        .expect_ok()
        .expect_text("+16135550142");
    assert_eq!(
        portal.look(&format!(
            "SELECT coalesce(joined_on::text, 'none') FROM members WHERE id = '{tom}'"
        )),
        "none",
        "what was taken is what it was"
    );
}

#[tokio::test]
async fn a_record_with_a_login_or_under_a_hold_is_not_given_up() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (org, tom, steward) = (
        portal.organization("local"),
        portal.member("member"),
        portal.member("steward"),
    );
    let look = |other: &str| format!("/people/{tom}/merge?other={other}");
    let held = double(&portal, "Thomas Reyes", "held");
    let wrote = double(&portal, "Thomas Reyes", "wrote");
    portal.force(&format!(
        "INSERT INTO legal_holds (org_id, id, member_id, reason, placed_by, placed_at) \
           VALUES ('{org}', gen_random_uuid(), '{held}', 'A claim is going on', '{steward}', now()); \
         INSERT INTO field_notes (org_id, id, member_id, author_id, kind, visibility, occurred_at, received_at, sealed) \
           VALUES ('{org}', gen_random_uuid(), '{tom}', '{wrote}', 'contact', 'private', now(), now(), 'x')"
    ));
    for (other, words) in [
        ("other", "can sign in"),
        ("nobody", "Nobody here is called @nobody"),
        ("member", "That is the same record"),
        ("held", "under a hold"),
        ("wrote", "has been used here"),
    ] {
        admin
            .get(&look(other))
            .await
            .expect_status(422)
            .expect_text(words);
        post(&admin, &format!("/people/{tom}/merge"), &[("other", other)])
            .await
            .expect_status(422);
    }
    assert_eq!(portal.look("SELECT count(*) FROM field_notes"), "1");
    assert_eq!(
        portal.look("SELECT count(*) FROM contact_points"),
        "2",
        "looking changes nothing"
    );

    super::give(&portal, "steward", "primary", "member");
    let rosa = portal.person("steward").await;
    rosa.get(&look("held")).await.expect_status(403);
    portal
        .person("coach")
        .await
        .get(&look("held"))
        .await
        .expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&look("held"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn after_ninety_days_two_records_stay_one() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (tom, twin) = (portal.member("member"), double(&portal, "Thomas Reyes", "twin"));
    post(
        &admin,
        &format!("/people/{tom}/merge"),
        &[("other", twin.as_str()), ("take", "name")],
    )
    .await
    .expect_see_other(&format!("/people/{tom}/record"));
    assert_eq!(
        portal.look(&format!("SELECT display_name FROM members WHERE id = '{tom}'")),
        "Tom Reyes",
        "who has a login keeps the name they chose"
    );
    let merge = portal.look("SELECT id FROM member_merges");
    portal.pass(TimeDelta::days(91));
    let admin = portal.person("admin").await;
    admin
        .get(&format!("/merges/{merge}/parting"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn an_address_of_the_record_that_is_given_up_still_finds_the_person_and_goes_back_with_it() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (tom, twin) = (portal.member("member"), double(&portal, "Thomas Reyes", "twin"));
    post(
        &admin,
        &format!("/people/{tom}/merge"),
        &[("other", twin.as_str())],
    )
    .await
    .expect_see_other("/people/");
    admin
        .get(&format!("/people/{tom}/record"))
        .await
        .expect_text("twin@example.org");
    let page = crate::people::import::upload(
        &admin,
        "a.csv",
        b"Name,Email,Joined\nTom Reyes,twin@example.org,2020-02-02\n",
    )
    .await;
    let (address, preview) = crate::people::import::check(&portal, &admin, &page).await;
    preview.expect_text("1 changed");
    crate::people::import::apply(&portal, &admin, &address).await;
    assert_eq!(
        portal.look(&format!("SELECT joined_on FROM members WHERE id = '{tom}'")),
        "2020-02-02",
        "who was given up is nobody's record"
    );
    let merge = portal.look("SELECT id FROM member_merges");
    post(&admin, &format!("/merges/{merge}/parting"), &[])
        .await
        .expect_see_other("/people/");
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM contact_points WHERE member_id = '{tom}'"
        )),
        "0"
    );
}

#[tokio::test]
async fn two_who_merge_the_same_records_in_opposite_directions_do_not_lose_the_person() {
    let portal = Portal::start().await;
    let (a, b) = (
        double(&portal, "Thomas Reyes", "a.twin"),
        double(&portal, "Thomas Reyes", "b.twin"),
    );
    let (one, two) = (portal.person("admin").await, portal.person("admin").await);
    let (into_a, into_b) = (format!("/people/{a}/merge"), format!("/people/{b}/merge"));
    let (first, second) = ([("other", b.as_str())], [("other", a.as_str())]);
    let (first, second) = tokio::join!(post(&one, &into_a, &first), post(&two, &into_b, &second));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM members WHERE id IN ('{a}', '{b}') AND state = 'active'"
        )),
        "1"
    );
}

#[tokio::test]
async fn a_record_that_was_given_up_keeps_none_and_parts_in_order() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (a, b, c) = (
        double(&portal, "Thomas Reyes", "a.twin"),
        double(&portal, "Thomas Reyes", "b.twin"),
        double(&portal, "Thomas Reyes", "c.twin"),
    );
    let merge = |into: &str| format!("/people/{into}/merge");
    post(&admin, &merge(&b), &[("other", a.as_str())])
        .await
        .expect_see_other("/people/");
    let first = portal.look("SELECT id FROM member_merges");
    post(&admin, &merge(&c), &[("other", b.as_str())])
        .await
        .expect_see_other("/people/");
    post(&admin, &merge(&b), &[("other", "other")])
        .await
        .expect_status(422);
    admin
        .get(&format!("/people/{a}"))
        .await
        .expect_see_other(&format!("/people/{c}"));
    post(&admin, &format!("/merges/{first}/parting"), &[])
        .await
        .expect_status(409)
        .expect_text("Part those two first");
}

#[tokio::test]
async fn what_is_on_both_or_was_edited_since_is_told_when_records_are_parted() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (tom, twin) = (portal.member("member"), double(&portal, "Thomas Reyes", "twin"));
    post(
        &admin,
        &format!("/people/{tom}/merge"),
        &[("other", twin.as_str()), ("take", "joined")],
    )
    .await
    .expect_see_other("/people/");
    let part = format!("/merges/{}/parting", portal.look("SELECT id FROM member_merges"));
    portal.force(&format!(
        "UPDATE members SET joined_on = '2021-01-01' WHERE id = '{tom}'; \
         INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{}', '00000000-0000-7000-8000-00000000000a', '{twin}', 'phone', '+16135550142')",
        portal.organization("local")
    ));
    post(&admin, &part, &[])
        .await
        .expect_status(409)
        .expect_text("has a phone number or address by now");
    portal.force("DELETE FROM contact_points WHERE id = '00000000-0000-7000-8000-00000000000a'");
    post(&admin, &part, &[])
        .await
        .expect_see_other("/people/")
        .follow(&admin)
        .await
        .expect_text("Edited since on the other, and left so: Joined.");
}

#[tokio::test]
async fn erasing_somebody_empties_what_was_given_up_for_them_and_nobody_comes_back() {
    let portal = Portal::start().await;
    let (admin, officer) = (portal.person("admin").await, portal.person("privacy").await);
    let (nadia, twin) = (
        portal.member("other"),
        double(&portal, "Nadia Hadad", "nadia.twin"),
    );
    let steward = portal.person("steward").await;
    let page = steward
        .get(&format!("/people/{twin}/notes/new"))
        .await
        .expect_ok();
    page.form("main form")
        .set("said", "Of the other record")
        .submit(&steward)
        .await
        .expect_status(303);
    post(
        &admin,
        &format!("/people/{nadia}/merge"),
        &[("other", twin.as_str())],
    )
    .await
    .expect_see_other("/people/");
    let merge = portal.look("SELECT id FROM member_merges");
    assert_eq!(
        portal.look("SELECT count(*) FROM subject_keys"),
        "1",
        "the note came sealed"
    );
    officer
        .get(&format!("/privacy/people/{nadia}/erasure"))
        .await
        .form("main form")
        .set("name", "Nadia Haddad")
        .submit(&officer)
        .await
        .expect_see_other("/");
    assert_eq!(
        portal.look(&format!(
            "SELECT string_agg(concat_ws(' ', display_name, email, state), ', ') FROM members WHERE id IN ('{nadia}', '{twin}')"
        )),
        "Erased person left, Erased person left"
    );
    assert_eq!(
        portal.look("SELECT (SELECT count(*) FROM field_notes) + (SELECT count(*) FROM subject_keys)"),
        "0",
        "the key of the record that was given up goes with the person"
    );
    post(&admin, &format!("/merges/{merge}/parting"), &[])
        .await
        .expect_status(404);
}

#[tokio::test]
async fn who_does_not_know_of_the_kept_person_learns_nothing_of_the_one_given_up() {
    let portal = Portal::start().await;
    let (admin, sponsor) = (portal.person("admin").await, portal.person("sponsor").await);
    let (tom, twin) = (portal.member("member"), double(&portal, "Thomas Reyes", "twin"));
    sponsor.get(&format!("/people/{tom}")).await.expect_status(404);
    post(
        &admin,
        &format!("/people/{tom}/merge"),
        &[("other", twin.as_str())],
    )
    .await
    .expect_see_other("/people/");
    for page in [format!("/people/{twin}"), format!("/people/{twin}/record")] {
        sponsor.get(&page).await.expect_status(404);
    }
}

#[tokio::test]
async fn every_foreign_key_to_members_is_moved_or_says_why_not() {
    let portal = Portal::start().await;
    let keys = portal.look(
        "SELECT string_agg(DISTINCT c.conrelid::regclass::text || '.' || a.attname, ' ') FROM pg_constraint c \
         CROSS JOIN LATERAL unnest(c.conkey) AS k(n) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n \
         WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confrelid = 'members'::regclass AND a.attname <> 'org_id'",
    );
    let known: BTreeSet<String> = REGISTRY
        .iter()
        .map(|(table, column, _)| format!("{table}.{column}"))
        .collect();
    let there: BTreeSet<String> = keys.split(' ').map(str::to_owned).collect();
    let missing: Vec<_> = there.difference(&known).collect();
    assert!(
        missing.is_empty(),
        "say in people/merge/registry.rs what happens with {missing:?} when two records are merged"
    );
    let gone: Vec<_> = known.difference(&there).collect();
    assert!(
        gone.is_empty(),
        "the registry names what is no foreign key to members: {gone:?}"
    );
}

#[tokio::test]
async fn notes_tasks_and_cases_become_the_kept_persons_unread_and_go_back() {
    let portal = Portal::start().await;
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    let (tom, twin) = (portal.member("member"), double(&portal, "Thomas Reyes", "twin"));
    steward
        .get(&format!("/people/{twin}/cases/new"))
        .await
        .expect_ok()
        .form("main form")
        .set("reference", "2026-014")
        .set("title", "Unpaid Sunday")
        .submit(&steward)
        .await
        .expect_see_other("/cases/");
    let case = portal.look("SELECT id FROM cases");
    for (said, level, case) in [
        ("said to all", "team", ""),
        ("said to one", "private", ""),
        ("said in the case", "case", &case),
    ] {
        steward
            .get(&format!("/people/{twin}/notes/new"))
            .await
            .expect_ok()
            .form("main form")
            .set("said", said)
            .set("visibility", level)
            .set("case", case)
            .set("follow_up", "in 2 weeks")
            .submit(&steward)
            .await
            .expect_status(303);
    }
    let note = |level: &str| {
        format!(
            "/notes/{}",
            portal.look(&format!(
                "SELECT id FROM field_notes WHERE visibility = '{level}'"
            ))
        )
    };
    let about = |person: &str| {
        portal.look(&format!(
            "SELECT concat_ws(' ', (SELECT count(*) FROM field_notes WHERE member_id = '{person}'), (SELECT count(*) FROM tasks WHERE member_id = '{person}'), \
             (SELECT count(*) FROM cases WHERE member_id = '{person}'), (SELECT count(*) FROM member_contacts WHERE member_id = '{person}' AND last_reached_at IS NOT NULL))"
        ))
    };
    let told = admin
        .get(&format!("/people/{tom}/merge?other=twin"))
        .await
        .expect_ok();
    for words in ["said", "Sunday", "2026-014"] {
        told.expect_no_text(words);
    }

    post(&admin, &format!("/people/{tom}/merge"), &[("other", &twin)])
        .await
        .expect_see_other(&format!("/people/{tom}/record"));
    assert_eq!(
        (about(&tom.to_string()), about(&twin)),
        ("3 3 1 1".to_owned(), "0 0 0 1".to_owned())
    );
    for (level, said) in [
        ("team", "said to all"),
        ("private", "said to one"),
        ("case", "said in the case"),
    ] {
        steward
            .get(&note(level))
            .await
            .expect_ok()
            .expect_text(said)
            .expect_text("Tom Reyes");
        admin.get(&note(level)).await.expect_status(404);
    }
    steward
        .get(&format!("/people/{tom}/record"))
        .await
        .expect_ok()
        .expect_text("said to all");
    admin
        .get(&format!("/people/{tom}/record"))
        .await
        .expect_ok()
        .expect_no_text("said");

    // A note written of the kept one stays when the two are parted; what came goes back.
    let page = steward.get(&format!("/people/{tom}/notes/new")).await.expect_ok();
    page.form("main form")
        .set("said", "said after")
        .submit(&steward)
        .await
        .expect_status(303);
    admin
        .get(&format!("/people/{tom}/merge"))
        .await
        .click(&admin, "Part them")
        .await
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other(&format!("/people/{twin}/record"));
    assert_eq!(
        (about(&tom.to_string()), about(&twin)),
        ("1 0 0 1".to_owned(), "3 3 1 1".to_owned())
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM field_notes WHERE sealed_for IS NOT NULL"),
        "0"
    );
    steward
        .get(&note("private"))
        .await
        .expect_ok()
        .expect_text("said to one");
}
