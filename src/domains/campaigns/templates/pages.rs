//! Templates as people see them.

use askama::Template;

use crate::config::Config;
use crate::domains::campaigns::content::{Problem, STARTERS, Severity};
use crate::domains::consent;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TemplateId};
use crate::kernel::sms::{Encoding, measure, plainer};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::{Choice, Shell, address};

use super::actions;
use super::forms::{NewForm, TemplateForm, control_of, in_words};
use super::model::{Channel, Kept, Purpose, Version, Words};
use super::preview::{self, Case, Scene};
use super::queries;
use super::testing::TestForm;

/// Lines on a page.
const PAGE: i64 = 50;
/// Empty lines at the end of the table of variables.
const SPARE: usize = 2;

/// The kinds of messages an organization has: keys and names.
///
/// # Errors
/// When the database fails.
pub fn categories(tx: &mut TenantTx<'_>) -> Result<Vec<(String, String)>, AppError> {
    let all = consent::texts::categories(tx, Locale::English)?;
    Ok(all.into_iter().map(|one| (one.key, one.name)).collect())
}

fn category_name(known: &[(String, String)], key: &str) -> String {
    known
        .iter()
        .find(|(known, _)| known == key)
        .map_or_else(|| key.to_owned(), |(_, name)| name.clone())
}

fn category_choices(known: Vec<(String, String)>, chosen: &str) -> Vec<Choice> {
    known
        .into_iter()
        .map(|(key, name)| {
            let is_chosen = key == chosen;
            Choice::new(key, name, is_chosen)
        })
        .collect()
}

fn purposes(chosen: &str) -> Vec<Choice> {
    Purpose::ALL
        .iter()
        .map(|one| Choice::new(one.as_str(), one.label(), one.as_str() == chosen).hint(one.hint()))
        .collect()
}

/// One of the list.
pub struct Line {
    pub id: TemplateId,
    pub name: String,
    pub channel: &'static str,
    pub icon: &'static str,
    pub category: String,
    pub state: String,
    pub when: String,
    pub machine: String,
}

/// `/templates`
#[derive(Template)]
#[template(path = "campaigns/templates.html")]
pub struct ListPage {
    pub shell: Shell,
    pub lines: Vec<Line>,
    pub is_archive: bool,
    pub start: String,
    pub next: String,
}

impl ListPage {
    /// A page of the list.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: chrono_tz::Tz,
        is_archive: bool,
        before: Option<TemplateId>,
    ) -> Result<Self, AppError> {
        let known = categories(tx)?;
        let mut found = queries::page(tx, is_archive, before, PAGE + 1)?;
        let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let is_more = found.len() > shown;
        found.truncate(shown);
        let which = if is_archive { "yes" } else { "" };
        let next = match (is_more, found.last()) {
            (true, Some(last)) => address(
                "/templates",
                &[("archived", which), ("before", &last.id.to_string())],
            ),
            _ => String::new(),
        };
        let start = match before {
            Some(_) => address("/templates", &[("archived", which)]),
            None => String::new(),
        };
        Ok(Self {
            shell,
            lines: found.into_iter().map(|one| line(one, &known, zone)).collect(),
            is_archive,
            start,
            next,
        })
    }
}

fn line(one: Kept, known: &[(String, String)], zone: chrono_tz::Tz) -> Line {
    Line {
        category: category_name(known, &one.category),
        channel: one.channel.label(),
        icon: icon_of(one.channel),
        state: version_words(one.current_version),
        when: local_date_time(one.changed_at, zone),
        machine: machine(one.changed_at),
        id: one.id,
        name: one.name,
    }
}

fn icon_of(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "mail",
        Channel::Sms => "smartphone",
    }
}

fn version_words(number: i32) -> String {
    match number {
        0 => "No version yet".to_owned(),
        number => format!("Version {number}"),
    }
}

/// One mail to begin with.
pub struct StarterCard {
    pub key: &'static str,
    pub name: &'static str,
    pub chosen: bool,
}

