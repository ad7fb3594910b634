//! Templates: written, broken, mended, looked at as anybody, tested, and never rewritten.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use mail_parser::MessageParser;

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Begins a template from a starter; answers its address.
async fn begin(comms: &Actor, starter: &str) -> String {
    let page = comms.get("/templates/new").await.expect_ok();
    let answer = page
        .form("main form[action='/templates']")
        .set("name", "Spring news")
        .set("starter", starter)
        .set("purpose", "informational")
        .set("category", "newsletters")
        .submit(comms)
        .await
        .expect_see_other("/templates/");
    answer.location().unwrap().path().to_owned()
}

async fn save(comms: &Actor, path: &str, fields: &[(&str, &str)], button: &str) -> Page {
    let page = comms.get(path).await.expect_ok();
    let mut form = page.form(&format!("form[action='{path}']"));
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.press(button).submit(comms).await
}

fn versions(portal: &Portal) -> String {
    portal.look(
        "SELECT count(*)::text FROM template_versions v JOIN message_templates t ON t.id = v.template_id WHERE t.name = 'Spring news'",
    )
}

/// A portal whose organization has the postal address that mail needs.
async fn portal() -> Portal {
    let portal = Portal::start().await;
    portal.force("UPDATE organizations SET postal_address = E'1 Main Street\nOttawa'");
    portal
}

#[tokio::test]
async fn a_broken_template_comes_back_whole_with_each_problem_beside_its_field() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    let path = begin(&comms, "announcement").await;
    assert_eq!(versions(&portal), "1", "a starter compiles as it is");
    let source = comms.get(&path).await.expect_ok();
    let source = source
        .form(&format!("form[action='{path}']"))
        .value("source")
        .unwrap()
        .to_owned();
    let broken = source.replace("{{ vars.message }}", "{{ vars.nobody_declared }} kept words");
    assert_ne!(broken, source);
    let refused = save(
        &comms,
        &path,
        &[("source", &broken), ("subject", ""), ("note", "Shorter")],
        "Save a version",
    )
    .await
    .expect_status(422)
    .expect_field_error("source")
    .expect_field_error("subject");
    let form = refused.form(&format!("form[action='{path}']"));
    assert!(form.value("source").unwrap().contains("kept words"));
    assert_eq!(form.value("note"), Some("Shorter"));
    assert!(refused.text().contains("Line "), "{}", refused.text());
    assert_eq!(versions(&portal), "1");

    save(&comms, &path, &[("source", &broken)], "Keep as draft")
        .await
        .expect_see_other(&path)
        .follow(&comms)
        .await
        .expect_text("This is a draft");
    assert_eq!(versions(&portal), "1", "a draft is no version");
    let mended = source.replace("{{ vars.message }}", "<b>Mended.</b> {{ vars.message }}");
    save(&comms, &path, &[("source", &mended)], "Save a version")
        .await
        .expect_see_other(&path);
    assert_eq!(versions(&portal), "2");
    assert_eq!(portal.look("SELECT count(*)::text FROM template_drafts"), "0");
    save(&comms, &path, &[], "Save a version")
        .await
        .expect_see_other(&path);
    assert_eq!(versions(&portal), "2", "the same words make no version");
}

#[tokio::test]
async fn an_old_version_comes_back_as_a_new_one_and_none_is_ever_rewritten() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    let path = begin(&comms, "plain_letter").await;
    save(&comms, &path, &[("subject", "Another subject")], "Save a version")
        .await
        .expect_see_other(&path);
    let old = format!("{path}/versions/1");
    let page = comms.get(&old).await.expect_ok();
    page.form(&format!("form[action='{old}/restoring']"))
        .submit(&comms)
        .await
        .expect_see_other(&path);
    comms
        .get(&format!("{path}/versions"))
        .await
        .expect_text("Version 1 brought back");
    assert_eq!(
        portal.look("SELECT string_agg(v.version::text, ' ' ORDER BY v.version) FROM template_versions v JOIN message_templates t ON t.id = v.template_id WHERE t.name = 'Spring news'"),
        "1 2 3"
    );
    assert_eq!(
        portal.look("SELECT (a.digest = b.digest)::text FROM template_versions a JOIN template_versions b ON b.template_id = a.template_id WHERE a.version = 1 AND b.version = 3"),
        "true"
    );
    let mut owner = PgConnection::establish(&portal.owner_url()).unwrap();
    for change in [
        "UPDATE template_versions SET note = 'x'",
        "DELETE FROM template_versions",
    ] {
        let refused = owner.batch_execute(change).unwrap_err().to_string();
        assert!(refused.contains("only ever added to"), "{change}: {refused}");
    }
}

