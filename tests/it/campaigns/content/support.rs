//! People, senders and drafts to test with.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone, Utc};
use waymark::domains::campaigns::content::{
    Channel, Compiled, Draft, Kind, Links, ListIdentity, Organization, Problem, Purpose, Recipient,
    RenderError, Sender, SenderDetails, Stamp, Variable, compile, render_mail,
};

pub const FOOTER: &str =
    r#"<p>{{ organization.postal_address }} <a href="{{ links.unsubscribe }}">Unsubscribe</a></p>"#;

pub fn moment() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 9, 30, 0).unwrap()
}

pub fn variable(name: &str, kind: Kind) -> Variable {
    Variable {
        name: name.into(),
        kind,
        required: false,
        fallback: Some(String::new()),
        label: String::new(),
    }
}

/// A commercial mail with a footer; the body may use `vars.shop`, `vars.count`, `vars.day` and `vars.page`.
pub fn draft(body: &str) -> Draft {
    Draft {
        channel: Channel::Email,
        purpose: Purpose::Commercial,
        subject: "News from the union".into(),
        preheader: String::new(),
        source: format!("{body}\n{FOOTER}"),
        text_part: None,
        variables: vec![
            variable("shop", Kind::Text),
            variable("count", Kind::Number),
            variable("day", Kind::Date),
            variable("page", Kind::Url),
        ],
    }
}

pub fn any_image(_: &str) -> bool {
    true
}

pub fn compiled(draft: &Draft) -> Compiled {
    compile(draft, &any_image).unwrap_or_else(|problems| panic!("{}", listed(&problems)))
}

pub fn problems(draft: &Draft) -> Vec<Problem> {
    match compile(draft, &any_image) {
        Ok(content) => content.warnings().to_vec(),
        Err(problems) => problems,
    }
}

pub fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

pub fn organization() -> Organization {
    Organization::new([
        ("name", "Workers United"),
        ("postal_address", "1 Main Street, Ottawa"),
        ("email", "hello@union.test"),
        ("website", "https://union.test/"),
    ])
}

pub fn sender() -> Sender {
    Sender::new(&SenderDetails {
        name: "Workers United",
        address: "news@union.test",
        reply_to: Some("office@union.test"),
        list: Some(ListIdentity {
            label: "Union news",
            identifier: "news.union.test",
        }),
        feedback_id: Some("c42:org1:campaign:waymark"),
        organization: &organization(),
    })
    .unwrap()
}

fn tracked(index: u32, address: &mut String) {
    address.push_str("https://go.union.test/l/");
    address.push_str(&index.to_string());
}

pub fn links() -> Links<'static> {
    Links {
        unsubscribe_https: Some("https://union.test/u/abc?x=1&y=2"),
        unsubscribe_mailto: Some("mailto:leave@union.test?subject=abc"),
        preferences: Some("https://union.test/p/abc"),
        view_online: Some("https://union.test/v/abc"),
        tracked: &tracked,
        open_pixel: None,
    }
}

pub fn stamp() -> Stamp<'static> {
    Stamp {
        message_id: "m1.c42@union.test",
        date: moment(),
    }
}

pub type Facts = BTreeMap<String, String>;

pub fn facts<const N: usize>(pairs: [(&str, &str); N]) -> Facts {
    pairs
        .into_iter()
        .map(|(path, value)| (path.to_owned(), value.to_owned()))
        .collect()
}

pub fn person<'a>(name: &'a str, values: &'a Facts) -> Recipient<'a> {
    Recipient {
        name,
        address: "ada@member.test",
        locale: "en",
        values,
    }
}

pub fn mail(content: &Compiled, recipient: &Recipient<'_>) -> Vec<u8> {
    try_mail(content, recipient).unwrap()
}

pub fn try_mail(content: &Compiled, recipient: &Recipient<'_>) -> Result<Vec<u8>, RenderError> {
    let mut out = Vec::new();
    render_mail(content, &sender(), recipient, &links(), &stamp(), &mut out)?;
    Ok(out)
}