/// `/templates/new`
#[derive(Template)]
#[template(path = "campaigns/new_template.html")]
pub struct NewPage {
    pub shell: Shell,
    pub starters: Vec<StarterCard>,
    pub purposes: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub form: NewForm,
    pub errors: FieldErrors,
}

impl NewPage {
    /// What a template can begin with.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (form, errors): (NewForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let card = |key, name| StarterCard {
            key,
            name,
            chosen: form.starter == key,
        };
        Ok(Self {
            shell,
            starters: STARTERS.iter().map(|one| card(one.key, one.name)).collect(),
            purposes: purposes(&form.purpose),
            categories: category_choices(categories(tx)?, &form.category),
            form,
            errors,
        })
    }
}

/// A problem beside its field.
pub struct Remark {
    pub words: String,
    pub is_error: bool,
}

/// Everything to say about one field beside its first error, which the field itself shows.
fn remarks(problems: &[Problem], field: &str) -> Vec<Remark> {
    let mut has_first = false;
    problems
        .iter()
        .filter(|one| control_of(one) == field)
        .filter(|one| {
            let is_first = one.severity == Severity::Error && !has_first;
            has_first |= is_first;
            !is_first
        })
        .map(|one| Remark {
            words: in_words(one),
            is_error: one.severity == Severity::Error,
        })
        .collect()
}

/// One line of the table of variables.
pub struct VariableRow {
    pub number: usize,
    pub name: String,
    pub kinds: Vec<Choice>,
    pub needs: Vec<Choice>,
    pub fallback: String,
    pub label: String,
}

const KINDS: [(&str, &str); 4] = [
    ("text", "Text"),
    ("number", "Number"),
    ("date", "Date"),
    ("url", "Web address"),
];
const NEEDS: [(&str, &str); 2] = [("optional", "Optional"), ("required", "Required")];

fn rows(form: &TemplateForm) -> Vec<VariableRow> {
    let at = |column: &[String], index: usize| column.get(index).cloned().unwrap_or_default();
    let choices = |all: &[(&str, &str)], chosen: &str| {
        all.iter()
            .map(|(value, label)| Choice::new(*value, *label, *value == chosen))
            .collect()
    };
    let filled = form
        .variable_name
        .iter()
        .rposition(|name| !name.trim().is_empty())
        .map_or(0, |last| last + 1);
    (0..filled + SPARE)
        .map(|index| VariableRow {
            number: index + 1,
            name: at(&form.variable_name, index),
            kinds: choices(&KINDS, &at(&form.variable_kind, index)),
            needs: choices(&NEEDS, &at(&form.variable_need, index)),
            fallback: at(&form.variable_fallback, index),
            label: at(&form.variable_label, index),
        })
        .collect()
}

/// What a text message takes.
pub struct MeterView {
    pub alphabet: &'static str,
    pub units: u32,
    pub parts: String,
    pub left: String,
    /// The character that makes it dear, if one does.
    pub culprit: String,
    /// What a plainer text would put in its place; empty when there is nothing to gain.
    pub plainer: String,
    /// The text that was counted.
    pub text: String,
}

impl MeterView {
    /// Measures a text as it is sent.
    pub fn of(text: &str) -> Self {
        let meter = measure(text);
        let alphabet = match meter.encoding {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        };
        let parts = match meter.segments {
            1 => "1 part".to_owned(),
            many => format!("{many} parts"),
        };
        let culprit = meter.first_non_gsm.map_or_else(String::new, |first| {
            format!(
                "“{}” is outside the short alphabet, so each part holds {} characters only.",
                first.character, meter.per_segment
            )
        });
        Self {
            alphabet,
            units: meter.units,
            parts,
            left: format!(
                "{} of {} units left in the last part",
                meter.remaining_in_segment, meter.per_segment
            ),
            culprit,
            plainer: cheaper(text),
            text: text.to_owned(),
        }
    }
}

