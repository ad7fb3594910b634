//! What people type and what others then see.

use uuid::Uuid;
use waymark::kernel::markup::{
    HTML_VERSION, MAX_SOURCE, MentionResolver, Rendered, ResolvedMention, check_length, excerpt, handles_in,
    is_handle, render, sanitise,
};

/// Knows Ada, Björn and a person whose name tries to turn the line around.
pub struct People;

pub const ADA: Uuid = Uuid::from_u128(0xada);

impl MentionResolver for People {
    fn resolve(&self, handle: &str) -> Option<ResolvedMention> {
        let (id, name) = match handle {
            "ada" | "ada.l" => (ADA, "Ada <Lovelace>"),
            "bjorn_b" => (Uuid::from_u128(0xb), "Björn"),
            "trick" => (Uuid::from_u128(0xc), "\u{202E}kcirT\n "),
            "blank" => (Uuid::from_u128(0xd), "\u{200F}"),
            _ => return None,
        };
        Some(ResolvedMention {
            member_id: id,
            display_name: name.to_owned(),
        })
    }
}

fn rendered(source: &str) -> Rendered {
    render(source, &People)
}

#[track_caller]
fn expect_html(source: &str, html: &str) {
    assert_eq!(rendered(source).html, html, "from {source:?}");
}

#[track_caller]
fn expect_paragraph(source: &str, inside: &str) {
    expect_html(source, &format!("<p dir=\"auto\">{inside}</p>"));
}

fn link(href: &str, label: &str) -> String {
    format!("<a href=\"{href}\" rel=\"nofollow noopener ugc\">{label}</a>")
}

fn mention(id: Uuid, name: &str) -> String {
    format!("<a class=\"mention\" href=\"/people/{id}\" data-member=\"{id}\">@{name}</a>")
}

#[test]
fn marks_become_elements() {
    expect_paragraph(
        "**bold** *italic* ~~gone~~ `code`",
        "<strong>bold</strong> <em>italic</em> <del>gone</del> <code>code</code>",
    );
}

#[test]
fn lines_break_where_the_writer_broke_them() {
    expect_html(
        "one\r\ntwo\n\nthree",
        "<p dir=\"auto\">one<br>two</p><p dir=\"auto\">three</p>",
    );
}

#[test]
fn lists_quotes_and_code_carry_their_own_direction() {
    expect_html(
        "- a\n- b\n\n7. c",
        "<ul dir=\"auto\"><li dir=\"auto\">a</li><li dir=\"auto\">b</li></ul><ol dir=\"auto\" start=\"7\"><li dir=\"auto\">c</li></ol>",
    );
    expect_html(
        "> said",
        "<blockquote dir=\"auto\"><p dir=\"auto\">said</p></blockquote>",
    );
    expect_html(
        "```rust\nlet x = 1 < 2;\n\nx\n```",
        "<pre dir=\"auto\"><code>let x = 1 &lt; 2;\n\nx</code></pre>",
    );
}

#[test]
fn headings_are_bold_paragraphs_and_rules_stay_dashes() {
    expect_paragraph("# Loud", "<strong>Loud</strong>");
    expect_paragraph("***", "***");
}

#[test]
fn tables_stay_text() {
    expect_paragraph("| a | b |\n|---|---|", "| a | b |<br>|---|---|");
}

#[test]
fn html_is_shown_as_typed() {
    expect_paragraph("a <b onclick=x>bold</b>", "a &lt;b onclick=x&gt;bold&lt;/b&gt;");
    expect_paragraph(
        "<script>\nalert(1)\n</script>",
        "&lt;script&gt;<br>alert(1)<br>&lt;/script&gt;",
    );
    assert_eq!(rendered("<b>hi</b>").text, "<b>hi</b>");
}

#[test]
fn images_become_links() {
    expect_paragraph(
        "![the hall](https://e.org/h.png)",
        &link("https://e.org/h.png", "the hall"),
    );
    expect_paragraph(
        "![](https://e.org/h.png)",
        &link("https://e.org/h.png", "https://e.org/h.png"),
    );
    expect_paragraph(
        "[![x](https://e.org/i)](https://e.org/o)",
        &link("https://e.org/o", "x"),
    );
}

#[test]
fn links_lead_only_where_people_may_be_sent() {
    expect_paragraph(
        "[here](https://e.org/?a=1&b=2 'title')",
        &link("https://e.org/?a=1&amp;b=2", "here"),
    );
    expect_paragraph("[mail](mailto:ada@e.org)", &link("mailto:ada@e.org", "mail"));
    expect_paragraph("<ada@e.org>", &link("mailto:ada@e.org", "ada@e.org"));
    for refused in [
        "javascript:alert(1)",
        "JaVaScript:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "/relative",
        "//e.org/x",
        "https://bank.example@evil.example/",
        "mailto:nobody",
        "https://",
    ] {
        expect_paragraph(&format!("[click]({refused})"), "click");
    }
}

