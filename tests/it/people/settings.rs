use crate::people::post;
use crate::support::portal::Portal;

#[tokio::test]
async fn an_admin_sets_the_ratio_the_scale_and_who_exports() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = admin.get("/admin/people").await.expect_ok();
    let refused = page
        .form("main form[action='/admin/people']")
        .set("people_per_steward", "0")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("must be a whole number from 1 to 1000");
    let form = refused.form("main form[action='/admin/people']");
    assert_eq!(
        form.value("people_per_steward"),
        Some("0"),
        "nothing typed is lost"
    );
    form.set("people_per_steward", "15")
        .set("strong", "five")
        .check_value("exporters", "steward")
        .submit(&admin)
        .await
        .expect_see_other("/admin/people");
    assert_eq!(
        portal.look("SELECT concat_ws(' ', people_per_steward, one_is_strong, people_exporters) FROM organizations WHERE slug = 'local'"),
        "15 f {steward}"
    );
    admin
        .get("/coverage")
        .await
        .expect_text("One steward is meant to look after 15 people");
    for key in ["steward", "member", "privacy"] {
        let person = portal.person(key).await;
        person.get("/admin/people").await.expect_status(403);
        post(
            &person,
            "/admin/people",
            &[("people_per_steward", "3"), ("strong", "one")],
        )
        .await
        .expect_status(403);
    }
}

#[tokio::test]
async fn a_field_of_ones_own_stands_on_records_by_who_may_see_it() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    let add = admin
        .get("/admin/people/fields/new")
        .await
        .expect_ok()
        .form("main form");
    add.clone()
        .set("name", "Licence class")
        .set("kind", "choice")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Write the words to choose from");
    for (name, kind, choices, sensitivity) in [
        ("Licence class", "choice", "A\nB\nC", "normal"),
        ("Hired on", "day", "", "normal"),
        ("Dues arrears", "number", "", "sensitive"),
    ] {
        let page = admin.get("/admin/people/fields/new").await.expect_ok();
        page.form("main form")
            .set("name", name)
            .set("kind", kind)
            .set("choices", choices)
            .set("sensitivity", sensitivity)
            .submit(&admin)
            .await
            .expect_see_other("/admin/people");
    }
    let id = |name: &str| portal.look(&format!("SELECT id FROM custom_fields WHERE name = '{name}'"));
    let record = format!("/people/{}/record", portal.member("member"));
    let edit = format!("{record}/edit");

    let refused = admin
        .get(&edit)
        .await
        .form("main form")
        .set(&format!("field-{}", id("Dues arrears")), "a lot")
        .set(&format!("field-{}", id("Licence class")), "B")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("must be a number");
    let form = refused.form("main form");
    assert_eq!(
        form.value(&format!("field-{}", id("Dues arrears"))),
        Some("a lot"),
        "nothing typed is lost"
    );
    form.set(&format!("field-{}", id("Dues arrears")), "12.5")
        .set(&format!("field-{}", id("Hired on")), "2019-04-01")
        .submit(&admin)
        .await
        .expect_see_other(&record)
        .follow(&admin)
        .await
        .expect_text("12.5")
        .expect_text("1 April 2019");
    steward
        .get(&record)
        .await
        .expect_text("Licence class")
        .expect_no_text("Dues arrears");
    // What a steward does not see, their form neither shows nor erases.
    steward
        .get(&edit)
        .await
        .expect_no_text("Dues arrears")
        .form("main form")
        .set(&format!("field-{}", id("Licence class")), "")
        .submit(&steward)
        .await
        .expect_see_other(&record);
    assert_eq!(
        portal.look("SELECT string_agg(f.name || '=' || v.value, ' ' ORDER BY f.name) FROM member_values v JOIN custom_fields f ON f.id = v.field_id"),
        "Dues arrears=12.5 Hired on=2019-04-01"
    );
}

#[tokio::test]
async fn a_pair_kept_apart_does_not_meet_whatever_is_assigned() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    let record = format!("/people/{}/record", portal.member("member"));
    steward.get(&record).await.expect_ok();

    let page = admin.get("/admin/people/blocks").await.expect_ok();
    page.form("main form")
        .set("steward", &portal.member("steward").to_string())
        .set("handle", "nobody")
        .set("reason", "Cousins")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Nobody here is called @nobody")
        .form("form[action='/admin/people/blocks']")
        .set("handle", "@member")
        .submit(&admin)
        .await
        .expect_see_other("/admin/people/blocks");
    steward.get(&record).await.expect_status(404);
    admin
        .get("/admin/people/blocks")
        .await
        .expect_text("Cousins")
        .form("form[action$='/removal']")
        .submit(&admin)
        .await
        .expect_see_other("/admin/people/blocks");
    steward.get(&record).await.expect_ok();
    portal
        .person("steward")
        .await
        .get("/admin/people/blocks")
        .await
        .expect_status(403);
}