/// What a plainer text would change, where it changes anything.
fn cheaper(text: &str) -> String {
    let plain = plainer(text);
    if plain.saved <= 0 {
        return String::new();
    }
    let changes: Vec<String> = plain
        .replaced
        .iter()
        .map(|one| match one.to {
            "" => "invisible characters left out".to_owned(),
            to => format!("“{}” as “{to}”", one.from),
        })
        .collect();
    let then = measure(&plain.text);
    let parts = match then.segments {
        1 => "1 part".to_owned(),
        many => format!("{many} parts"),
    };
    format!("Written plainer it takes {parts}: {}.", changes.join(", "))
}

/// `/templates/{template}`
#[derive(Template)]
#[template(path = "campaigns/template.html")]
pub struct EditPage {
    pub shell: Shell,
    pub id: TemplateId,
    pub name: String,
    pub channel: &'static str,
    pub is_mail: bool,
    pub version: String,
    pub is_archived: bool,
    /// Who kept unfinished words and when; empty when none are kept.
    pub unfinished: String,
    pub can_discard: bool,
    pub purposes: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub rows: Vec<VariableRow>,
    pub subject_remarks: Vec<Remark>,
    pub preheader_remarks: Vec<Remark>,
    pub source_remarks: Vec<Remark>,
    pub text_remarks: Vec<Remark>,
    pub variable_remarks: Vec<Remark>,
    /// The text part as it is made from the mail, when it compiles.
    pub generated: String,
    pub meter: Option<MeterView>,
    pub form: TemplateForm,
    pub errors: FieldErrors,
}

/// What a page about one template is read with.
pub struct Seen<'a> {
    pub config: &'a Config,
    pub zone: chrono_tz::Tz,
    pub me: MemberId,
}

impl EditPage {
    /// A template with what was typed, or with the words that are worked on.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        seen: &Seen<'_>,
        id: TemplateId,
        typed: Option<(TemplateForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let kept = queries::template(tx, id)?;
        let (form, mut errors) = match typed {
            Some((form, errors)) => (form, errors),
            None => {
                let words = actions::words_at_work(tx, &kept)?;
                (TemplateForm::of(&kept, &words), FieldErrors::default())
            }
        };
        let form = TemplateForm {
            base: kept.current_version.to_string(),
            ..form
        };
        let words = form.words(kept.channel);
        let purpose = form.purpose.parse().unwrap_or(kept.purpose);
        let outcome = actions::compiled(&words, kept.channel, purpose, seen.config);
        let is_new = words == Words::default();
        let problems = match &outcome {
            Ok(compiled) => compiled.warnings().to_vec(),
            Err(_) if is_new && errors.is_empty() => Vec::new(),
            Err(problems) => problems.clone(),
        };
        for (field, sentence) in super::forms::errors_of(&problems).iter() {
            errors.add(field, sentence);
        }
        let rendered = match &outcome {
            Ok(compiled) => {
                let (sender, _) = preview::sender(tx, seen.config)?;
                let scene = Scene::of(tx, seen.me, Case::Real, &words)?;
                preview::parts(compiled, &sender, &scene, seen.config).ok()
            }
            Err(_) => None,
        };
        let text = rendered.map(|parts| parts.text);
        let is_mail = kept.channel == Channel::Email;
        let meter = (!is_mail).then(|| MeterView::of(text.as_deref().unwrap_or(&words.source)));
        Ok(Self {
            shell,
            id,
            name: kept.name.clone(),
            channel: kept.channel.label(),
            is_mail,
            version: version_words(kept.current_version),
            is_archived: kept.archived_at.is_some(),
            unfinished: unfinished(tx, &kept, seen.zone)?,
            can_discard: kept.current_version > 0,
            purposes: purposes(&form.purpose),
            categories: category_choices(categories(tx)?, &form.category),
            rows: rows(&form),
            subject_remarks: remarks(&problems, "subject"),
            preheader_remarks: remarks(&problems, "preheader"),
            source_remarks: remarks(&problems, "source"),
            text_remarks: remarks(&problems, "text_part"),
            variable_remarks: remarks(&problems, "variables"),
            generated: text.unwrap_or_default(),
            meter,
            form,
            errors,
        })
    }
}