#[test]
fn bare_addresses_are_linked_without_the_sentence_around_them() {
    for (typed, address, after) in [
        ("https://e.org.", "https://e.org", "."),
        ("https://e.org/a?b=c&d=e!", "https://e.org/a?b=c&d=e", "!"),
        ("https://e.org/wiki/A_(b)", "https://e.org/wiki/A_(b)", ""),
        ("https://e.org/_foo_/bar__", "https://e.org/_foo_/bar", "__"),
        ("https://e.org/x…", "https://e.org/x", "…"),
        ("https://e.org/x, then", "https://e.org/x", ", then"),
        ("HTTPS://E.org/x", "HTTPS://E.org/x", ""),
        ("https://e.org/a`b`", "https://e.org/a", "<code>b</code>"),
        ("https://e.org/a\u{3002}b", "https://e.org/a", "\u{3002}b"),
    ] {
        let written = rendered(typed);
        let label = address.replace('&', "&amp;");
        let href = url::Url::parse(address).unwrap().to_string();
        assert_eq!(
            written.html,
            format!(
                "<p dir=\"auto\">{}{after}</p>",
                link(&href.replace('&', "&amp;"), &label)
            ),
            "from {typed:?}"
        );
        assert_eq!(written.links, [href]);
    }
    expect_paragraph(
        "(see https://e.org/x)",
        &format!("(see {})", link("https://e.org/x", "https://e.org/x")),
    );
    expect_paragraph(
        "**https://e.org/x**",
        &format!("<strong>{}</strong>", link("https://e.org/x", "https://e.org/x")),
    );
    expect_paragraph(
        "www.local99.org.",
        &format!("{}.", link("https://www.local99.org/", "https://www.local99.org")),
    );
}

#[test]
fn what_only_resembles_an_address_stays_text() {
    for text in [
        "xhttps://e.org",
        "www.hello",
        "http://",
        "https://user:pw@e.org",
        "mailto:x",
        "example.www.com",
    ] {
        assert!(rendered(text).links.is_empty(), "{text}");
        assert!(!rendered(text).html.contains("<a "), "{text}");
    }
    expect_paragraph("`https://e.org`", "<code>https://e.org</code>");
}

#[test]
fn a_definition_is_a_message() {
    expect_paragraph("[done]: yes", "[done]: yes");
    expect_paragraph(
        "[done]: https://e.org/x",
        &format!("[done]: {}", link("https://e.org/x", "https://e.org/x")),
    );
    expect_html(
        "`[a]: b`\n\n    [c]: d",
        "<p dir=\"auto\"><code>[a]: b</code></p><pre dir=\"auto\"><code>[c]: d</code></pre>",
    );
}

#[test]
fn people_are_named_once_and_shown_by_name() {
    let written = rendered("Hi @ada, and (@Bjorn_B). @ada!");
    assert_eq!(
        written.html,
        format!(
            "<p dir=\"auto\">Hi {0}, and ({1}). {0}!</p>",
            mention(ADA, "Ada &lt;Lovelace&gt;"),
            mention(Uuid::from_u128(0xb), "Björn")
        )
    );
    assert_eq!(written.text, "Hi @Ada <Lovelace>, and (@Björn). @Ada <Lovelace>!");
    let named: Vec<_> = written
        .mentions
        .iter()
        .map(|target| target.handle.as_str())
        .collect();
    assert_eq!(named, ["ada", "bjorn_b"]);
}

#[test]
fn the_longest_handle_wins_over_the_full_stop() {
    expect_paragraph("@ada.l.", &format!("{}.", mention(ADA, "Ada &lt;Lovelace&gt;")));
    expect_paragraph(
        "_@ada_",
        &format!("<em>{}</em>", mention(ADA, "Ada &lt;Lovelace&gt;")),
    );
}

#[test]
fn an_at_sign_is_not_always_a_mention() {
    for text in [
        "mail x@ada",
        "@adaé",
        "@ada@e.org",
        "\\@ada",
        "@nobody",
        "e.org/@ada",
        "@@ada",
        "@",
        "@a",
    ] {
        let written = rendered(text);
        assert!(
            written.mentions.is_empty() && !written.html.contains("<a "),
            "{text}: {}",
            written.html
        );
    }
    assert_eq!(
        rendered("`@ada`\n\n```\n@ada\n@channel\n```\n[@ada](https://e.org)").mentions,
        []
    );
}

#[test]
fn names_cannot_turn_the_line_around() {
    assert_eq!(rendered("@trick").text, "@kcirT");
    assert_eq!(rendered("@blank").text, "@blank");
}

