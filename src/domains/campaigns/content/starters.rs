//! Mails to begin with, in MJML: plain, accessible, 600 pixels wide, in the fonts of the reader's system.

use super::draft::{Channel, Draft, Kind, Purpose, Variable};

/// One mail to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starter {
    /// The stable name, also of its file.
    pub key: &'static str,
    /// What staff call it.
    pub name: &'static str,
    pub subject: &'static str,
    pub preheader: &'static str,
    pub mjml: &'static str,
    variables: &'static [Declaration],
}

/// A variable of a starter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Declaration {
    name: &'static str,
    kind: Kind,
    label: &'static str,
    /// The words shown until staff write their own; without them the value is required.
    fallback: Option<&'static str>,
    /// Whether these words only show what could stand there: nobody means them for readers.
    is_example: bool,
}

impl Starter {
    /// The starter as a draft of a commercial mail, which has the strictest footer.
    pub fn draft(&self) -> Draft {
        Draft {
            channel: Channel::Email,
            purpose: Purpose::Commercial,
            subject: self.subject.to_owned(),
            preheader: self.preheader.to_owned(),
            source: self.mjml.to_owned(),
            text_part: None,
            variables: self.variables.iter().map(Declaration::variable).collect(),
        }
    }
}

impl Declaration {
    fn variable(&self) -> Variable {
        Variable {
            name: self.name.to_owned(),
            kind: self.kind,
            required: self.fallback.is_none(),
            fallback: self.fallback.map(str::to_owned),
            label: self.label.to_owned(),
        }
    }
}

/// A text whose fallback is an example.
const fn text(name: &'static str, label: &'static str, fallback: &'static str) -> Declaration {
    Declaration {
        is_example: true,
        ..usual(name, label, fallback)
    }
}

/// A text whose fallback can be sent as it is.
const fn usual(name: &'static str, label: &'static str, fallback: &'static str) -> Declaration {
    Declaration {
        name,
        kind: Kind::Text,
        label,
        fallback: Some(fallback),
        is_example: false,
    }
}

const FIRST_NAME: Declaration = usual("member.first_name", "First name", "friend");

/// What a new mail of blocks says until somebody writes it.
pub const WRITE_HERE: &str = "write here what you want to tell";

/// Words of a starter that are still in a source, though they only ask for others.
pub fn left_words(source: &str) -> Option<&'static str> {
    source.contains(WRITE_HERE).then_some(WRITE_HERE)
}

/// Whether what stands in place of an empty value is an example of a starter, which nobody means for readers.
pub fn is_example(variable: &Variable) -> bool {
    let shown = variable.fallback.as_deref().filter(|_| !variable.required);
    let mut examples = STARTERS
        .iter()
        .flat_map(|starter| starter.variables)
        .filter(|one| one.is_example);
    shown.is_some_and(|shown| examples.any(|one| one.fallback == Some(shown.trim())))
}

/// What stands for the first name of who has none.
pub fn first_name() -> Variable {
    FIRST_NAME.variable()
}

/// All starters, the most used first.
pub const STARTERS: [Starter; 5] = [
    Starter {
        key: "announcement",
        name: "Announcement",
        subject: "{{ vars.headline }}",
        preheader: "News from {{ organization.name }}",
        mjml: include_str!("starters/announcement.mjml"),
        variables: &[
            FIRST_NAME,
            text("headline", "Headline", "Something important has changed"),
            text(
                "message",
                "Message",
                "We have news that we wanted you to hear from us first.",
            ),
        ],
    },
    Starter {
        key: "newsletter",
        name: "Newsletter with two articles",
        subject: "{{ vars.issue }}: {{ vars.article_one_title }}",
        preheader: "{{ vars.article_one_title }}, and {{ vars.article_two_title }}",
        mjml: include_str!("starters/newsletter.mjml"),
        variables: &[
            FIRST_NAME,
            usual("issue", "Name of the issue", "Our newsletter"),
            text(
                "article_one_title",
                "Title of the first article",
                "What members achieved this month",
            ),
            text(
                "article_one_summary",
                "Summary of the first article",
                "Two or three sentences that say what happened and why it matters.",
            ),
            text(
                "article_two_title",
                "Title of the second article",
                "What comes next",
            ),
            text(
                "article_two_summary",
                "Summary of the second article",
                "Two or three sentences that make people want to read on.",
            ),
        ],
    },
    Starter {
        key: "event_invitation",
        name: "Event invitation",
        subject: "You are invited: {{ vars.event }}",
        preheader: "{{ vars.place }}, {{ vars.time }}",
        mjml: include_str!("starters/event_invitation.mjml"),
        variables: &[
            FIRST_NAME,
            text("event", "Name of the event", "Our members’ meeting"),
            Declaration {
                name: "day",
                kind: Kind::Date,
                label: "Day",
                fallback: None,
                is_example: false,
            },
            text("time", "Time", "18:30"),
            text("place", "Place", "our office"),
        ],
    },
    Starter {
        key: "plain_letter",
        name: "Plain letter",
        subject: "A letter from {{ organization.name }}",
        preheader: "",
        mjml: include_str!("starters/plain_letter.mjml"),
        variables: &[
            FIRST_NAME,
            text(
                "message",
                "Message",
                "I am writing to you because your view matters to us.",
            ),
            usual("signature", "Who signs", "The team"),
        ],
    },
    Starter {
        key: "stay_in_touch",
        name: "Ask to stay subscribed",
        subject: "Shall we keep writing to you?",
        preheader: "Your permission to get mail from {{ organization.name }} ends soon",
        mjml: include_str!("starters/stay_in_touch.mjml"),
        variables: &[
            FIRST_NAME,
            Declaration {
                name: "confirm_link",
                kind: Kind::Url,
                label: "Personal link that confirms",
                fallback: None,
                is_example: false,
            },
        ],
    },
];