fn unfinished(tx: &mut TenantTx<'_>, kept: &Kept, zone: chrono_tz::Tz) -> Result<String, AppError> {
    let Some(unfinished) = queries::unfinished(tx, kept.id)? else {
        return Ok(String::new());
    };
    let by = name_of(tx, unfinished.kept_by)?;
    let when = local_date_time(unfinished.kept_at, zone);
    Ok(match by.as_str() {
        "" => format!("Kept {when}."),
        by => format!("Kept {when} by {by}."),
    })
}

fn name_of(tx: &mut TenantTx<'_>, member: Option<MemberId>) -> Result<String, AppError> {
    let ids: Vec<MemberId> = member.into_iter().collect();
    let cards = tenancy::member_cards(tx, &ids)?;
    Ok(cards
        .into_values()
        .next()
        .map(|card| card.name)
        .unwrap_or_default())
}

/// One version in the list.
pub struct VersionLine {
    pub number: i32,
    pub is_current: bool,
    pub note: String,
    pub by: String,
    pub when: String,
    pub machine: String,
    /// The beginning of the digest, by which two versions are told apart.
    pub mark: String,
}

/// `/templates/{template}/versions`
#[derive(Template)]
#[template(path = "campaigns/template_versions.html")]
pub struct VersionsPage {
    pub shell: Shell,
    pub id: TemplateId,
    pub name: String,
    pub lines: Vec<VersionLine>,
    pub start: String,
    pub next: String,
}

impl VersionsPage {
    /// A page of the versions.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: chrono_tz::Tz,
        id: TemplateId,
        before: Option<i32>,
    ) -> Result<Self, AppError> {
        let kept = queries::template(tx, id)?;
        let path = format!("/templates/{id}/versions");
        let mut found = queries::versions(tx, id, before, PAGE + 1)?;
        let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let is_more = found.len() > shown;
        found.truncate(shown);
        let next = match (is_more, found.last()) {
            (true, Some(last)) => address(&path, &[("before", &last.version.to_string())]),
            _ => String::new(),
        };
        let by: Vec<MemberId> = found.iter().filter_map(|one| one.made_by).collect();
        let cards = tenancy::member_cards(tx, &by)?;
        let name = |one: &Version| {
            let card = one.made_by.and_then(|by| cards.get(&by));
            card.map(|card| card.name.clone()).unwrap_or_default()
        };
        Ok(Self {
            shell,
            id,
            lines: found
                .iter()
                .map(|one| version_line(one, &kept, name(one), zone))
                .collect(),
            start: before.map(|_| path).unwrap_or_default(),
            next,
            name: kept.name,
        })
    }
}

fn version_line(one: &Version, kept: &Kept, by: String, zone: chrono_tz::Tz) -> VersionLine {
    VersionLine {
        number: one.version,
        is_current: one.version == kept.current_version,
        note: one.note.clone(),
        by,
        when: local_date_time(one.made_at, zone),
        machine: machine(one.made_at),
        mark: hex::encode(one.digest.get(..4).unwrap_or_default()),
    }
}

/// `/templates/{template}/versions/{version}`
#[derive(Template)]
#[template(path = "campaigns/template_version.html")]
pub struct VersionPage {
    pub shell: Shell,
    pub id: TemplateId,
    pub name: String,
    pub is_mail: bool,
    pub purpose: &'static str,
    pub line: VersionLine,
    pub digest: String,
    pub words: Words,
}

