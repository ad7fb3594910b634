//! What the compiler refuses and what it warns of, and where.

use waymark::domains::campaigns::content::{
    Channel, Code, Draft, Field, Kind, Place, Problem, Purpose, Severity, compile,
};

use super::support::*;

fn found(draft: &Draft, code: Code) -> Problem {
    let problems = problems(draft);
    problems
        .iter()
        .find(|problem| problem.code == code)
        .cloned()
        .unwrap_or_else(|| panic!("no {code:?} in\n{}", listed(&problems)))
}

fn error_in(body: &str, code: Code) -> Problem {
    let problem = found(&draft(body), code);
    assert_eq!(problem.severity, Severity::Error, "{problem}");
    problem
}

fn warning_in(body: &str, code: Code) -> Problem {
    let problem = found(&draft(body), code);
    assert_eq!(problem.severity, Severity::Warning, "{problem}");
    problem
}

#[test]
fn template_mistakes_are_found_with_their_line() {
    for (body, code, line) in [
        ("<p>\n{{ vars.nothing }}</p>", Code::UndeclaredVariable, 2),
        (
            "<p>\n\n{% if vars.nothing %}x{% endif %}</p>",
            Code::UndeclaredVariable,
            3,
        ),
        ("<p>\n{{ secret }}</p>", Code::UndeclaredVariable, 2),
        ("<p>\n{{ vars }}</p>", Code::UndeclaredVariable, 2),
        ("<p>\n{{ vars.shop | shell }}</p>", Code::UnknownFilter, 2),
        (
            "<p>{# a\ncomment #}\n{{ vars.shop | safe }}</p>",
            Code::UnknownFilter,
            3,
        ),
        (
            "<p>\n{% if vars.count is divisibleby(3) %}x{% endif %}</p>",
            Code::UnknownFilter,
            2,
        ),
        (
            "\n{% if vars.shop is defined or vars.day is odd %}{% endif %}",
            Code::UnknownFilter,
            2,
        ),
        ("\n{% include 'other' %}", Code::ForbiddenStatement, 2),
        ("\n{% set x = 1 %}", Code::ForbiddenStatement, 2),
        ("\n{% macro x() %}{% endmacro %}", Code::ForbiddenStatement, 2),
        (
            "\n{% for vars in vars.shop | split %}{% endfor %}",
            Code::ForbiddenStatement,
            2,
        ),
        ("\n\n{% if vars.shop %}x", Code::TemplateSyntax, 3),
        ("\n{{ vars.shop ", Code::TemplateSyntax, 2),
        ("\n{{ vars.shop + }}", Code::TemplateSyntax, 2),
    ] {
        let problem = error_in(body, code);
        assert_eq!(problem.place.field, Field::Source);
        // An unclosed block is reported where the tags end, which lies in the footer.
        let reported = problem.place.line.unwrap();
        assert!(reported == line || body.ends_with('x'), "{body}: {problem}");
    }
}

#[test]
fn a_template_that_would_run_forever_or_grow_without_end_is_refused() {
    let many = "a;".repeat(3_000);
    let body = format!(
        "{{% for a in '{many}' | split(';') %}}{{% for b in '{many}' | split(';') %}}x{{% endfor %}}{{% endfor %}}"
    );
    assert!(
        error_in(&body, Code::RenderingFailed)
            .sentence
            .contains("too much work")
    );
    assert!(
        error_in("{{ 'x' * 3000000 }}", Code::RenderingFailed)
            .sentence
            .contains("too large")
    );
    error_in("{{ range(3) }}", Code::UndeclaredVariable);
}

#[test]
fn variables_are_refused_where_escaping_cannot_protect_the_reader() {
    for body in [
        "<p style=\"color: {{ vars.shop }}\">x</p>",
        "<p title={{ vars.shop }}>x</p>",
        "<p {{ vars.shop }}>x</p>",
        "<img alt=\"\" src=\"{{ vars.page }}\">",
        "<style>p { color: {{ vars.shop }} }</style>",
        "<a href=\"{{ vars.shop }}\">x</a>",
        "<a href=\"https://{{ vars.shop }}/\">x</a>",
        "<a href=\"java{{ vars.shop }}\">x</a>",
        "<a href=\"{{ vars.page | default('https://x.org') }}\">x</a>",
    ] {
        error_in(body, Code::VariableInUnsafePlace);
    }
}

