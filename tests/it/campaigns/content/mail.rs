//! The MIME message, read back by an independent parser.

use mail_parser::{Address, MessageParser};
use proptest::prelude::*;
use waymark::domains::campaigns::content::{
    AddressError, Compiled, Links, Organization, Purpose, Recipient, RenderError, Sender, SenderDetails,
    Stamp, message_digest, render_mail, render_parts,
};

use super::support::*;

const BODY: &str = "<h1>Hello {{ member.first_name }}</h1>\n<p>.dot at the start</p>\n<p title=\"{{ vars.shop }}\">\
    You have {{ vars.count }} at {{ vars.shop }}. <a href=\"https://union.org/a?b=1&amp;c=2\">Our news</a>, \
    <a href=\"https://union.org/s/{{ vars.shop }}?x=1\">your shop</a>, \
    <a href=\"{{ vars.page }}\">your page</a></p>";

fn personal() -> Compiled {
    let mut wanted = draft(BODY);
    wanted.subject = "News for {{ member.first_name }} at {{ vars.shop }}".into();
    wanted.preheader = "For {{ member.first_name }}".into();
    compiled(&wanted)
}

fn personal_with_logic() -> Compiled {
    let mut wanted = draft(&format!("{BODY}{{% if vars.count %}}{{% endif %}}"));
    wanted.subject =
        "News for {{ member.first_name }} at {{ vars.shop }}{% if vars.shop %}{% endif %}".into();
    wanted.preheader = "For {{ member.first_name }}".into();
    compiled(&wanted)
}

#[test]
fn a_mail_is_the_same_byte_by_byte_as_the_one_we_once_read() {
    let mut wanted =
        draft("<p>Hello {{ member.first_name }}</p><p><a href=\"https://union.org/\">News</a></p>");
    wanted.preheader = "Read <this>".into();
    let values = facts([("member.first_name", "Zoë <b>")]);
    let message = mail(&compiled(&wanted), &person("Zoë", &values));
    let text = String::from_utf8(message).unwrap();
    let golden = include_str!("golden.eml");
    assert_eq!(text.replace("\r\n", "\n"), golden);
}

#[test]
fn the_same_content_and_values_give_the_same_bytes() {
    let values = facts([("member.first_name", "Ada"), ("vars.shop", "Atelier 5")]);
    let first = mail(&personal(), &person("Ada", &values));
    let second = mail(&personal(), &person("Ada", &values));
    assert_eq!(first, second);
    assert_eq!(message_digest(&first), message_digest(&second));
}

#[test]
fn all_headers_of_a_campaign_are_there_once() {
    let values = facts([]);
    let message = mail(&personal(), &person("Ada", &values));
    assert_eq!(
        header_names(&message),
        [
            "From",
            "Reply-To",
            "List-Id",
            "Feedback-ID",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "Precedence",
            "MIME-Version",
            "Content-Type"
        ]
    );
    let parsed = MessageParser::default().parse(&message).unwrap();
    assert_eq!(parsed.message_id(), Some("m1.c42@union.test"));
    assert_eq!(parsed.date().unwrap().to_timestamp(), moment().timestamp());
    let unsubscribe = parsed.header_raw("List-Unsubscribe").unwrap();
    let words: Vec<&str> = unsubscribe.split_whitespace().collect();
    assert_eq!(
        words,
        [
            "<https://union.test/u/abc?x=1&y=2>,",
            "<mailto:leave@union.test?subject=abc>"
        ]
    );
    assert_eq!(
        parsed.header_raw("List-Unsubscribe-Post").unwrap().trim(),
        "List-Unsubscribe=One-Click"
    );
    assert!(
        parsed
            .header_raw("List-Id")
            .unwrap()
            .contains("<news.union.test>")
    );
}

