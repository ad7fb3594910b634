use crate::support::portal::Portal;

#[tokio::test]
async fn an_admin_adds_a_worksite_with_departments_and_names_its_steward() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;

    let list = admin
        .get("/worksites")
        .await
        .expect_ok()
        .expect_text("No worksites yet");
    let form = list.click(&admin, "New worksite").await.expect_ok();
    let page = form
        .form("main form")
        .set("name", "General hospital")
        .set("address", "1 Wellington Street")
        .set("departments", "Emergency\nImaging\nemergency")
        .submit(&admin)
        .await
        .expect_see_other("/worksites/")
        .follow(&admin)
        .await
        .expect_text("Emergency")
        .expect_text("Imaging")
        .expect_text("Nobody yet");
    assert_eq!(portal.look("SELECT count(*) FROM departments"), "2", "each once");

    let form = page.click(&admin, "Add a steward").await.expect_ok();
    form.form("main form")
        .set("steward", &portal.member("steward").to_string())
        .submit(&admin)
        .await
        .expect_see_other("/worksites/")
        .follow(&admin)
        .await
        .expect_text("Rosa Delgado")
        .expect_text("Everyone here");
    assert_eq!(
        portal.look(
            "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entries WHERE action LIKE 'people.%'"
        ),
        "people.worksite.created people.steward.assigned"
    );
}

#[tokio::test]
async fn a_name_that_is_taken_is_said_at_the_field_and_nothing_typed_is_lost() {
    let portal = Portal::start().await;
    super::worksite(&portal, "General hospital", &[]);
    let admin = portal.person("admin").await;

    let page = admin
        .get("/worksites/new")
        .await
        .form("main form")
        .set("name", "General Hospital")
        .set("departments", "Emergency")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("There is an open worksite of this name already.");
    assert_eq!(page.form("main form").value("departments"), Some("Emergency"));
}

#[tokio::test]
async fn stewards_read_worksites_and_others_do_not() {
    let portal = Portal::start().await;
    let worksite = super::worksite(&portal, "General hospital", &["member"]);
    let path = format!("/worksites/{worksite}");

    let steward = portal.person("steward").await;
    steward
        .get(&path)
        .await
        .expect_ok()
        .expect_text("1 person")
        .expect_no_text("Add a steward");
    steward.get("/worksites/new").await.expect_status(403);
    portal
        .person("member")
        .await
        .get("/worksites")
        .await
        .expect_status(403);
    portal
        .neighbour("stranger")
        .await
        .get(&path)
        .await
        .expect_status(404);
}

#[tokio::test]
async fn shifts_keep_their_order_and_one_that_is_worked_stays() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let save = async |shifts: &str| {
        admin
            .get("/worksites")
            .await
            .form("form[action='/worksites/shifts']")
            .set("shifts", shifts)
            .submit(&admin)
            .await
            .expect_see_other("/worksites")
    };
    save("Day\nEvening\nNight").await;
    portal.force(&format!(
        "UPDATE members SET shift_id = (SELECT id FROM shifts WHERE name = 'Night') WHERE id = '{}'",
        portal.member("member")
    ));
    save("Evening\nDay").await;

    let form = admin
        .get("/worksites")
        .await
        .form("form[action='/worksites/shifts']");
    assert_eq!(form.value("shifts"), Some("Evening\nDay\nNight"));
}
