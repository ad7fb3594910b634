//! The template language: what of Jinja a draft may use, and the check of everything its tags say.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};

use super::filters;
use super::parts::Escape;
use super::problem::{Code, Field, Place, Problem};
use super::tags::{Tag, TagKind, is_name};
use super::variables::{Catalogue, ROOTS};

/// Instructions one message may spend, enough for loops over some thousand items.
const FUEL: u64 = 200_000;
/// The statements a draft may use: choices and loops.
const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// An environment with our filters only, limited fuel, and values escaped for the part they go into.
pub(crate) fn environment(escape: Escape) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_fuel(Some(FUEL));
    environment.set_syntax(syntax());
    environment.set_recursion_limit(50);
    filters::register(&mut environment);
    environment.set_formatter(move |out, _, value| {
        let written = filters::text(value);
        match escape {
            Escape::Html if !value.is_safe() => {
                let mut escaped = String::with_capacity(written.len() + 16);
                escape_html(&written, &mut escaped);
                out.write_str(&escaped).map_err(Error::from)
            }
            _ => out.write_str(&written).map_err(Error::from),
        }
    });
    environment
}

/// The usual braces; fixed text keeps its last line end.
fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder()
        .keep_trailing_newline(true)
        .build()
        .unwrap_or_default()
}

/// Appends a text so that it stays text inside HTML elements and quoted attributes.
pub(crate) fn escape_html(text: &str, out: &mut String) {
    // Most values, and all of the portal's own links, have none of these: found out without a branch for each character.
    let is_special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
    if !text.bytes().fold(false, |any, byte| any | is_special(byte)) {
        return out.push_str(text);
    }
    for piece in text.split_inclusive(['&', '<', '>', '"', '\'']) {
        let mut characters = piece.chars();
        let escaped = match characters.next_back() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            Some('\'') => "&#39;",
            _ => {
                out.push_str(piece);
                continue;
            }
        };
        out.push_str(characters.as_str());
        out.push_str(escaped);
    }
}

/// Checks the tags of one field: syntax, statements, filters, and that every variable is known.
pub(crate) fn check(field: Field, tags: &[&Tag], catalogue: &Catalogue, problems: &mut Vec<Problem>) {
    let before = problems.len();
    for tag in tags {
        check_tag(tag, catalogue, problems);
    }
    let has_logic = tags.iter().any(|tag| !matches!(tag.kind, TagKind::Plain(_)));
    if has_logic && problems.len() == before {
        check_together(field, tags, catalogue, problems);
    }
}

fn check_tag(tag: &Tag, catalogue: &Catalogue, problems: &mut Vec<Problem>) {
    match &tag.kind {
        TagKind::Plain(path) if catalogue.find(path).is_none() => problems.push(undeclared(path, tag.place)),
        TagKind::Statement(statement) => {
            check_statement(statement, tag.place, problems);
            check_filters(statement, tag.place, problems);
        }
        TagKind::Output(expression) => check_filters(expression, tag.place, problems),
        TagKind::Plain(_) | TagKind::Tracked(_) | TagKind::Pixel => {}
    }
}

fn check_statement(statement: &str, place: Place, problems: &mut Vec<Problem>) {
    let mut words = statement
        .trim_matches(['-', '+', ' ', '\n', '\t'])
        .split_whitespace();
    let keyword = words.next().unwrap_or_default();
    if !STATEMENTS.contains(&keyword) {
        problems.push(Problem::error(
            Code::ForbiddenStatement,
            place,
            format!("“{keyword}” cannot be used here. Content may only use if, elif, else and for."),
        ));
    }
    if keyword == "for" && words.take_while(|word| *word != "in").any(names_a_root) {
        problems.push(Problem::error(
            Code::ForbiddenStatement,
            place,
            "A loop variable cannot be called member, organization, links or vars.",
        ));
    }
}

fn names_a_root(word: &str) -> bool {
    word.split(',').any(|name| ROOTS.contains(&name.trim()))
}

fn check_filters(expression: &str, place: Place, problems: &mut Vec<Problem>) {
    let words = words_outside_quotes(expression);
    for pair in words.windows(2) {
        if let [bar, name] = pair
            && bar == "|"
            && !filters::ALLOWED.contains(&name.as_str())
        {
            problems.push(unknown_filter(name, place));
        }
    }
    for (position, _) in words.iter().enumerate().filter(|(_, word)| *word == "is") {
        let test = words.iter().skip(position + 1).find(|word| *word != "not");
        if let Some(test) =
            test.filter(|test| is_name(test) && !filters::ALLOWED_TESTS.contains(&test.as_str()))
        {
            problems.push(unknown_test(test, place));
        }
    }
}

