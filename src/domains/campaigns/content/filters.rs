//! The filters templates may use. None of them can fail, look outside its input or switch escaping off.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, State};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The name the reader's language goes by in a template's context.
pub(crate) const LOCALE: &str = "_locale";

/// Every filter a template may use.
pub(crate) const ALLOWED: [&str; 13] = [
    "upper",
    "lower",
    "title",
    "trim",
    "default",
    "date",
    "number",
    "split",
    "join",
    "length",
    "first",
    "last",
    "urlencode",
];
/// Every test a template may use after `is`.
pub(crate) const ALLOWED_TESTS: [&str; 2] = ["defined", "undefined"];

/// What stays as it is inside an address: the unreserved characters of RFC 3986 section 2.3, and `@`, which
/// mail addresses in `mailto:` links need.
const URL_PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@');

/// Gives the environment its filters and tests.
pub(crate) fn register(environment: &mut Environment<'_>) {
    environment.add_filter("upper", |value: &Value| text(value).to_uppercase());
    environment.add_filter("lower", |value: &Value| text(value).to_lowercase());
    environment.add_filter("title", |value: &Value| title(&text(value)));
    environment.add_filter("trim", |value: &Value| text(value).trim().to_owned());
    environment.add_filter("default", default);
    environment.add_filter("date", date);
    environment.add_filter("number", number);
    environment.add_filter("split", split);
    environment.add_filter("join", join);
    environment.add_filter("length", |value: &Value| match value.kind() {
        ValueKind::Seq => value.len().unwrap_or(0),
        _ => text(value).chars().count(),
    });
    environment.add_filter("first", |value: &Value| {
        items(value).first().cloned().unwrap_or_default()
    });
    environment.add_filter("last", |value: &Value| {
        items(value).last().cloned().unwrap_or_default()
    });
    environment.add_filter("urlencode", |value: &Value| url_part(&text(value)));
    environment.add_test("defined", |value: &Value| !is_blank(value));
    environment.add_test("undefined", is_blank);
}

/// Percent-encodes a value that becomes a piece of an address.
pub(crate) fn url_part(value: &str) -> String {
    utf8_percent_encode(value, URL_PART).to_string()
}

/// The text a value is shown as; nothing for undefined and none.
pub(crate) fn text(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_undefined() || value.is_none() => String::new(),
        None => value.to_string(),
    }
}

fn is_blank(value: &Value) -> bool {
    value.is_undefined() || value.is_none() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn default(value: &Value, other: Option<Value>) -> Value {
    if is_blank(value) {
        other.unwrap_or_default()
    } else {
        value.clone()
    }
}

fn title(text: &str) -> String {
    let mut starts_word = true;
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        if starts_word {
            result.extend(character.to_uppercase());
        } else {
            result.extend(character.to_lowercase());
        }
        starts_word = character.is_whitespace() || character == '-';
    }
    result
}

fn split(value: &Value, separator: Option<&str>) -> Vec<String> {
    text(value)
        .split(
            separator
                .filter(|separator| !separator.is_empty())
                .unwrap_or("\n"),
        )
        .map(|piece| piece.trim().to_owned())
        .filter(|piece| !piece.is_empty())
        .collect()
}

fn join(value: &Value, separator: Option<&str>) -> String {
    items(value)
        .iter()
        .map(text)
        .collect::<Vec<_>>()
        .join(separator.unwrap_or(", "))
}

fn items(value: &Value) -> Vec<Value> {
    match (value.kind(), value.try_iter()) {
        (ValueKind::Seq, Ok(items)) => items.collect(),
        _ if is_blank(value) => Vec::new(),
        _ => vec![value.clone()],
    }
}

/// The languages dates and numbers are written in; English for all others.
#[derive(Clone, Copy)]
enum Language {
    AmericanEnglish,
    English,
    French,
    Spanish,
}

fn language(state: &State<'_, '_>) -> Language {
    let locale = state
        .lookup(LOCALE)
        .as_ref()
        .map(text)
        .unwrap_or_default()
        .to_ascii_lowercase();
    match locale.split(['-', '_']).next() {
        Some("fr") => Language::French,
        Some("es") => Language::Spanish,
        _ if locale == "en" || locale.ends_with("us") => Language::AmericanEnglish,
        _ => Language::English,
    }
}

