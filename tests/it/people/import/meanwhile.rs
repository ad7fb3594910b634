//! What happens between the look at a file and its taking over, and what two rows or two files say of one person.

use crate::people::post;
use crate::support::portal::Portal;

use super::{apply, check, check_with, members, upload};

#[tokio::test]
async fn rows_about_people_and_places_that_are_gone_are_errors_and_the_others_are_taken_over() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (tom, nadia) = (portal.member("member"), portal.member("other"));
    portal.force(&format!(
        "UPDATE members SET email = 'tom@local.example' WHERE id = '{tom}'; \
         UPDATE members SET email = 'nadia@local.example' WHERE id = '{nadia}'; \
         INSERT INTO shifts (org_id, id, name, position) VALUES ('{}', gen_random_uuid(), 'Nights', 1)",
        portal.organization("local")
    ));
    let file = "Name,Email,Shift,Joined\n\
        Tom Reyes,tom@local.example,,2020-01-01\n\
        Nadia Haddad,nadia@local.example,,2020-01-01\n\
        Ada Lovelace,ada@example.org,Nights,\n\
        Grace Hopper,grace@example.org,,\n";
    let page = upload(&admin, "a.csv", file.as_bytes()).await;
    let (address, _) = check(&portal, &admin, &page).await;
    portal.force(&format!(
        "DELETE FROM shifts WHERE name = 'Nights'; UPDATE members SET state = 'left' WHERE id = '{nadia}'"
    ));
    apply(&portal, &admin, &address)
        .await
        .expect_text("1 new and 1 changed");
    let errors = admin.get(&format!("{address}/errors")).await.expect_ok().text();
    assert!(errors.contains("This person is no longer here"), "{errors}");
    assert!(
        errors.contains("The worksite, department or shift is no longer there"),
        "{errors}"
    );
}

#[tokio::test]
async fn an_import_that_broke_off_can_be_stopped() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = upload(&admin, "a.csv", b"Name\nAda Lovelace\n").await;
    let (address, _) = check(&portal, &admin, &page).await;
    admin
        .get(&address)
        .await
        .form("form[action$='/application']")
        .submit(&admin)
        .await
        .expect_see_other(&address);
    portal.force("UPDATE jobs SET state = 'discarded' WHERE kind = 'people.apply_import'");
    admin
        .get(&address)
        .await
        .expect_text("It broke off")
        .form("form[action$='/cancellation']")
        .submit(&admin)
        .await
        .expect_see_other(&address)
        .follow(&admin)
        .await
        .expect_text("Import the rest");
}

#[tokio::test]
async fn two_imports_of_one_file_make_everybody_once() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let before = members(&portal);
    super::super::worksite(&portal, "Depot", &[]);
    let file = "Name,Email,Phone,Worksite\n\
        Ada Lovelace,ada@example.org,,\n\
        Grace Hopper,,613 555 0102,\n\
        Alan Turing,,,Depot\n\
        Alan Turing,alan.two@example.org,,Garage\n";
    let mut addresses = Vec::new();
    for name in ["a.csv", "b.csv"] {
        let page = upload(&admin, name, file.as_bytes()).await;
        addresses.push(
            check_with(&portal, &admin, &page, |form| form.check("make_missing"))
                .await
                .0,
        );
    }
    apply(&portal, &admin, &addresses[0])
        .await
        .expect_text("4 new and 0 changed");
    apply(&portal, &admin, &addresses[1])
        .await
        .expect_text("0 new and 0 changed");
    assert_eq!(members(&portal), before + 4);
    let errors = admin
        .get(&format!("{}/errors", addresses[1]))
        .await
        .expect_ok()
        .text();
    assert!(errors.contains("was added meanwhile"), "{errors}");
}

