use waymark::domains::people::import::jobs::apply_batch;
use waymark::domains::people::import::model::Choices;
use waymark::kernel::ids::ImportId;
use waymark::platform::db::TenantScope;

use crate::people::post;
use crate::support::portal::Portal;

use super::{apply, check, check_with, members, upload};

#[tokio::test]
async fn a_french_file_with_semicolons_becomes_people_at_worksites() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let before = members(&portal);
    // Windows-1252, as a spreadsheet in Québec writes it.
    let file = b"Pr\xe9nom;Nom;Courriel;T\xe9l\xe9phone;\xc9tablissement;D\xe9partement;Quart;Membre depuis;Langue;\xc9tiquettes\r\n\
        Zo\xeb;Lef\xe8vre;ZOE@exemple.org;613 555-0101;H\xf4pital g\xe9n\xe9ral;Urgence;Nuit;31/03/2024;fran\xe7ais;comit\xe9, bilingue\r\n\
        Luc;Tremblay;;613 555-0102;H\xf4pital g\xe9n\xe9ral;;;;;\r\n";
    let page = upload(&admin, "membres.csv", file)
        .await
        .expect_text("Windows-1252");
    let (address, preview) = check_with(&portal, &admin, &page, |form| form.check("make_missing")).await;
    preview.expect_text("2 new").expect_text("Zoë Lefèvre");
    assert_eq!(members(&portal), before, "nothing is taken over by a look");

    apply(&portal, &admin, &address)
        .await
        .expect_text("2 new and 0 changed");
    assert_eq!(members(&portal), before + 2);
    let row = portal.look(
        "SELECT concat_ws('|', m.display_name, m.handle, m.email, w.name, d.name, s.name, m.joined_on, m.locale, m.stage, m.legal_basis, m.basis_noted_on, \
           (SELECT string_agg(value, ',') FROM contact_points c WHERE c.member_id = m.id), \
           (SELECT string_agg(k.name, ',' ORDER BY k.name) FROM member_tags g JOIN tags k ON k.id = g.tag_id WHERE g.member_id = m.id), \
           (SELECT string_agg(role::text, ',') FROM member_roles r WHERE r.member_id = m.id)) \
         FROM members m JOIN worksites w ON w.id = m.worksite_id JOIN departments d ON d.id = m.department_id JOIN shifts s ON s.id = m.shift_id \
         WHERE m.email = 'zoe@exemple.org'",
    );
    assert_eq!(
        row,
        "Zoë Lefèvre|zoe.lefevre|zoe@exemple.org|Hôpital général|Urgence|Nuit|2024-03-31|fr|member|membership|2026-01-31|+16135550101|bilingue,comité|member"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM worksites"),
        "1",
        "one worksite for both"
    );
}

#[tokio::test]
async fn who_is_known_is_found_by_address_then_number_then_name_and_place() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let (org, tom, nadia) = (
        portal.organization("local"),
        portal.member("member"),
        portal.member("other"),
    );
    super::super::worksite(&portal, "Depot", &["steward"]);
    portal.force(&format!(
        "UPDATE members SET email = 'tom@local.example' WHERE id = '{tom}'; \
         INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{org}', gen_random_uuid(), '{nadia}', 'phone', '+16135550109')"
    ));
    let file = "Name,Email,Phone,Worksite,Shift,Joined\n\
        Thomas Reyes,TOM@local.example,613 555 0101,Depot,,\n\
        Nadia Haddad,,613 555 0109,,,2020-05-01\n\
        Sami Haddad,,613-555-0109,,,\n\
        Rosa Delgado,,,Depot,,\n\
        Ada Lovelace,ada@example.org,,Depot,,\n\
        Ada Lovelace,ada@example.org,,Depot,,\n\
        Grace Hopper,not an address,,,,\n\
        Alan Turing,,,Nowhere,,\n\
        ,,613 555 0199,,,\n";
    let page = upload(&admin, "people.csv", file.as_bytes()).await;
    let (address, preview) = check(&portal, &admin, &page).await;
    let verdicts =
        portal.look("SELECT string_agg(line || ':' || verdict, ' ' ORDER BY line) FROM import_rows");
    assert_eq!(
        verdicts,
        "2:changed 3:changed 4:possible 5:possible 6:new 7:wrong 8:wrong 9:wrong 10:wrong"
    );
    preview.expect_text("Nadia Haddad has the same phone number");
    admin
        .get(&format!("{address}?show=changed"))
        .await
        .expect_ok()
        .expect_text("Worksite: – → Depot")
        .expect_text("Joined: – → 1 May 2020")
        .expect_no_text("Thomas Reyes →");
    let errors = admin.get(&format!("{address}/errors")).await.expect_ok();
    let text = errors.text();
    for words in [
        "The same e-mail address is in line 6.",
        "isn't an e-mail address",
        "There is no worksite called",
        "The name is missing.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }

    let decided = admin
        .get(&format!("{address}?show=possible"))
        .await
        .form("form[action$='/decisions']")
        .set("choice", "new")
        .submit(&admin)
        .await
        .expect_see_other(&address);
    decided.follow(&admin).await.expect_ok();
    let before = members(&portal);
    apply(&portal, &admin, &address).await;
    assert_eq!(
        members(&portal),
        before + 3,
        "Ada, Sami who shares a number, and another Rosa"
    );
    assert_eq!(
        portal.look(&format!("SELECT display_name FROM members WHERE id = '{tom}'")),
        "Tom Reyes",
        "who has a login keeps the name they chose"
    );
    assert_eq!(
        portal.look(&format!(
            "SELECT w.name FROM members m JOIN worksites w ON w.id = m.worksite_id WHERE m.id = '{tom}'"
        )),
        "Depot"
    );
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let file = b"Name,Email,Tags\nAda Lovelace,ada@example.org,math\nGrace Hopper,grace@example.org,\n";
    let page = upload(&admin, "a.csv", file).await;
    let (address, _) = check(&portal, &admin, &page).await;
    apply(&portal, &admin, &address).await;
    let before = members(&portal);

    let page = upload(&admin, "a.csv", file).await;
    let (address, preview) = check(&portal, &admin, &page).await;
    preview.expect_text("This is what would happen: nothing");
    post(&admin, &format!("{address}/application"), &[])
        .await
        .expect_status(409);
    assert_eq!(members(&portal), before);
}