#[tokio::test]
async fn a_preview_takes_any_name_and_what_is_in_the_mail_never_runs() {
    let portal = portal().await;
    let long = "م".repeat(120);
    portal.force(&format!(
        "UPDATE members SET display_name = '{long}' WHERE handle = 'other'"
    ));
    let comms = portal.person("comms").await;
    let path = begin(&comms, "plain_letter").await;
    let page = comms
        .get(&format!("{path}/preview?person=other&show=phone"))
        .await
        .expect_ok();
    page.expect_text(&long);
    let frame = page.one("iframe[sandbox]");
    assert_eq!(frame.attr("sandbox"), Some(""));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("frame-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let document = comms.get(frame.attr("src").unwrap()).await.expect_ok();
    let policy = document.header("content-security-policy").unwrap();
    assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
    assert!(document.text().contains(&long));
    for case in ["longest", "nameless", "missing", "french"] {
        comms
            .get(&format!("{path}/preview?case={case}&show=text"))
            .await
            .expect_ok()
            .expect_no_text("They would get nothing");
    }
    comms
        .get(&format!("{path}/preview?person=nobody.at.all"))
        .await
        .expect_field_error("person");
    let scripted = save(
        &comms,
        &path,
        &[("source", "<p>Hello</p><script>alert(1)</script>")],
        "Save a version",
    )
    .await;
    scripted.expect_status(422).expect_field_error("source");
}

#[tokio::test]
async fn a_test_goes_to_staff_only_and_unsubscribes_nobody() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    let path = begin(&comms, "announcement").await;
    let page = comms
        .get(&format!("{path}/preview?person=other"))
        .await
        .expect_ok();
    let form = page.form(&format!("form[action='{path}/tests']"));
    form.clone()
        .set("to", "member")
        .submit(&comms)
        .await
        .expect_status(422)
        .expect_field_error("to");
    form.submit(&comms)
        .await
        .expect_see_other(&format!("{path}/preview"));
    let mime = portal.look(
        "SELECT convert_from(mime, 'UTF8') FROM outbox_mails WHERE recipient = 'comms@local.example' ORDER BY id DESC LIMIT 1",
    );
    let mail = MessageParser::default().parse(mime.as_bytes()).unwrap();
    assert!(mail.subject().unwrap().starts_with("[TEST] "), "{mime}");
    assert!(mail.header("List-Unsubscribe").is_none() && mail.header("X-Waymark-Test").is_some());
    let to = mail.to().unwrap().first().unwrap();
    assert_eq!(to.address(), Some("comms@local.example"));
    assert!(mail.body_html(0).is_some() && mail.body_text(0).is_some());
    assert_eq!(
        portal.look("SELECT count(*)::text FROM audit_entries WHERE action = 'campaigns.template.tested'"),
        "1"
    );
}

#[tokio::test]
async fn a_text_message_is_counted_and_written_plainer() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    let path = begin(&comms, "sms").await;
    // Counted while one types, with script.
    comms
        .get(&path)
        .await
        .expect_ok()
        .expect_element(&format!(
            "textarea[name=source][hx-post='{path}'][hx-target='#counted']"
        ))
        .expect_element("#counted");
    let typed = format!("It’s on. {}", "x".repeat(100));
    let counted = save(&comms, &path, &[("source", &typed)], "Count again")
        .await
        .expect_ok()
        .expect_text("UCS-2")
        .expect_text("2 parts");
    let plain = counted
        .form(&format!("form[action='{path}']"))
        .press("Write it plainer")
        .submit(&comms)
        .await
        .expect_ok()
        .expect_text("GSM-7")
        .expect_text("1 part");
    plain
        .form(&format!("form[action='{path}']"))
        .press("Save a version")
        .submit(&comms)
        .await
        .expect_see_other(&path);
    comms
        .get(&format!("{path}/preview"))
        .await
        .expect_text("It's on.")
        .expect_text("GSM-7");
}

#[tokio::test]
async fn templates_are_for_communicators_and_admins_of_the_organization() {
    let portal = portal().await;
    let path = begin(&portal.person("comms").await, "blank").await;
    for (who, status) in [
        ("member", 403),
        ("steward", 403),
        ("privacy", 403),
        ("admin", 200),
    ] {
        portal.person(who).await.get(&path).await.expect_status(status);
    }
    let stranger = portal.neighbour("stranger").await;
    for page in ["", "/preview", "/preview/frame", "/versions"] {
        stranger.get(&format!("{path}{page}")).await.expect_status(404);
    }
}