#[test]
fn everyone_is_called_by_channel_or_here() {
    for text in ["@channel", "@Here: now", "**@channel.**"] {
        let written = rendered(text);
        assert!(written.mentions_channel && written.mentions.is_empty(), "{text}");
        assert!(
            written.html.contains("<span class=\"mention mention--all\">@"),
            "{}",
            written.html
        );
    }
    for text in ["`@channel`", "@channels", "x@here", "\\@channel"] {
        assert!(!rendered(text).mentions_channel, "{text}");
    }
}

#[test]
fn handles_are_collected_before_rendering() {
    assert_eq!(
        handles_in("@ada. @Ada @bjorn_b `@code` @channel x@y <b>@zoe</b>"),
        ["ada", "ada.", "bjorn_b", "zoe"]
    );
    assert!(handles_in("nobody").is_empty());
}

#[test]
fn handles_have_one_form() {
    for good in ["ada", "a1", "0x", "a.b-c_d", &"a".repeat(32)] {
        assert!(is_handle(good), "{good}");
    }
    for bad in [
        "",
        "a",
        "Ada",
        ".ada",
        "-ada",
        "ada l",
        "adá",
        "channel",
        "here",
        &"a".repeat(33),
    ] {
        assert!(!is_handle(bad), "{bad}");
    }
}

#[test]
fn direction_tricks_are_removed_and_honest_marks_stay() {
    assert_eq!(rendered("a\u{202E}b\u{0}c\u{7}\u{FEFF}").text, "abc");
    assert_eq!(rendered("a&#x202E;b&#0;").text, "ab\u{FFFD}");
    assert_eq!(
        rendered("x\u{200F}\u{2067}y\u{2069}\u{2069}").text,
        "x\u{200F}\u{2067}y\u{2069}"
    );
    assert_eq!(rendered("&#x2067;y\nz").text, "\u{2067}y\u{2069} z");
}

#[test]
fn deep_quotes_and_lists_keep_their_words() {
    for mark in ["> ", "- ", "*a **b "] {
        let written = rendered(&format!("{}deep", mark.repeat(200)));
        assert!(written.text.ends_with("deep"), "{}", written.text);
        assert!(written.html.matches("<blockquote").count() <= 20);
        assert!(written.html.matches("<ul").count() <= 20);
        assert!(written.html.matches("<em>").count() + written.html.matches("<strong>").count() <= 400);
    }
}

#[test]
fn a_source_may_have_eight_thousand_characters() {
    assert_eq!(check_length(&"é".repeat(MAX_SOURCE)), Ok(()));
    let error = check_length(&"é".repeat(MAX_SOURCE + 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The message has 8001 characters; at most 8000 fit."
    );
    assert_eq!(rendered(&"x".repeat(MAX_SOURCE + 5)).text.len(), MAX_SOURCE);
}

#[test]
fn nothing_visible_renders_to_nothing() {
    for source in ["", " \n ", "\u{202E}\u{0}"] {
        let written = rendered(source);
        assert_eq!(
            (written.html.as_str(), written.text.as_str()),
            ("", ""),
            "{source:?}"
        );
        assert_eq!(written.version, HTML_VERSION);
    }
}

#[test]
fn words_of_different_blocks_do_not_run_together() {
    assert_eq!(
        rendered("# One\n- two\n- three\n> four\n\n```\nfive\nsix\n```").text,
        "One two three four five six"
    );
}

#[test]
fn the_second_wall_holds_alone() {
    let hostile = "<script>x</script><img src=x onerror=y><p style=a dir=rtl onclick=b>t</p>\
        <a href='javascript:x' class='btn mention' data-member='x' target=_blank>u</a><a href='//e.org'>v</a><a href='/settings'>w</a>\
        <ol start='-5'><li>z</li></ol><iframe src=x></iframe><svg><a xlink:href=x>s</a></svg>";
    assert_eq!(
        sanitise(hostile),
        "<p>t</p><a class=\"mention\">u</a><a>v</a><a>w</a><ol><li>z</li></ol>"
    );
    let kept = format!(
        "<p dir=\"auto\">{}{}</p>",
        mention(ADA, "Ada"),
        link("https://e.org/", "x")
    );
    assert_eq!(sanitise(&kept), kept);
}

#[test]
fn excerpts_end_between_words() {
    assert_eq!(excerpt("one  two\nthree", 13), "one two three");
    assert_eq!(excerpt("one two three", 12), "one two…");
    assert_eq!(excerpt("one two three", 8), "one two…");
    assert_eq!(excerpt(&"x".repeat(50), 5), "xxxx…");
    assert_eq!(excerpt("👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀", 2), "👩🏽‍🚀…");
    assert_eq!(excerpt("word", 0), "");
    assert_eq!(excerpt("", 5), "");
}
