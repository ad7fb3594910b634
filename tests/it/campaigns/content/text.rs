//! The text part that is written from the HTML.

use waymark::domains::campaigns::content::render_parts;

use super::support::*;

fn text_of(body: &str) -> String {
    let values = facts([("vars.shop", "Atelier"), ("vars.count", "3")]);
    let content = compiled(&draft(body));
    let parts = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap();
    let (text, footer) = parts
        .text
        .split_once("\n\n1 Main Street, Ottawa Unsubscribe")
        .unwrap();
    format!(
        "{text}{}",
        footer
            .split_once("\n\n")
            .map_or("", |(_, notes)| notes)
            .replace("https://union.test/u/abc?x=1&y=2", "")
            .trim_start()
    )
}

#[test]
fn headings_paragraphs_and_breaks_become_lines() {
    let text = text_of("<h1>Title</h1><p>One<br>two &amp; three</p><div>four</div><div>five</div>");
    assert!(
        text.starts_with("Title\n\nOne\ntwo & three\n\nfour\nfive"),
        "{text}"
    );
}

#[test]
fn links_become_footnotes_and_the_same_address_is_listed_once() {
    let text = text_of(
        "<p>See <a href=\"mailto:a@b.org\">us</a>, <a href=\"mailto:a@b.org\">again</a> or <a href=\"mailto:c@d.org\">c@d.org</a>.</p>",
    );
    assert!(text.starts_with("See us [1], again [1] or c@d.org."), "{text}");
    assert!(text.contains("[1] mailto:a@b.org"), "{text}");
}

#[test]
fn lists_are_numbered_bulleted_and_nested() {
    let text = text_of(
        "<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul><ol><li>first</li><li>second</li></ol>",
    );
    assert!(
        text.starts_with("- one\n  - inner\n- two\n\n1. first\n2. second"),
        "{text}"
    );
}

#[test]
fn tables_of_data_keep_their_rows_and_layout_tables_vanish() {
    let text = text_of(
        "<table role=\"presentation\"><tr><td><table><tr><th>Day</th><th>Place</th></tr>\n<tr><td>Mon</td><td>{{ vars.shop }}</td></tr></table></td></tr></table>",
    );
    assert!(text.starts_with("Day | Place\nMon | Atelier"), "{text}");
}

#[test]
fn hidden_text_styles_and_comments_are_left_out() {
    let text = text_of(
        "<style>p { color: red }</style><div style=\"DISPLAY : none\">hidden <div>too</div></div><!-- not this --><p>shown</p><blockquote>said</blockquote>",
    );
    assert!(text.starts_with("shown\n\n> said"), "{text}");
}

#[test]
fn logic_works_in_the_text_part_too_and_links_stand_inline() {
    let text = text_of(
        "{% if vars.count > 2 %}<p>Many for <a href=\"https://union.org/\">{{ vars.shop }}</a></p>{% else %}<p>Few</p>{% endif %}<p>End</p>",
    );
    assert!(
        text.starts_with("Many for Atelier <https://go.union.test/l/0>\n\nEnd"),
        "{text}"
    );
}

#[test]
fn a_text_part_that_is_given_wins() {
    let mut wanted = draft("<p>In HTML</p>");
    wanted.text_part = Some("Own words for {{ vars.shop }}\r\n{{ links.unsubscribe }}".into());
    let values = facts([("vars.shop", "<A&B>")]);
    let parts = render_parts(&compiled(&wanted), &sender(), &person("Ada", &values), &links()).unwrap();
    assert_eq!(
        parts.text,
        "Own words for <A&B>\nhttps://union.test/u/abc?x=1&y=2"
    );
}

#[test]
fn a_text_message_is_its_source() {
    let mut wanted = draft("");
    wanted.channel = waymark::domains::campaigns::content::Channel::Sms;
    wanted.source = "{{ vars.shop }}: <b> & {% if vars.count %}{{ vars.count }}{% endif %}".into();
    let values = facts([("vars.shop", "<A&B>"), ("vars.count", "2")]);
    let content = compiled(&wanted);
    let parts = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap();
    assert_eq!(
        (parts.text.as_str(), parts.html, parts.subject.as_str()),
        ("<A&B>: <b> & 2", None, "")
    );
    assert!(try_mail(&content, &person("Ada", &values)).is_err());
}
