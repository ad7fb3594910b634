//! From a draft to compiled content, or to everything that is wrong with it at once.

use sha2::{Digest, Sha256};

use super::compiled::{Compiled, TrackedLink};
use super::draft::{Channel, Draft};
use super::header;
use super::html::rewrite::{self, Rewritten, Workshop};
use super::language;
use super::lint;
use super::mjml;
use super::parts::{Escape, Part};
use super::problem::{Code, Field, Place, Problem, Severity};
use super::tags::{self, Tag, TagKind, TagTable};
use super::text_part::{self, LinkStyle};
use super::trial;
use super::variables::Catalogue;

/// The texts of a draft with markers in place of tags.
struct Marked {
    subject: String,
    html: Option<String>,
    text: String,
    links: Vec<TrackedLink>,
}

/// Compiles a draft. `allows_image` says whether an image address is from the library.
///
/// # Errors
/// All problems of the draft, errors and warnings, in the order of its fields and lines, when at least one of
/// them is an error. Otherwise the warnings are in [`Compiled::warnings`].
pub fn compile(draft: &Draft, allows_image: &dyn Fn(&str) -> bool) -> Result<Compiled, Vec<Problem>> {
    if let Some(problem) = lint::too_long(draft) {
        return Err(vec![problem]);
    }
    let mut problems = Vec::new();
    let catalogue = Catalogue::of(draft, &mut problems);
    let mut table = TagTable::default();
    let marked = mark(draft, &catalogue, &mut table, allows_image, &mut problems);
    lint::lint_draft(draft, &table, &catalogue, &mut problems);
    let compiled = match marked {
        Some(marked) if !has_errors(&problems) => {
            lint::lint_size(&table, marked.html.as_deref(), &marked.text, &mut problems);
            assemble(draft, marked, &table, &catalogue, &mut problems)
        }
        _ => None,
    };
    problems.sort();
    problems.dedup();
    match compiled {
        Some(mut compiled) if !has_errors(&problems) => {
            compiled.warnings = problems;
            Ok(compiled)
        }
        _ => Err(problems),
    }
}

fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

fn mark(
    draft: &Draft,
    catalogue: &Catalogue,
    table: &mut TagTable,
    allows_image: &dyn Fn(&str) -> bool,
    problems: &mut Vec<Problem>,
) -> Option<Marked> {
    let source = tags::extract(&draft.source, Field::Source, table, problems);
    if draft.channel == Channel::Sms {
        check_tags(table, catalogue, problems);
        return Some(Marked {
            subject: String::new(),
            html: None,
            text: source,
            links: Vec::new(),
        });
    }
    let subject = tags::extract(&draft.subject, Field::Subject, table, problems);
    let preheader = tags::extract(&draft.preheader, Field::Preheader, table, problems);
    let given_text = draft.text_part.as_deref().filter(|text| !text.trim().is_empty());
    let given_text = given_text.map(|text| tags::extract(text, Field::TextPart, table, problems));
    check_tags(table, catalogue, problems);
    let html = if mjml::is_mjml(&source) {
        mjml::to_html(&source, table, problems)?
    } else {
        source
    };
    let written = tags::unify_line_ends(&draft.source);
    let mut workshop = Workshop {
        table,
        catalogue,
        problems,
        source: &written,
        allows_image,
    };
    let Rewritten { html, links } = rewrite::rewrite(&html, &preheader, &mut workshop);
    let text = given_text.unwrap_or_else(|| text_part::from_html(&html, table, link_style(table)));
    if text.trim().is_empty() {
        problems.push(lint::no_text_part());
    }
    Some(Marked {
        subject,
        html: Some(html),
        text,
        links,
    })
}

fn check_tags(table: &TagTable, catalogue: &Catalogue, problems: &mut Vec<Problem>) {
    for field in [Field::Subject, Field::Preheader, Field::Source, Field::TextPart] {
        let tags: Vec<&Tag> = table.iter().filter(|tag| tag.place.field == field).collect();
        language::check(field, &tags, catalogue, problems);
    }
}

