//! Mail servers and services through which campaigns leave, as admins set them.

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

async fn add(admin: &Actor, fields: &[(&str, &str)]) -> Page {
    let page = admin.get("/providers/new?kind=smtp").await.expect_ok();
    let mut form = page.form("form[action='/providers']");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.submit(admin).await
}

#[tokio::test]
async fn a_mail_server_has_the_name_of_a_host_or_an_address() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let with =
        async |host: &str| add(&admin, &[("host", host), ("from_address", "news@local.example")]).await;
    for host in [
        "bad host / x",
        "smtp example,org/",
        "https://smtp.example.org",
        "smtp..example.org",
        "-smtp.example.org",
        "192.0.2.300",
        "smtp.example.org:587",
    ] {
        let page = with(host).await.expect_status(422);
        page.expect_field_error("host")
            .expect_text("such as smtp.example.org");
        assert_eq!(page.one("#host").attr("value"), Some(host));
    }
    for host in [
        "smtp.example.org",
        "smtp.example.org.",
        "localhost",
        "mail_server",
        "192.0.2.25",
        "2001:db8::25",
    ] {
        with(host).await.expect_see_other("/providers/");
    }
}

#[tokio::test]
async fn what_is_missing_is_said_in_the_order_and_by_the_names_of_the_form() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let fields = [
        ("name", ""),
        ("port", "x"),
        ("return_path", "nobody"),
        ("connections", "0"),
        ("rank", "x"),
    ];
    let page = add(&admin, &fields).await.expect_status(422);
    let said: Vec<String> = page
        .select(".error-summary__list a")
        .iter()
        .map(|line| line.attr("href").unwrap().to_owned())
        .collect();
    assert_eq!(
        said,
        [
            "#name",
            "#host",
            "#port",
            "#from_address",
            "#return_path",
            "#connections",
            "#rank"
        ]
    );
    page.expect_text("“Sent from” is missing.")
        .expect_text("Connections at once must be a whole number")
        .expect_no_text("E-mail address is missing");
}

#[tokio::test]
async fn a_mail_server_that_fails_its_check_is_not_called_in_use() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let fields = [
        ("host", "127.0.0.1"),
        ("port", "1"),
        ("security", "plain"),
        ("from_address", "news@local.example"),
    ];
    let added = add(&admin, &fields).await.expect_see_other("/providers/");
    let path = added.location().unwrap().path().to_owned();
    admin.get("/providers").await.expect_ok().expect_text("In use");
    let page = admin.get(&path).await.expect_ok();
    let check = page.form(&format!("form[action='{path}/check']"));
    check.submit(&admin).await.expect_see_other(&path);
    let list = admin.get("/providers").await.expect_ok();
    list.expect_text("Does not work yet").expect_no_text("In use");
    // What is changed is tried anew.
    let page = admin.get(&path).await.expect_ok();
    let form = page.form(&format!("form[action='{path}']")).set("port", "2");
    form.submit(&admin).await.expect_see_other(&path);
    admin.get("/providers").await.expect_ok().expect_text("In use");
}
