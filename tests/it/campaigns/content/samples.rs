//! Writes messages and what they hold, for `check_with_python.py` to read back with another parser.

use waymark::domains::campaigns::content::render_parts;

use super::support::*;

/// Run by hand: `SAMPLES=/tmp/samples cargo test -- --ignored`, then `python3 check_with_python.py /tmp/samples`.
#[test]
#[ignore = "writes files for the Python check"]
fn samples_are_written_for_the_python_check() {
    let folder = std::env::var("SAMPLES").unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    let texts = [
        "Ada",
        "Zoë Müller",
        "محمد بن عبد الله",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "O'Brien, \"Bob\" <x@y.z>",
        "=?utf-8?Q?x?=",
        "a=b\r\n.\r\n..c \t",
        "x\r\nBcc: e@x.test\r\n\r\nbody",
        "日本語の長い名前がここにあります",
        ".",
        " ",
        "",
        "\u{200F}שלום\u{202A}",
    ];
    let long = ["é".repeat(200), "word ".repeat(60), "x".repeat(300)];
    let texts: Vec<&str> = texts.into_iter().chain(long.iter().map(String::as_str)).collect();
    let body =
        "<p>.{{ member.first_name }} at {{ vars.shop }}</p><p><a href=\"https://union.org/\">link</a></p>";
    for logic in ["", "{% if vars.shop %}yes{% endif %}"] {
        let mut wanted = draft(&format!("{body}{logic}"));
        wanted.subject = "News for {{ member.first_name }}".into();
        let content = compiled(&wanted);
        for (number, text) in texts.iter().enumerate() {
            let values = facts([("member.first_name", text), ("vars.shop", text)]);
            let recipient = person(text, &values);
            let parts = render_parts(&content, &sender(), &recipient, &links()).unwrap();
            let expected = serde_json::json!({
                "name": text, "subject": parts.subject, "text": parts.text, "html": parts.html.unwrap(),
            });
            let name = format!("{folder}/{number}-{}", logic.len());
            std::fs::write(format!("{name}.eml"), mail(&content, &recipient)).unwrap();
            std::fs::write(format!("{name}.json"), expected.to_string()).unwrap();
        }
    }
}