impl VersionPage {
    /// One version as it was saved.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: chrono_tz::Tz,
        (id, number): (TemplateId, i32),
    ) -> Result<Self, AppError> {
        let kept = queries::template(tx, id)?;
        let one = queries::version(tx, id, number)?;
        let by = name_of(tx, one.made_by)?;
        Ok(Self {
            shell,
            id,
            is_mail: kept.channel == Channel::Email,
            purpose: one.purpose.label(),
            line: version_line(&one, &kept, by, zone),
            digest: hex::encode(&one.digest),
            name: kept.name,
            words: Words::read(one.draft)?,
        })
    }
}

/// `/templates/{template}/preview`
#[derive(Template)]
#[template(path = "campaigns/template_preview.html")]
pub struct PreviewPage {
    pub shell: Shell,
    pub id: TemplateId,
    pub name: String,
    pub is_mail: bool,
    pub person: String,
    pub cases: Vec<Choice>,
    /// What the person is called there; may be empty.
    pub shown_name: String,
    pub shown_locale: &'static str,
    /// `desktop`, `phone` or `text`.
    pub show: &'static str,
    pub tabs: Vec<PreviewTab>,
    pub frame: String,
    pub subject: String,
    pub text: String,
    pub meter: Option<MeterView>,
    /// Why there is nothing to see.
    pub refusals: Vec<String>,
    pub test: TestForm,
    pub errors: FieldErrors,
}

/// One way to look at it.
pub struct PreviewTab {
    pub href: String,
    pub label: &'static str,
    pub current: bool,
}

/// What a preview is asked with.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct PreviewQuery {
    /// A handle.
    pub person: String,
    pub case: String,
    pub show: String,
}

const SHOWN: [(&str, &str); 3] = [("desktop", "Desktop"), ("phone", "Phone"), ("text", "Plain text")];

impl PreviewPage {
    /// What is worked on, as the chosen person gets it.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        config: &Config,
        id: TemplateId,
        query: &PreviewQuery,
        (test, mut errors): (TestForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let kept = queries::template(tx, id)?;
        let words = actions::words_at_work(tx, &kept)?;
        let chosen = match preview::chosen(tx, "person", &query.person) {
            Err(AppError::Invalid(wrong)) => {
                errors.add("person", wrong.of("person"));
                tx.my_id()?
            }
            other => other?,
        };
        let case = Case::of(&query.case);
        let scene = Scene::of(tx, chosen, case, &words)?;
        let (sender, _) = preview::sender(tx, config)?;
        let mut refusals = Vec::new();
        let rendered = match actions::compiled(&words, kept.channel, kept.purpose, config) {
            Ok(compiled) => preview::parts(&compiled, &sender, &scene, config)
                .map_err(|cause| refusals.push(cause.to_string()))
                .ok(),
            Err(problems) => {
                let wrong = problems.iter().filter(|one| one.severity == Severity::Error);
                refusals.extend(wrong.map(in_words));
                None
            }
        };
        let path = format!("/templates/{id}/preview");
        let who = [("person", query.person.as_str()), ("case", case.as_str())];
        let show = SHOWN
            .iter()
            .find(|(word, _)| *word == query.show)
            .map_or("desktop", |(word, _)| *word);
        let is_mail = kept.channel == Channel::Email;
        let (subject, text) = rendered
            .map(|parts| (parts.subject, parts.text))
            .unwrap_or_default();
        Ok(Self {
            shell,
            id,
            is_mail,
            person: query.person.clone(),
            cases: Case::ALL
                .iter()
                .map(|one| Choice::new(one.as_str(), one.label(), *one == case))
                .collect(),
            shown_name: scene.name,
            shown_locale: match scene.locale.as_str() {
                "fr" => "French",
                _ => "English",
            },
            show,
            tabs: SHOWN
                .iter()
                .map(|(word, label)| PreviewTab {
                    href: address(&path, &[who.as_slice(), &[("show", *word)]].concat()),
                    label,
                    current: *word == show,
                })
                .collect(),
            frame: address(&format!("{path}/frame"), &who),
            subject,
            meter: (!is_mail && refusals.is_empty()).then(|| MeterView::of(&text)),
            text,
            refusals,
            test,
            errors,
            name: kept.name,
        })
    }
}