#[test]
fn transactional_mail_says_that_a_machine_wrote_it() {
    let mut wanted = draft("<p>Your receipt</p>");
    wanted.purpose = Purpose::Transactional;
    let values = facts([]);
    let links = Links {
        unsubscribe_https: None,
        unsubscribe_mailto: None,
        ..links()
    };
    wanted.source = "<p>Your receipt</p>".into();
    let mut message = Vec::new();
    render_mail(
        &compiled(&wanted),
        &sender(),
        &person("Ada", &values),
        &links,
        &stamp(),
        &mut message,
    )
    .unwrap();
    let names = header_names(&message);
    assert!(names.contains(&"Auto-Submitted".to_owned()));
    assert!(
        !names
            .iter()
            .any(|name| name.starts_with("List-Unsubscribe") || name == "Precedence")
    );
}

#[test]
fn a_name_of_two_hundred_letters_emoji_and_arabic_arrives_whole() {
    let names = [
        "Zoë Müller".to_owned(),
        "é".repeat(200),
        "👩‍👩‍👧‍👦🏳️‍🌈 Семья".to_owned(),
        "محمد بن عبد الله".to_owned(),
        "O'Brien, \"Bob\" \\ <bob@x.test>".to_owned(),
        "=?utf-8?Q?not_encoded?=".to_owned(),
        "a".repeat(200),
    ];
    for name in names {
        let values = facts([]);
        let message = mail(&personal(), &person(&name, &values));
        assert_eq!(to_name(&message).as_deref(), Some(name.as_str()));
        assert_transport_rules(&message);
    }
}

#[test]
fn no_value_can_add_a_header() {
    let evil = "x\r\nBcc: everyone@union.test\r\n\r\nbody\u{2028}\u{85}\0";
    let values = facts([
        ("member.first_name", evil),
        ("vars.shop", evil),
        ("vars.page", "https://a.b/\r\nX: y"),
    ]);
    for content in [personal(), personal_with_logic()] {
        let message = mail(&content, &person(evil, &values));
        assert!(
            !header_names(&message)
                .iter()
                .any(|name| name == "Bcc" || name == "X")
        );
        assert_transport_rules(&message);
    }
}

#[test]
fn a_value_is_text_in_html_and_never_markup() {
    let evil = "\"><script>alert('1')</script>&amp;";
    let values = facts([
        ("member.first_name", evil),
        ("vars.shop", evil),
        ("vars.page", "javascript:alert(1)"),
    ]);
    for content in [personal(), personal_with_logic()] {
        let parts = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap();
        let html = parts.html.unwrap();
        assert!(!html.contains("<script") && !html.contains("javascript:"));
        assert!(html.contains("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;"));
        assert!(parts.text.contains(evil), "text is never escaped");
    }
}

#[test]
fn a_value_inside_an_address_is_percent_encoded() {
    let values = facts([("vars.shop", "a b/c?d&é")]);
    let content = personal();
    let address = content.destination(1, &sender(), &person("Ada", &values), &links());
    assert_eq!(
        address.as_deref(),
        Some("https://union.org/s/a%20b%2Fc%3Fd%26%C3%A9?x=1")
    );
}

#[test]
fn the_pixel_is_there_only_when_asked_for() {
    let values = facts([]);
    let content = personal();
    let without = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap();
    let asking = Links {
        open_pixel: Some("https://go.union.test/o?a=1&b=2"),
        ..links()
    };
    let with = render_parts(&content, &sender(), &person("Ada", &values), &asking).unwrap();
    assert!(!without.html.unwrap().contains("<img"));
    assert!(
        with.html
            .unwrap()
            .contains("<img src=\"https://go.union.test/o?a=1&amp;b=2\" width=\"1\"")
    );
    assert!(!with.text.contains("go.union.test/o"));
}

#[test]
fn an_unusable_address_or_identifier_is_refused_and_leaves_nothing_behind() {
    let content = personal();
    let values = facts([]);
    for address in [
        "",
        "nobody",
        "a@b@c d",
        "a@-x.org",
        "a b@x.org\r\nBcc: c@d.e",
        "ü@x.org",
        "a@exa mple.org",
    ] {
        let recipient = Recipient {
            address,
            ..person("Ada", &values)
        };
        let mut out = b"left over".to_vec();
        let written = render_mail(&content, &sender(), &recipient, &links(), &stamp(), &mut out);
        assert!(matches!(written, Err(RenderError::Address(_))), "{address}");
        assert!(out.is_empty());
    }
    let bad = Stamp {
        message_id: "a@b>\r\nBcc: c",
        date: moment(),
    };
    let written = render_mail(
        &content,
        &sender(),
        &person("Ada", &values),
        &links(),
        &bad,
        &mut Vec::new(),
    );
    assert_eq!(
        written,
        Err(RenderError::Address(AddressError::InvalidIdentifier))
    );
}

