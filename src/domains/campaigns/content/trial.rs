//! Renders a part for two made-up people, to find at save what would fail at sending.

use std::collections::BTreeMap;

use super::draft::Kind;
use super::parts::{Part, PartError};
use super::recipient::{Links, Recipient};
use super::sender::Organization;
use super::variables::Facts;

/// Renders a part for a person with every value and for one with required values only.
pub(crate) fn run(part: &Part) -> Result<(), minijinja::Error> {
    [Sample::Everything, Sample::Nothing]
        .iter()
        .try_for_each(|sample| try_part(part, &sample.for_part(part)))
}

fn try_part(part: &Part, values: &BTreeMap<String, String>) -> Result<(), minijinja::Error> {
    let recipient = Recipient {
        name: "Sample",
        address: "sample@sample.invalid",
        locale: "en",
        values,
    };
    let organization = Organization::new(
        values
            .iter()
            .filter_map(|(path, value)| Some((path.strip_prefix("organization.")?, value.as_str()))),
    );
    let links = Links {
        unsubscribe_https: Some("https://unsubscribe.invalid/"),
        unsubscribe_mailto: None,
        preferences: Some("https://preferences.invalid/"),
        view_online: None,
        tracked: &|_: u32, _: &mut String| {},
        open_pixel: None,
    };
    let facts = Facts {
        recipient: &recipient,
        organization: &organization,
        links: &links,
    };
    match part.write_text(&facts, &mut String::new()) {
        Err(PartError::Template(error)) => Err(error),
        // A required value is missing only because this is a trial.
        Err(PartError::Missing(_)) | Ok(()) => Ok(()),
    }
}

/// The two kinds of people a part is tried with.
#[derive(Clone, Copy)]
enum Sample {
    Everything,
    Nothing,
}

impl Sample {
    fn for_part(self, part: &Part) -> BTreeMap<String, String> {
        part.entries()
            .filter(|entry| matches!(self, Self::Everything) || entry.required)
            .map(|entry| (entry.path.clone(), example(entry.kind).to_owned()))
            .collect()
    }
}

fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "Sample",
        Kind::Number => "12",
        Kind::Date => "2026-11-20",
        Kind::Url => "https://sample.invalid/",
    }
}
