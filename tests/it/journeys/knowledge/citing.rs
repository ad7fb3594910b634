//! Quoting in a lesson.

use waymark::domains::journeys::knowledge::citing::{Cited, quotation};
use waymark::domains::journeys::knowledge::model::KnowledgeKind;
use waymark::kernel::markup::document;

use super::page;
use crate::journeys::building::{add_lesson, begin, key};
use crate::support::portal::Portal;

#[test]
fn what_comes_from_outside_stays_text() {
    let cited = Cited {
        kind: KnowledgeKind::Link,
        title: "A [trap](https://evil.example)",
        url: Some("https://example.org/a_(b)"),
        heading: "Part *one*",
        page: None,
        text: "# Shout\n\n- list [click](javascript:x) <b>bold</b> `code` ![x](y)\n1. one",
        source: "",
    };
    let html = document(&quotation(&cited)).html;
    assert!(html.contains("https://example.org/a_(b)"), "{html}");
    for absent in [
        "<h1",
        "<li",
        "evil.example\"",
        "<b>",
        "<code",
        "javascript:x\"",
        "<em>one",
    ] {
        assert!(!html.contains(absent), "{absent}: {html}");
    }
    assert!(
        html.contains("# Shout") && html.contains("- list [click]"),
        "{html}"
    );
}

#[tokio::test]
async fn an_author_finds_a_passage_and_quotes_it_at_the_end_of_the_lesson() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    page(&coach, "Conversations", "# Silence\n\nCount to **five**.").await;
    let journey = begin(&coach, "Talking").await;
    add_lesson(&portal, &coach, &journey, "First milestone", ("text", "Wait")).await;
    let node = key(&portal, "Wait");
    portal.force(&format!(
        "UPDATE journey_nodes SET body = 'Before.' WHERE key = '{node}'"
    ));
    let editor = format!("{journey}/nodes/{node}");
    coach
        .get(&editor)
        .await
        .expect_element(&format!("form[action='{editor}/knowledge']"));
    let found = coach
        .get(&format!("{editor}/knowledge?q=counting"))
        .await
        .expect_ok();
    let form = found.form(&format!("form[method=post][action='{editor}/knowledge']"));
    form.submit(&coach).await.expect_see_other(&editor);
    assert_eq!(
        portal.look(&format!("SELECT body FROM journey_nodes WHERE key = '{node}'")),
        "Before.\n\n> Count to **five**.\n>\n> — *Conversations*, Silence\n"
    );
    let partial = coach
        .get_partial(&format!("{editor}/knowledge?q=counting"))
        .await
        .expect_ok();
    partial
        .expect_element("#knowledge-found [data-quote]")
        .expect_no_element("h1");
    let neighbour = portal.neighbour("stranger").await;
    neighbour
        .get(&format!("{editor}/knowledge?q=five"))
        .await
        .expect_status(404);
    let member = portal.person("member").await;
    member
        .get(&format!("{editor}/knowledge"))
        .await
        .expect_status(404);
}