fn link_style(table: &TagTable) -> LinkStyle {
    let has_logic = table
        .iter()
        .any(|tag| tag.place.field == Field::Source && matches!(tag.kind, TagKind::Statement(_)));
    if has_logic {
        LinkStyle::Inline
    } else {
        LinkStyle::Footnotes
    }
}

fn assemble(
    draft: &Draft,
    marked: Marked,
    table: &TagTable,
    catalogue: &Catalogue,
    problems: &mut Vec<Problem>,
) -> Option<Compiled> {
    let mut part = |field, text: &str, escape| compile_part(field, text, escape, table, catalogue, problems);
    let subject = part(Field::Subject, &marked.subject, Escape::Nothing);
    let html = marked
        .html
        .as_deref()
        .map(|html| part(Field::Source, html, Escape::Html));
    let text_field = if draft.text_part.is_some() {
        Field::TextPart
    } else {
        Field::Source
    };
    let text = part(text_field, &marked.text, Escape::Nothing);
    let subject = subject?;
    let digest = digest(draft);
    let boundary = boundary(&digest);
    Some(Compiled {
        channel: draft.channel,
        purpose: draft.purpose,
        subject_header: subject.fixed_text().map(subject_header),
        subject,
        html: match html {
            Some(html) => Some(html?),
            None => None,
        },
        text: text?,
        links: marked.links,
        warnings: Vec::new(),
        digest,
        before_text: before_text(&boundary),
        before_html: before_html(&boundary),
        after_html: format!("\r\n--{boundary}--\r\n").into_bytes(),
    })
}

/// Compiles one part and tries it, so that what would fail at sending fails now.
fn compile_part(
    field: Field,
    text: &str,
    escape: Escape,
    table: &TagTable,
    catalogue: &Catalogue,
    problems: &mut Vec<Problem>,
) -> Option<Part> {
    let place = Place::field(field);
    let part = match Part::compile(text, table, catalogue, escape) {
        Ok(part) => part,
        Err(error) => {
            problems.push(Problem::error(
                Code::RenderingFailed,
                place,
                language::explain(&error),
            ));
            return None;
        }
    };
    if let Err(error) = trial::run(&part) {
        problems.push(Problem::error(
            Code::RenderingFailed,
            place,
            language::explain(&error),
        ));
        return None;
    }
    Some(part)
}

/// Hashes every field of a draft, each behind its length, so that no two drafts share a digest.
fn digest(draft: &Draft) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    let given = |text: &Option<String>| text.as_ref().map_or_else(String::new, |text| format!("={text}"));
    add(draft.channel.as_str());
    add(draft.purpose.as_str());
    [&draft.subject, &draft.preheader, &draft.source]
        .iter()
        .for_each(|text| add(text));
    add(&given(&draft.text_part));
    for variable in &draft.variables {
        add(&variable.name);
        add(variable.kind.as_str());
        add(if variable.required { "required" } else { "optional" });
        add(&given(&variable.fallback));
        add(&variable.label);
    }
    hasher.finalize().into()
}

/// A boundary with `=_`, which quoted-printable text never contains (RFC 2045 section 6.7, note at the end).
fn boundary(digest: &[u8; 32]) -> String {
    let name: String = hex::encode(digest).chars().take(24).collect();
    format!("=_{name}")
}

fn subject_header(subject: &str) -> Vec<u8> {
    let mut field = Vec::with_capacity(subject.len() + 16);
    header::write_text("Subject", subject, &mut field);
    field
}

fn before_text(boundary: &str) -> Vec<u8> {
    let kind = "Content-Type: multipart/alternative;";
    let first = part_headers("plain");
    format!("MIME-Version: 1.0\r\n{kind}\r\n boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n{first}")
        .into_bytes()
}

fn before_html(boundary: &str) -> Vec<u8> {
    format!("\r\n--{boundary}\r\n{}", part_headers("html")).into_bytes()
}

fn part_headers(kind: &str) -> String {
    format!("Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
}