#[test]
fn an_international_domain_is_written_in_ascii_and_odd_local_parts_are_quoted() {
    let content = personal();
    let values = facts([]);
    for (address, wanted) in [
        ("ada@bücher.example.ca", "ada@xn--bcher-kva.example.ca"),
        ("a..b.@docomo.ne.jp", "\"a..b.\"@docomo.ne.jp"),
    ] {
        let recipient = Recipient {
            address,
            ..person("Ada", &values)
        };
        let text = String::from_utf8(mail(&content, &recipient)).unwrap();
        assert!(text.contains(&format!("<{wanted}>")), "{address}");
    }
}

#[test]
fn a_sender_with_a_bad_address_is_refused() {
    let organization = Organization::default();
    let details = SenderDetails {
        name: "X",
        address: "nobody\r\n@x.org",
        reply_to: None,
        list: None,
        feedback_id: None,
        organization: &organization,
    };
    assert!(Sender::new(&details).is_err());
}

#[test]
fn a_person_without_a_required_value_is_held_back() {
    let mut wanted = draft("<p>{{ vars.shop }}</p>");
    wanted.variables[0].required = true;
    let content = compiled(&wanted);
    let values = facts([("vars.shop", "  ")]);
    let recipient = person("Ada", &values);
    assert_eq!(content.missing(&sender(), &recipient, &links()), ["vars.shop"]);
    assert_eq!(
        try_mail(&content, &recipient),
        Err(RenderError::MissingValue("vars.shop".into()))
    );
}

#[test]
fn dates_and_numbers_are_written_in_the_language_of_the_reader() {
    let content = compiled(&draft(
        "<p>{{ vars.day | date('weekday') }}; {{ vars.count | number(2) }}</p>",
    ));
    let values = facts([("vars.day", "2026-12-01"), ("vars.count", "1234567.5")]);
    for (locale, wanted) in [
        ("en-US", "Tuesday, December 1, 2026; 1,234,567.50"),
        ("en-CA", "Tuesday 1 December 2026; 1,234,567.50"),
        ("fr-CA", "mardi 1er décembre 2026; 1\u{202F}234\u{202F}567,50"),
        ("es", "martes, 1 de diciembre de 2026; 1.234.567,50"),
    ] {
        let recipient = Recipient {
            locale,
            ..person("Ada", &values)
        };
        let parts = render_parts(&content, &sender(), &recipient, &links()).unwrap();
        assert!(parts.text.starts_with(wanted), "{locale}: {}", parts.text);
    }
}