#[tokio::test]
async fn cells_that_would_be_formulas_come_back_as_text() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let file = b"Name,Email\n=HYPERLINK(\"http://evil\"),+cmd\n";
    let page = upload(&admin, "a.csv", file).await;
    let (address, _) = check(&portal, &admin, &page).await;
    let text = admin.get(&format!("{address}/errors")).await.expect_ok().text();
    assert!(text.contains("\"'=HYPERLINK"), "{text}");
    assert!(text.contains("'+cmd"), "{text}");
}

/// A file of so many people.
fn many(count: usize) -> Vec<u8> {
    let mut file = "Name,Email\n".to_owned();
    for at in 0..count {
        file += &format!("Person Number{at},person{at}@example.org\n");
    }
    file.into_bytes()
}

#[tokio::test]
async fn numbers_of_a_long_file_have_their_thousands_set_apart() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = upload(&admin, "a.csv", &many(1_234)).await;
    page.expect_text("1,234 rows").expect_no_text("left empty");
    let (_, preview) = check(&portal, &admin, &page).await;
    preview.expect_text("1,234 new");
}

#[tokio::test]
async fn a_worker_that_dies_between_batches_doubles_nobody() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let before = members(&portal);
    let page = upload(&admin, "a.csv", &many(50)).await;
    let (address, _) = check(&portal, &admin, &page).await;
    admin
        .get(&address)
        .await
        .form("form[action$='/application']")
        .submit(&admin)
        .await
        .expect_see_other(&address);

    // The first batches of a worker that is killed then.
    let id: ImportId = address.rsplit('/').next().unwrap().parse().unwrap();
    let (db, org) = (portal.app.db.clone(), portal.organization("local"));
    tokio::task::spawn_blocking(move || {
        let scope = TenantScope::of_portal(org, "test");
        for _ in 0..2 {
            db.tenant_blocking(&scope, |tx| {
                let import = waymark::domains::people::import::queries::import(tx, id)?;
                let choices: Choices = import.chosen().unwrap();
                apply_batch(tx, id, &choices, 0, 7).map(drop)
            })
            .unwrap();
        }
    })
    .await
    .unwrap();
    assert_eq!(members(&portal), before + 14);

    portal.settle().await;
    assert_eq!(members(&portal), before + 50);
    assert_eq!(
        portal.look("SELECT count(DISTINCT email) FROM members WHERE email LIKE 'person%'"),
        "50"
    );
}

#[tokio::test]
async fn an_import_is_stopped_and_goes_on_later() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let before = members(&portal);
    let page = upload(&admin, "a.csv", &many(10)).await;
    let form = page
        .form("form[action$='/mapping']")
        .set("legal_basis", "membership")
        .set("basis_noted_on", "2026-01-31");
    let address = form.submit(&admin).await.location().unwrap().path().to_owned();
    // While it waits to be checked.
    admin
        .get(&address)
        .await
        .form("form[action$='/cancellation']")
        .submit(&admin)
        .await
        .expect_see_other(&address)
        .follow(&admin)
        .await
        .expect_text("What is in the columns?");

    let page = admin.get(&address).await;
    let (address, _) = check(&portal, &admin, &page).await;
    let start = admin.get(&address).await.form("form[action$='/application']");
    start.submit(&admin).await.expect_see_other(&address);
    admin
        .get(&address)
        .await
        .form("form[action$='/cancellation']")
        .submit(&admin)
        .await
        .expect_see_other(&address)
        .follow(&admin)
        .await
        .expect_text("Stopped");
    portal.settle().await;
    assert_eq!(members(&portal), before);
    apply(&portal, &admin, &address)
        .await
        .expect_text("10 new and 0 changed");
    assert_eq!(members(&portal), before + 10);
}
