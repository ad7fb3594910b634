//! The library: what mail shows, for who has the address, described, and never taken from under a mail that shows it.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// A picture this wide, as a camera writes it.
pub fn picture(width: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(width, 40, |x, y| {
        image::Rgb([u8::try_from(x % 256).unwrap(), u8::try_from(y).unwrap(), 90])
    })
    .write_to(&mut bytes, format)
    .unwrap();
    bytes.into_inner()
}

async fn upload(who: &Actor, fields: &[(&str, &str)], file: (&str, &[u8])) -> Page {
    let page = who.get("/campaigns/images").await.expect_ok();
    let mut form = page.form("form[enctype='multipart/form-data']");
    for (name, value) in fields {
        form = match *name {
            "decorates" => form.check(name),
            _ => form.set(name, value),
        };
    }
    let (name, bytes) = file;
    form.attach("file", name, "application/octet-stream", bytes)
        .submit(who)
        .await
}

/// Uploads one; answers the address of its page and the path it is shown at.
pub async fn in_library(who: &Actor, name: &str, alt: &str) -> (String, String) {
    let bytes = picture(600, ImageFormat::Png);
    let answer = upload(who, &[("name", name), ("alt", alt)], ("photo.png", &bytes)).await;
    let page = answer
        .expect_see_other("/campaigns/images/")
        .location()
        .unwrap()
        .path()
        .to_owned();
    let shown = who.get(&page).await.expect_ok();
    let path = shown.one("main img").attr("src").unwrap().to_owned();
    (page, path)
}

#[tokio::test]
async fn an_image_is_made_fit_for_mail_and_shown_to_whoever_has_its_address() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let wide = picture(2_400, ImageFormat::WebP);
    upload(
        &comms,
        &[("name", "Harbour"), ("alt", "Cranes at dawn")],
        ("harbour.webp", &wide),
    )
    .await
    .expect_see_other("/campaigns/images/");
    assert_eq!(
        portal.look("SELECT width || ' ' || mime FROM campaign_images WHERE name = 'Harbour'"),
        "1200 image/jpeg",
        "narrow enough, and no WebP"
    );
    let list = comms
        .get("/campaigns/images?name=arb")
        .await
        .expect_text("Cranes at dawn");
    comms
        .get("/campaigns/images?name=%25")
        .await
        .expect_text("No image is called so");
    let small = list.one(".picture img").attr("src").unwrap().to_owned();
    let path = small.trim_end_matches("?size=small");

    let anyone = portal.anyone();
    for address in [path, &small] {
        let shown = anyone.get(address).await.expect_ok();
        assert_eq!(shown.header("content-type"), Some("image/jpeg"));
        assert_eq!(
            shown.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(shown.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert_eq!(shown.header("set-cookie"), None);
    }
    let (front, last) = path.split_at(path.len() - 4);
    let guessed = if last == "AAAA" { "BBBB" } else { "AAAA" };
    anyone.get(&format!("{front}{guessed}")).await.expect_status(404);
    anyone.get("/i/nothing").await.expect_status(404);
    assert_eq!(
        portal.look("SELECT count(*)::text FROM audit_entries WHERE action = 'campaigns.image.added'"),
        "1"
    );
}

#[tokio::test]
async fn what_is_no_image_or_is_not_described_is_refused_and_what_was_typed_comes_back() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let text = ("notes.png", b"no picture at all".as_slice());
    let refused = upload(&comms, &[("name", "Notes"), ("alt", "Words")], text)
        .await
        .expect_status(422)
        .expect_field_error("file");
    let form = refused.form("form[enctype='multipart/form-data']");
    assert_eq!(form.value("name"), Some("Notes"));
    let bytes = picture(20, ImageFormat::Png);
    upload(&comms, &[("name", "Logo")], ("logo.png", &bytes))
        .await
        .expect_status(422)
        .expect_field_error("alt");
    upload(&comms, &[("decorates", "yes")], ("line.png", &bytes))
        .await
        .expect_see_other("/campaigns/images/");
    assert_eq!(
        portal.look("SELECT string_agg(name || ':' || decorates, ' ') FROM campaign_images"),
        "line:true",
        "called like its file"
    );
}

#[tokio::test]
async fn images_are_kept_by_communicators_of_the_organization() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let (page, path) = in_library(&comms, "Banner", "Our banner").await;
    for who in ["member", "steward", "privacy"] {
        let person = portal.person(who).await;
        person.get("/campaigns/images").await.expect_status(403);
        person.get(&page).await.expect_status(403);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&page).await.expect_status(404);
    stranger.get(&format!("{page}/removal")).await.expect_status(404);
    stranger.get("/campaigns/images").await.expect_no_text("Banner");

    let form = comms.get(&page).await.form(&format!("form[action='{page}']"));
    form.clone()
        .set("alt", "")
        .submit(&comms)
        .await
        .expect_status(422)
        .expect_field_error("alt");
    form.set("alt", "Our banner in the wind")
        .submit(&comms)
        .await
        .expect_see_other(&page);

    let removal = comms
        .get(&format!("{page}/removal"))
        .await
        .expect_text("goes for good");
    removal
        .form("main form")
        .submit(&comms)
        .await
        .expect_see_other("/campaigns/images");
    comms.get(&page).await.expect_status(404);
    portal.anyone().get(&path).await.expect_status(404);
}