/// Splits an expression into names and single signs, leaving out quoted text and white space.
fn words_outside_quotes(expression: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut quote = None;
    let mut continues = false;
    for character in expression.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                quote = Some(character);
                words.push("\"".to_owned());
            }
            (None, _) if character.is_alphanumeric() || character == '_' => {
                match words.last_mut() {
                    Some(word) if continues => word.push(character),
                    _ => words.push(character.to_string()),
                }
                continues = true;
                continue;
            }
            (None, _) if character.is_whitespace() => {}
            (None, _) => words.push(character.to_string()),
        }
        continues = false;
    }
    words
}

/// Parses all tags of a field as one template, each on the line it was written on.
fn check_together(field: Field, tags: &[&Tag], catalogue: &Catalogue, problems: &mut Vec<Problem>) {
    let environment = environment(Escape::Nothing);
    let source = skeleton(tags);
    let template = match environment.template_from_str(&source) {
        Ok(template) => template,
        Err(error) => return problems.push(syntax_error(&error, field)),
    };
    let mut paths: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    paths.sort();
    for path in paths.iter().filter(|path| catalogue.find(path).is_none()) {
        let place = tags
            .iter()
            .find(|tag| tag.inner().is_some_and(|inner| inner.contains(path.as_str())))
            .map_or(Place::field(field), |tag| tag.place);
        problems.push(undeclared(path, place));
    }
}

fn skeleton(tags: &[&Tag]) -> String {
    let mut source = String::new();
    let mut line = 1;
    for tag in tags {
        let wanted = tag.place.line.unwrap_or(line);
        (line..wanted).for_each(|_| source.push('\n'));
        line = line.max(wanted) + u32::try_from(tag.raw.matches('\n').count()).unwrap_or(0);
        source.push_str(&tag.raw);
    }
    source
}

/// The variables a part's expressions read, by full path.
pub(crate) fn paths_of(environment: &Environment<'_>, name: &str) -> Vec<String> {
    let Ok(template) = environment.get_template(name) else {
        return Vec::new();
    };
    let mut paths: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    paths.retain(|path| {
        path.split_once('.')
            .is_some_and(|(root, _)| ROOTS.contains(&root))
    });
    paths.sort();
    paths
}

/// A value as the logic of a template sees it: numbers compare as numbers, all else is text.
pub(crate) fn logic_value(text: &str, is_number: IsNumber) -> Value {
    match (is_number, text.trim().parse::<i64>(), text.trim().parse::<f64>()) {
        (IsNumber::Yes, Ok(whole), _) => Value::from(whole),
        (IsNumber::Yes, Err(_), Ok(decimal)) if decimal.is_finite() => Value::from(decimal),
        _ => Value::from(text),
    }
}

/// Whether a variable was declared as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IsNumber {
    Yes,
    No,
}

/// Tells staff what a template error means.
pub(crate) fn explain(error: &Error) -> String {
    match error.kind() {
        ErrorKind::OutOfFuel => {
            "The content does too much work for one message. Shorten its loops.".to_owned()
        }
        ErrorKind::WriteFailure => "The content grows too large for one message.".to_owned(),
        ErrorKind::UnknownFunction => {
            format!(
                "The content calls a function that does not exist{}.",
                detail(error)
            )
        }
        _ => format!("The content cannot be rendered{}.", detail(error)),
    }
}

fn detail(error: &Error) -> String {
    error
        .detail()
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default()
}

fn syntax_error(error: &Error, field: Field) -> Problem {
    let line = error.line().and_then(|line| u32::try_from(line).ok());
    let sentence = format!("The template cannot be read{}.", detail(error));
    Problem::error(Code::TemplateSyntax, Place { field, line }, sentence)
}

fn undeclared(path: &str, place: Place) -> Problem {
    Problem::error(
        Code::UndeclaredVariable,
        place,
        format!("The variable “{path}” is not declared. Declare it or correct its name."),
    )
}

fn unknown_test(name: &str, place: Place) -> Problem {
    Problem::error(
        Code::UnknownFilter,
        place,
        format!("The test “is {name}” does not exist. Use “is defined” or “is undefined”."),
    )
}

fn unknown_filter(name: &str, place: Place) -> Problem {
    Problem::error(
        Code::UnknownFilter,
        place,
        format!(
            "The filter “{name}” does not exist. Known filters: {}.",
            filters::ALLOWED.join(", ")
        ),
    )
}
