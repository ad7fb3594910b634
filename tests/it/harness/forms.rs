//! The client keeps cookies, follows forms and says the headers a browser says.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use reqwest::Method;
use serde_json::json;

use super::site;
use crate::support::client::Client;
use crate::support::page::Page;

#[tokio::test]
async fn a_client_keeps_its_cookies_and_shows_each_redirect() {
    let client = Client::new(&site::start().await);
    client
        .get("/me")
        .await
        .expect_status(403)
        .expect_text("Who are you?");

    let answer = client.post("/sign-in", &[]).await.expect_see_other("/me");

    answer.follow(&client).await.expect_ok().expect_text("Hello ada");
    assert_eq!(client.cookie("session").as_deref(), Some("ada"));
    client
        .get("/hop")
        .await
        .expect_see_other("/hop2")
        .follow(&client)
        .await
        .expect_text("Hello ada");
    client.stranger().get("/me").await.expect_status(403);
}

#[tokio::test]
async fn a_form_sends_what_a_browser_would_send() {
    let client = Client::new(&site::start().await);
    let page = client.get("/forms").await.expect_ok().expect_no_text("A secret");

    let untouched = page.form("#all").submit(&client).await.expect_ok();
    assert!(
        untouched.html.starts_with("POST /echo?from=forms\n"),
        "{}",
        untouched.html
    );
    let body = untouched.html.lines().last().unwrap();
    assert_eq!(
        body,
        "token=t%261&word=before&news=on&days=tu&size=s&team=Alpha&tags=1\
         &note=first%0D%0Asecond&outside=in&do=save"
    );
    let origin = client.base().origin().ascii_serialization();
    for header in [
        format!("origin: {origin}"),
        "sec-fetch-site: same-origin".into(),
        format!("referer: {}", page.url),
    ] {
        assert!(
            untouched.html.contains(&header),
            "{header} is missing in {}",
            untouched.html
        );
    }

    let form = page
        .form("input[name=word]")
        .set("word", "ö & 1")
        .set("size", "l")
        .set("team", "b");
    let form = form
        .uncheck("news")
        .check_value("days", "mo")
        .check_value("tags", "2")
        .press("Drop");
    let changed = form.submit(&client).await.expect_ok();
    assert!(changed.html.starts_with("POST /drop\n"), "{}", changed.html);
    let body = changed.html.lines().last().unwrap();
    assert_eq!(
        body,
        "token=t%261&word=%C3%B6+%26+1&days=mo&days=tu&size=l&team=b&tags=1&tags=2\
         &note=first%0D%0Asecond&outside=in&do=drop"
    );
}

#[tokio::test]
async fn a_form_is_searched_uploaded_and_sent_in_part() {
    let client = Client::new(&site::start().await);
    let page = client.get("/forms").await;

    let searched = page
        .form("#search")
        .set("q", "from:ada 100 %")
        .submit(&client)
        .await;
    assert!(
        searched.html.starts_with("GET /echo?q=from%3Aada+100+%25\n"),
        "{}",
        searched.html
    );

    let upload = page.form("#upload").set("title", "Cat");
    let uploaded = upload
        .attach("file", "kätz\"chen.png", "image/png", b"\x89PNG")
        .submit(&client)
        .await;
    for part in [
        "name=\"title\"\r\n\r\nCat\r\n",
        "filename=\"kätz%22chen.png\"\r\nContent-Type: image/png\r\n\r\n",
    ] {
        assert!(
            uploaded.html.contains(part),
            "{part:?} is missing in {}",
            uploaded.html
        );
    }

    let part = page.form("#all").submit_partial(&client).await;
    assert!(part.html.starts_with("POST /partial\n"), "{}", part.html);
    for header in [
        "hx-request: true",
        "hx-request-type: partial",
        "sec-fetch-mode: cors",
    ] {
        assert!(part.html.contains(header), "{header} is missing in {}", part.html);
    }
}

#[tokio::test]
async fn a_page_is_read_by_selector_and_its_links_are_followed() {
    let client = Client::new(&site::start().await);
    client.post("/sign-in", &[]).await;
    let page = client.get("/forms").await;

    assert_eq!(page.one("h1").text, "Forms");
    assert_eq!(page.select("#all option").len(), 4);
    assert_eq!(page.one("a").attr("href"), Some("/hop"));
    page.click(&client, "Onward").await.expect_see_other("/hop2");
    client
        .get("/good")
        .await
        .expect_text("You can do everything without scripts.");
}

#[tokio::test]
async fn an_expectation_that_fails_says_what_the_page_reads() {
    let client = Client::new(&site::start().await);
    let page = client.get("/me").await;

    let failing: [&dyn Fn() -> Page; 4] = [
        &|| page.expect_ok(),
        &|| page.expect_text("Hello"),
        &|| page.expect_no_text("Who"),
        &|| page.expect_element("form"),
    ];
    for failing in failing {
        let panic = std::panic::catch_unwind(AssertUnwindSafe(failing))
            .err()
            .expect("it fails");
        let message = panic.downcast_ref::<String>().expect("it says why");
        assert!(message.contains("reads: Who are you?"), "{message}");
    }
    let missing = AssertUnwindSafe(async { page.form("form") }).catch_unwind().await;
    assert!(missing.is_err(), "a form that is not there cannot be filled");
}

#[tokio::test]
async fn a_program_signs_with_a_token_and_sends_no_cookies() {
    let client = Client::new(&site::start().await);
    client.post("/sign-in", &[]).await;
    let call = || {
        client
            .api(Method::POST, "/api/notes")
            .json(json!({ "text": "hi" }))
    };

    let made = call()
        .bearer("good")
        .idempotency_key("k1")
        .send()
        .await
        .expect_status(201);
    assert_eq!(
        made.json,
        json!({ "note": { "text": "hi" }, "key": "k1", "cookie": null })
    );
    assert_eq!(made.at("/note/text"), "hi");
    call()
        .bearer("bad")
        .send()
        .await
        .expect_problem(401, "/unauthorized");
}

#[tokio::test]
async fn a_raw_request_sends_exactly_what_it_was_given() {
    let client = Client::new(&site::start().await);
    let headers = [("Origin", "https://evil.example"), ("Content-Type", "text/plain")];

    let echo = client
        .raw(Method::PUT, "/x", &headers, &b"\xff\xfe"[..])
        .await
        .expect_ok();
    assert!(
        echo.html.contains("origin: https://evil.example"),
        "{}",
        echo.html
    );
    assert!(
        echo.html.ends_with("\u{fffd}\u{fffd}") && !echo.html.contains("sec-fetch"),
        "{}",
        echo.html
    );

    let long = client
        .raw(Method::POST, "/x", &headers, vec![b'a'; 1_000_000])
        .await;
    long.expect_status(413);
}