#[test]
fn elements_that_do_not_work_in_mail_are_refused() {
    for body in [
        "<script>x</script>",
        "<form></form>",
        "<iframe></iframe>",
        "<p onclick=\"x\">y</p>",
        "<base href=\"https://x.org\">",
    ] {
        error_in(body, Code::UnsafeElement);
    }
}

#[test]
fn links_are_checked() {
    error_in("<p>\n<a href=\"\">x</a></p>", Code::EmptyUrl);
    error_in("<a href=\"#\">x</a>", Code::EmptyUrl);
    assert_eq!(
        error_in("<p>\n<a href=\"union.org\">x</a></p>", Code::InvalidUrl)
            .place
            .line,
        Some(2)
    );
    error_in("<a href=\"javascript:alert(1)\">x</a>", Code::InvalidUrl);
    error_in("<a href=\"java&#115;cript:alert(1)\">x</a>", Code::InvalidUrl);
    for host in [
        "localhost:8080",
        "www.example.org",
        "127.0.0.1",
        "10.1.2.3",
        "portal.local",
        "[::1]",
    ] {
        error_in(
            &format!("<a href=\"https://{host}/\">x</a>"),
            Code::PlaceholderUrl,
        );
    }
    warning_in("<a href=\"http://union.org/\">x</a>", Code::InsecureUrl);
    warning_in("<a href=\"https://bit.ly/abc\">x</a>", Code::LinkShortener);
    warning_in(
        "<a href=\"https://union.org/{{ vars.shop | upper }}\">x</a>",
        Code::UntrackedLink,
    );
}