#[tokio::test]
async fn of_two_rows_decided_to_be_one_person_the_second_is_an_error() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    super::super::worksite(&portal, "Depot", &["member"]);
    let file = "Name,Worksite,Joined\nTom Reyes,Depot,2020-01-01\nTom Reyes,Depot,2021-01-01\n";
    let page = upload(&admin, "a.csv", file.as_bytes()).await;
    let (address, _) = check(&portal, &admin, &page).await;
    post(&admin, &format!("{address}/decisions"), &[("all", "same")])
        .await
        .expect_see_other(&address);
    apply(&portal, &admin, &address)
        .await
        .expect_text("0 new and 1 changed");
    assert_eq!(
        portal.look(&format!(
            "SELECT joined_on FROM members WHERE id = '{}'",
            portal.member("member")
        )),
        "2020-01-01"
    );
    assert_eq!(
        portal.look("SELECT problem FROM import_rows WHERE line = 3"),
        "Line 2 is about the same person."
    );
}

#[tokio::test]
async fn doubles_inside_one_file_are_asked_about() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    super::super::worksite(&portal, "Depot", &[]);
    let file = "Name,Email,Phone,Worksite\n\
        Ada Lovelace,ada@example.org,,Depot\n\
        Ada Lovelace,,613 555 0101,depot\n\
        Grace Hopper,grace@example.org,613 555 0102,\n\
        Grace Hopper,other@example.org,613 555 0102,Depot\n\
        Alan Turing,alan@example.org,,Depot\n\
        Alan Turing,alan.two@example.org,,Depot\n";
    let page = upload(&admin, "a.csv", file.as_bytes()).await;
    check(&portal, &admin, &page).await;
    assert_eq!(
        portal.look("SELECT string_agg(line || ':' || verdict, ' ' ORDER BY line) FROM import_rows"),
        "2:new 3:possible 4:new 5:possible 6:new 7:new",
        "two addresses are two people"
    );
}

#[tokio::test]
async fn who_is_here_is_found_before_who_left_and_a_tag_that_ran_out_is_put_on_again() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (org, tom) = (portal.organization("local"), portal.member("member"));
    portal.force(&format!(
        "INSERT INTO members (org_id, id, display_name, handle, email, state) \
           VALUES ('{org}', '00000000-0000-7000-8000-000000000001', 'Tom Reyes', 'tom.left', 'tom@local.example', 'left'); \
         UPDATE members SET email = 'tom@local.example' WHERE id = '{tom}'; \
         INSERT INTO tags (org_id, id, name) VALUES ('{org}', '00000000-0000-7000-8000-000000000002', 'Driver'); \
         INSERT INTO member_tags (org_id, member_id, tag_id, expires_on) VALUES ('{org}', '{tom}', '00000000-0000-7000-8000-000000000002', '2020-01-01')"
    ));
    let page = upload(
        &admin,
        "a.csv",
        b"Name,Email,Tags\nTom Reyes,tom@local.example,driver\n",
    )
    .await;
    let (address, preview) = check(&portal, &admin, &page).await;
    preview.expect_text("1 changed").expect_text("Tags: + driver");
    apply(&portal, &admin, &address).await;
    assert_eq!(
        portal.look(&format!(
            "SELECT coalesce(expires_on::text, 'for good') FROM member_tags WHERE member_id = '{tom}'"
        )),
        "for good"
    );
}

#[tokio::test]
async fn more_places_and_tags_than_one_statement_takes_are_made() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let mut file = "Name,Email,Tags\n".to_owned();
    for row in 0..5 {
        let tags: Vec<String> = (0..5_000).map(|at| format!("tag {}", row * 5_000 + at)).collect();
        file += &format!("Person {row},person{row}@example.org,{}\n", tags.join(";"));
    }
    let page = upload(&admin, "a.csv", file.as_bytes()).await;
    let (address, _) = check(&portal, &admin, &page).await;
    apply(&portal, &admin, &address)
        .await
        .expect_text("5 new and 0 changed");
    assert_eq!(portal.look("SELECT count(*) FROM tags"), "25000");
}