#[test]
fn loops_and_choices_work_on_values() {
    let body = "<ul>{% for item in vars.shop | split(';') %}<li>{{ loop.index }} {{ item | title }}</li>{% endfor %}</ul>\
        <p>{% if vars.count > 9 %}many{% elif vars.count %}few{% else %}none{% endif %} {{ vars.count }}</p>";
    let content = compiled(&draft(body));
    assert!(!content.is_fast());
    let values = facts([("vars.shop", "red hat; <b>blue"), ("vars.count", "10")]);
    let parts = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap();
    assert!(
        parts.text.starts_with("- 1 Red Hat\n- 2 <b>blue\n\nmany 10\n"),
        "{}",
        parts.text
    );
    assert!(parts.html.unwrap().contains("<li>2 &lt;b&gt;blue</li>"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_name_and_value_arrive_exactly(name in any_text(), first in any_text(), shop in any_text(), count in any_text()) {
        let values = facts([("member.first_name", &first), ("vars.shop", &shop), ("vars.count", &count), ("vars.page", "https://union.org/p")]);
        let recipient = person(&name, &values);
        let expected = render_parts(&personal(), &sender(), &recipient, &links()).unwrap();
        let message = mail(&personal(), &recipient);

        assert_transport_rules(&message);
        prop_assert_eq!(header_names(&message).len(), 13);
        let parsed = MessageParser::default().parse(&message).unwrap();
        prop_assert_eq!(parsed.subject().unwrap_or_default(), expected.subject.as_str());
        prop_assert_eq!(to_name(&message).unwrap_or_default(), as_one_line(&name));
        prop_assert_eq!(decoded(&message, 0), expected.text.clone());
        prop_assert_eq!(decoded(&message, 1), expected.html.clone().unwrap());
        let shown = if shop.trim().is_empty() { String::new() } else { shop.replace("\r\n", "\n").replace('\r', "\n") };
        prop_assert!(expected.text.contains(&shown), "the text holds the value as it is");
    }

    #[test]
    fn the_fast_and_the_slow_way_give_the_same_content(first in any_text(), shop in any_text(), count in any_text()) {
        let values = facts([("member.first_name", &first), ("vars.shop", &shop), ("vars.count", &count), ("vars.page", "https://union.org/p")]);
        let recipient = person("Ada", &values);
        let (fast, slow) = (personal(), personal_with_logic());
        prop_assert!(fast.is_fast() && !slow.is_fast());
        let (fast, slow) = (mail(&fast, &recipient), mail(&slow, &recipient));
        prop_assert_eq!(decoded(&fast, 1), decoded(&slow, 1));
        let (fast, slow) = (MessageParser::default().parse(&fast).unwrap(), MessageParser::default().parse(&slow).unwrap());
        prop_assert_eq!(fast.subject(), slow.subject());
    }

    #[test]
    fn no_value_adds_an_element_a_quote_or_a_link(first in any_text(), shop in any_text(), page in any_text()) {
        let values = facts([("member.first_name", &first), ("vars.shop", &shop), ("vars.page", &page)]);
        for content in [personal(), personal_with_logic()] {
            let plain = render_parts(&content, &sender(), &person("Ada", &facts([])), &links()).unwrap().html.unwrap();
            let html = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap().html.unwrap();
            for sign in ['<', '>', '"'] {
                prop_assert_eq!(plain.matches(sign).count(), html.matches(sign).count());
            }
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>(),
        2 => "[a-zA-Z ]{0,200}",
        1 => "[\\r\\n.= \\t:<>\"'&{}%#?_-]{0,40}",
        1 => "[éü👍🏽\u{200D}א-ת ]{0,200}",
        1 => proptest::collection::vec(any::<char>(), 100..300).prop_map(String::from_iter),
    ]
}

/// What a header makes of a value, said in another way than the code says it.
fn as_one_line(value: &str) -> String {
    let spaced: String = value
        .chars()
        .map(|character| {
            if character.is_control() || "\u{2028}\u{2029}".contains(character) {
                ' '
            } else {
                character
            }
        })
        .collect();
    spaced.trim().to_owned()
}

fn assert_transport_rules(message: &[u8]) {
    let text = std::str::from_utf8(message).unwrap();
    assert!(text.is_ascii());
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "bare line end");
    assert!(text.ends_with("\r\n"));
    for line in text.split("\r\n") {
        assert!(line.len() <= 76, "long line: {line}");
        assert!(
            !line.starts_with('.'),
            "a line that would need dot-stuffing: {line}"
        );
        assert!(!line.ends_with([' ', '\t']), "white space at the end: {line:?}");
    }
}

fn header_names(message: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(message).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    head.split("\r\n")
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split(':').next().unwrap().to_owned())
        .collect()
}

fn to_name(message: &[u8]) -> Option<String> {
    let parsed = MessageParser::default().parse(message).unwrap();
    let Some(Address::List(list)) = parsed.to() else {
        panic!("no To")
    };
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].address(), Some("ada@member.test"));
    list[0].name().map(str::to_owned)
}

/// The content of a body part as the parser decodes it, with single line feeds.
fn decoded(message: &[u8], part: usize) -> String {
    let parsed = MessageParser::default().parse(message).unwrap();
    let part = parsed.part(u32::try_from(part + 1).unwrap()).unwrap();
    String::from_utf8(part.contents().to_vec())
        .unwrap()
        .replace("\r\n", "\n")
}
