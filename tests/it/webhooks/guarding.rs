//! Where nothing is sent to, and who decides.

use waymark::providers::webhooks::{Outgoing, Reach, Report, Told, Unreachable};

use super::{add, receiver};
use crate::support::portal::Portal;

#[tokio::test]
async fn addresses_that_lead_inside_are_refused_beside_the_field_with_what_was_typed() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    for url in [
        "http://192.168.1.4/hooks",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/",
        "http://93.184.215.14/",
        "https://user:pass@93.184.215.14/",
        "ftp://93.184.215.14/",
        "not an address",
        "https://nowhere.invalid/",
    ] {
        let page = admin.get("/webhooks/new").await.expect_ok();
        let refused = page
            .form("form[action='/webhooks']")
            .set("name", "Inside")
            .set("url", url)
            .check_value("kinds", "campaign.sent")
            .submit(&admin)
            .await
            .expect_status(422)
            .expect_field_error("url");
        assert_eq!(refused.one("input[name=url]").attr("value"), Some(url));
    }
    let page = admin.get("/webhooks/new").await.expect_ok();
    let none = page
        .form("form[action='/webhooks']")
        .set("url", "https://93.184.215.14/")
        .submit(&admin)
        .await
        .expect_status(422);
    none.expect_field_error("name").expect_field_error("kinds");
    assert_eq!(portal.look("SELECT count(*) FROM webhooks"), "0");
}

#[test]
fn no_clothes_make_an_inner_address_an_outer_one() {
    for address in [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::a00:1]",
        "[2002:a00:1::]",
        "[fc00::1]",
        "[fe80::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ] {
        let refused = Reach::Public.read(&format!("https://{address}/hooks"));
        assert_eq!(refused, Err(Unreachable::Private), "{address}");
    }
    for address in [
        "93.184.215.14",
        "[2606:2800:21f::1]",
        "example.org",
        "[64:ff9b::5db8:d70e]",
    ] {
        assert!(
            Reach::Public
                .read(&format!("https://{address}:8443/hooks"))
                .is_ok(),
            "{address}"
        );
        assert_eq!(
            Reach::AndThisMachine.read(&format!("http://{address}/hooks")),
            Err(Unreachable::NotEncrypted)
        );
    }
    assert!(Reach::AndThisMachine.read("http://127.0.0.1:4000/").is_ok());
    assert_eq!(
        Reach::AndThisMachine.read("http://10.0.0.1/"),
        Err(Unreachable::Private)
    );
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_when_it_is_typed_and_whenever_it_is_sent_to() {
    let refused = Reach::Public.check("https://localhost/hooks").await;
    assert_eq!(refused, Err(Unreachable::Private));
    let server = receiver().await;
    let port = server.base().port().unwrap();
    let outgoing = Outgoing::new(Reach::Public).unwrap();
    let secrets = [waymark::providers::webhooks::fresh_secret().unwrap()];
    for host in ["localhost", "127.0.0.1"] {
        let report = Report {
            url: &format!("https://{host}:{port}/"),
            id: "msg_1",
            body: "{}",
            secrets: &secrets,
        };
        let told = outgoing.send(&report, chrono::Utc::now()).await.unwrap();
        let Told::Unanswered(why) = told else {
            panic!("{told:?}")
        };
        assert!(why.contains("private network"), "{why}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn only_admins_see_them_and_another_organization_finds_nothing() {
    let portal = Portal::live().await;
    let server = receiver().await;
    let admin = portal.person("admin").await;
    let (path, _) = add(&admin, server.base().as_str(), &["campaign.sent"]).await;
    for key in ["comms", "privacy", "member"] {
        let person = portal.person(key).await;
        person.get("/webhooks").await.expect_status(403);
        person.get(&path).await.expect_status(403);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&path).await.expect_status(404);
    stranger
        .get("/webhooks")
        .await
        .expect_ok()
        .expect_no_text("Mirror");
}