/// Writes an ISO 8601 date in the reader's language; styles `long` (the default), `weekday`, `month`, `short`
/// and `time`. Anything that is no date stays as it is.
fn date(state: &State<'_, '_>, value: &Value, style: Option<&str>) -> String {
    let written = text(value);
    let Some(moment) = parse_moment(&written) else {
        return written;
    };
    let language = language(state);
    let (day, year) = (moment.day(), moment.year());
    let month = named(month_names(language), moment.month0());
    let long = match language {
        Language::AmericanEnglish => format!("{month} {day}, {year}"),
        Language::English => format!("{day} {month} {year}"),
        Language::French if day == 1 => format!("1er {month} {year}"),
        Language::French => format!("{day} {month} {year}"),
        Language::Spanish => format!("{day} de {month} de {year}"),
    };
    match style {
        Some("short") => moment.format("%Y-%m-%d").to_string(),
        Some("time") => format!("{:02}:{:02}", moment.hour(), moment.minute()),
        Some("month") => format!("{month} {year}"),
        Some("weekday") => {
            let weekday = named(weekday_names(language), moment.weekday().num_days_from_monday());
            let comma = if matches!(language, Language::French | Language::English) {
                ""
            } else {
                ","
            };
            format!("{weekday}{comma} {long}")
        }
        _ => long,
    }
}

fn parse_moment(written: &str) -> Option<NaiveDateTime> {
    let written = written.trim();
    DateTime::parse_from_rfc3339(written)
        .map(|moment| moment.naive_local())
        .or_else(|_| NaiveDateTime::parse_from_str(written, "%Y-%m-%dT%H:%M:%S"))
        .or_else(|_| NaiveDateTime::parse_from_str(written, "%Y-%m-%dT%H:%M"))
        .ok()
        .or_else(|| {
            NaiveDate::parse_from_str(written, "%Y-%m-%d")
                .ok()?
                .and_hms_opt(0, 0, 0)
        })
}

fn named(names: &'static str, index: u32) -> &'static str {
    names
        .split(' ')
        .nth(usize::try_from(index).unwrap_or(0))
        .unwrap_or_default()
}

fn month_names(language: Language) -> &'static str {
    match language {
        Language::AmericanEnglish | Language::English => {
            "January February March April May June July August September October November December"
        }
        Language::French => {
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
        }
        Language::Spanish => {
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
        }
    }
}

fn weekday_names(language: Language) -> &'static str {
    match language {
        Language::AmericanEnglish | Language::English => {
            "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
        }
        Language::French => "lundi mardi mercredi jeudi vendredi samedi dimanche",
        Language::Spanish => "lunes martes miércoles jueves viernes sábado domingo",
    }
}

/// Writes a decimal number with the separators of the reader's language, rounded when a number of decimals
/// (at most 6) is given. Anything that is no number stays as it is.
fn number(state: &State<'_, '_>, value: &Value, decimals: Option<usize>) -> String {
    let written = text(value);
    let written = written.trim();
    let digits_only = written
        .trim_start_matches('-')
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let Some(parsed) = written
        .parse::<f64>()
        .ok()
        .filter(|number| digits_only && number.is_finite())
    else {
        return written.to_owned();
    };
    let plain = decimals.map_or_else(
        || written.to_owned(),
        |count| format!("{parsed:.*}", count.min(6)),
    );
    let (group, point) = match language(state) {
        Language::AmericanEnglish | Language::English => (",", "."),
        Language::French => ("\u{202F}", ","),
        Language::Spanish => (".", ","),
    };
    let (sign, unsigned) = plain
        .strip_prefix('-')
        .map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = unsigned
        .split_once('.')
        .map_or((unsigned, None), |(a, b)| (a, Some(b)));
    let whole = grouped(whole, group);
    fraction.map_or_else(
        || format!("{sign}{whole}"),
        |fraction| format!("{sign}{whole}{point}{fraction}"),
    )
}

fn grouped(digits: &str, separator: &str) -> String {
    let mut result = String::with_capacity(digits.len() + digits.len() / 3 * separator.len());
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            result.push_str(separator);
        }
        result.push(digit);
    }
    result
}