#[test]
fn links_are_numbered_in_order_and_left_alone_when_asked() {
    let body = "<a href=\"https://union.org/a?x=1&amp;y=2\">First <b>one</b></a><a data-no-track href='https://union.org/b'>b</a>\
        <a rel=\"noopener no-track\" href='https://union.org/b'>b</a><a href=\"mailto:a@b.org\">mail</a>\
        <a href=https://union.org/c><img src=\"https://union.org/i.png\" alt=\"Picture\"></a><a href=\"{{ links.preferences }}\">p</a>\
        <a href=\"{{ vars.page }}\">page</a>";
    let content = compiled(&draft(body));
    let found: Vec<(u32, &str, &str, bool)> = content
        .links()
        .iter()
        .map(|link| {
            (
                link.index,
                link.address.as_str(),
                link.label.as_str(),
                link.is_fixed(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (0, "https://union.org/a?x=1&y=2", "First one", true),
            (1, "https://union.org/c", "Picture", true),
            (2, "{{ vars.page }}", "page", false),
        ]
    );
    let values = facts([("vars.page", "https://union.org/mine")]);
    let lead = |index| content.destination(index, &sender(), &person("Ada", &values), &links());
    assert_eq!(lead(0).as_deref(), Some("https://union.org/a?x=1&y=2"));
    assert_eq!(lead(2).as_deref(), Some("https://union.org/mine"));
    assert_eq!(lead(3), None);
}

#[test]
fn images_come_from_the_library_and_have_a_text_alternative() {
    let wanted = draft("<img src=\"https://elsewhere.org/x.png\" alt=\"x\">");
    let problems = compile(&wanted, &|address| address.starts_with("https://union.org/")).unwrap_err();
    assert!(
        problems
            .iter()
            .any(|problem| problem.code == Code::ImageNotInLibrary)
    );
    warning_in("<img src=\"https://union.org/x.png\">", Code::ImageWithoutAlt);
}

#[test]
fn the_footer_depends_on_the_purpose() {
    let mut wanted = draft("");
    wanted.source = "<p>Hello</p>".into();
    let codes = |draft: &Draft| {
        problems(draft)
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .map(|problem| problem.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(&wanted), [Code::NoUnsubscribeLink, Code::NoPostalAddress]);
    wanted.purpose = Purpose::Informational;
    assert_eq!(codes(&wanted), [Code::NoUnsubscribeLink]);
    wanted.purpose = Purpose::Transactional;
    assert_eq!(codes(&wanted), []);
}

#[test]
fn subjects_are_checked() {
    let with_subject = |subject: &str| Draft {
        subject: subject.into(),
        ..draft("<p>x</p>")
    };
    assert_eq!(
        found(&with_subject(" "), Code::EmptySubject).severity,
        Severity::Error
    );
    found(&with_subject(&"a".repeat(121)), Code::LongSubject);
    found(
        &with_subject("BIG NEWS FOR {{ member.first_name }}"),
        Code::ShoutingSubject,
    );
    found(&with_subject("Now!!"), Code::ManyExclamationMarks);
    found(&with_subject("Click here today"), Code::SpamPhrase);
    let place = found(&with_subject("{{ vars.what }}"), Code::UndeclaredVariable).place;
    assert_eq!(place, Place::line(Field::Subject, 1));
    assert!(
        problems(&with_subject("OK, NATO"))
            .iter()
            .all(|problem| problem.code != Code::ShoutingSubject)
    );
}

#[test]
fn phrases_sizes_and_missing_words_are_warned_of() {
    assert_eq!(
        warning_in("<p>a</p>\n<p>Cliquez ici</p>", Code::SpamPhrase)
            .place
            .line,
        Some(2)
    );
    let large = format!("<p>{}</p>", "a ".repeat(52_500));
    assert!(warning_in(&large, Code::HtmlTooLarge).sentence.contains("102 kB"));
    warning_in(&large, Code::MessageTooLarge);
    let mut wanted = draft("");
    wanted.purpose = Purpose::Transactional;
    wanted.source = "<p><img alt=\"\" src=\"https://union.org/x.png\"></p>".into();
    found(&wanted, Code::NoTextPart);
    wanted.source = " ".into();
    found(&wanted, Code::EmptySource);
}

#[test]
fn declarations_are_checked() {
    let mut wanted = draft("<p>{{ member.first_name }} {{ vars.shop }}</p>");
    wanted.variables[0].fallback = None;
    assert_eq!(
        problems(&wanted)
            .iter()
            .filter(|problem| problem.code == Code::NoFallback)
            .count(),
        2
    );
    wanted.variables[0].fallback = Some("our shop".into());
    wanted.variables[0].required = true;
    found(&wanted, Code::FallbackNeverUsed);
    found(&wanted, Code::UnusedVariable);
    wanted.variables[3].fallback = Some("javascript:alert(1)".into());
    found(&wanted, Code::InvalidUrl);
    warning_in("<p>{{ vars.day }}</p>", Code::UnformattedDate);
    wanted.variables.push(variable("shop", Kind::Text));
    found(&wanted, Code::DuplicateVariable);
    for name in ["", "a b", "1a", "links.unsubscribe", "a.b", "vars.a", "vars.a.b"] {
        wanted.variables = vec![variable(name, Kind::Text)];
        found(&wanted, Code::InvalidVariableName);
    }
}

#[test]
fn a_built_in_variable_can_be_given_a_fallback() {
    let mut wanted = draft("<p>Dear {{ member.first_name }}</p>");
    wanted.variables = vec![waymark::domains::campaigns::content::Variable {
        fallback: Some("colleague".into()),
        ..variable("member.first_name", Kind::Text)
    }];
    let content = compiled(&wanted);
    assert_eq!(listed(content.warnings()), "");
    let values = facts([]);
    let parts = waymark::domains::campaigns::content::render_parts(
        &content,
        &sender(),
        &person("", &values),
        &links(),
    )
    .unwrap();
    assert!(parts.text.starts_with("Dear colleague"));
}

#[test]
fn mjml_mistakes_are_found_with_their_line() {
    let mjml = |body: &str| Draft {
        source: format!(
            "<mjml><mj-body>\n{body}\n<mj-section><mj-column><mj-text>{FOOTER}</mj-text></mj-column></mj-section></mj-body></mjml>"
        ),
        ..draft("")
    };
    let unknown = found(&mjml("<mj-nothing />"), Code::MjmlSyntax);
    assert_eq!(unknown.place, Place::line(Field::Source, 2));
    found(&mjml("<mj-section><mj-column></mj-section>"), Code::MjmlSyntax);
    found(&mjml("<mj-include path=\"/etc/passwd\" />"), Code::MjmlSyntax);
    let inline = mjml("{# x\n #}").source.replace(
        "<mj-body>",
        "<mj-head>\n<mj-style inline=\"inline\">p {}</mj-style></mj-head><mj-body>",
    );
    let warning = found(
        &Draft {
            source: inline,
            ..draft("")
        },
        Code::MjmlAttribute,
    );
    assert_eq!(
        (warning.severity, warning.place.line),
        (Severity::Warning, Some(2))
    );
}

#[test]
fn mjml_keeps_logic_between_sections_and_odd_characters_in_attributes() {
    let mut wanted = draft("");
    wanted.source = format!(
        "<mjml><mj-body>{{% if vars.count > 2 %}}<mj-section><mj-column><mj-image src=\"https://union.org/x.png\" alt='He said \"hi\" \\ 👩‍👧 {{{{ vars.shop }}}}' /></mj-column></mj-section>{{% endif %}}\
         <mj-section><mj-column><mj-text>{FOOTER}</mj-text></mj-column></mj-section></mj-body></mjml>"
    );
    let content = compiled(&wanted);
    let render = |count: &str| {
        let values = facts([("vars.count", count), ("vars.shop", "<A>")]);
        waymark::domains::campaigns::content::render_parts(
            &content,
            &sender(),
            &person("", &values),
            &links(),
        )
        .unwrap()
    };
    assert!(!render("1").html.unwrap().contains("x.png"));
    let parts = render("3");
    assert!(
        parts.text.starts_with("He said \"hi\" \\ 👩‍👧 <A>"),
        "{}",
        parts.text
    );
    let html = parts.html.unwrap();
    assert!(
        !html.contains("\\\"") && !html.contains("\\u{"),
        "no Rust escapes"
    );
    assert!(html.contains("He said &#34;hi&#34;") && html.contains("&lt;A&gt;"));
}

#[test]
fn colour_schemes_are_declared_once() {
    let html = |body: &str| {
        let values = facts([]);
        let parts = waymark::domains::campaigns::content::render_parts(
            &compiled(&draft(body)),
            &sender(),
            &person("", &values),
            &links(),
        )
        .unwrap();
        parts.html.unwrap()
    };
    for body in [
        "<p>x</p>",
        "<html><body><p>x</p>",
        "<body><p>x</p></body>",
        "<html><head><meta name=\"color-scheme\" content=\"light\"></head><body>",
    ] {
        assert_eq!(html(body).matches("name=\"color-scheme\"").count(), 1, "{body}");
        assert_eq!(html(body).matches("supported-color-schemes").count(), 1, "{body}");
    }
}

#[test]
fn a_text_message_needs_no_subject_and_no_footer() {
    let wanted = Draft {
        channel: Channel::Sms,
        subject: String::new(),
        source: "Hi {{ vars.shop }}".into(),
        ..draft("")
    };
    assert!(compile(&wanted, &any_image).is_ok());
}

#[test]
fn the_links_of_a_text_message_are_checked_too() {
    let wanted = Draft {
        channel: Channel::Sms,
        source: "Read\nhttp://bit.ly/x or https://localhost/".into(),
        ..draft("")
    };
    assert_eq!(found(&wanted, Code::LinkShortener).place.line, Some(2));
    found(&wanted, Code::InsecureUrl);
    found(&wanted, Code::PlaceholderUrl);
}

#[test]
fn compiled_content_can_be_shared_between_tasks() {
    fn is_shared<T: Send + Sync + 'static>(_: &T) {}
    is_shared(&compiled(&draft("<p>x</p>")));
}

#[test]
fn equal_drafts_have_equal_digests_and_others_do_not() {
    let one = compiled(&draft("<p>x</p>"));
    let mut other = draft("<p>x</p>");
    other.subject.push('.');
    assert_eq!(one.digest(), compiled(&draft("<p>x</p>")).digest());
    assert_ne!(one.digest(), compiled(&other).digest());
}

#[test]
fn sources_made_to_exhaust_the_server_are_refused() {
    let depth = 20_000;
    for (open, close) in [
        ("<div>", "</div>"),
        ("<mj-section>", "</mj-section>"),
        ("<p>", ""),
        ("<!--", "-->"),
        ("{% if vars.shop %}", "{% endif %}"),
        ("{{ (", ") }}"),
    ] {
        let nested = format!("{}{}", open.repeat(depth), close.repeat(depth));
        let _ = problems(&draft(&nested));
        let mjml = format!(
            "<mjml><mj-body><mj-section><mj-column><mj-text>{nested}{FOOTER}</mj-text></mj-column></mj-section></mj-body></mjml>"
        );
        let _ = problems(&Draft {
            source: mjml,
            ..draft("")
        });
    }
    error_in(&"{{ vars.shop }} ".repeat(70_000), Code::MessageTooLarge);
}
