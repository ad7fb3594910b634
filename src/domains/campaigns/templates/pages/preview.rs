//! A template as somebody gets it.

use askama::Template;

use crate::config::Config;
use crate::domains::campaigns::content::Severity;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::TemplateId;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::super::actions;
use super::super::forms::in_words;
use super::super::model::Channel;
use super::super::preview::{self, Case, Scene};
use super::super::queries;
use super::super::testing::TestForm;
use super::meter::MeterView;

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
        let words = actions::words_at_work(tx, &kept, config)?;
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
