//! The four steps as people see them.

use askama::Template;
use chrono_tz::Tz;

use crate::app::App;
use crate::domains::campaigns::entering::Entry;
use crate::domains::campaigns::model::{Campaign, CampaignKind, DoubtPolicy, Start, State};
use crate::domains::campaigns::templates::model::{Channel, Words};
use crate::domains::campaigns::{actions, entering, queries, segments, templates, variants};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::CampaignId;
use crate::kernel::text::grouped;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::charts::{BarChart, Caption, Measure};
use crate::platform::web::{Choice, Shell, address};

use super::forms::{AudienceForm, ContentForm, NewForm, ScheduleForm};
use super::review::Review;

/// Campaigns on a page.
const PAGE: i64 = 50;
/// A value whose example is longer than this gets a field of several lines.
const ONE_LINE: usize = 40;
/// Templates and segments offered.
const OFFERED: i64 = 500;

/// A number of people in words.
pub fn people(count: i64) -> String {
    segments::pages::people(count)
}

/// One of the list.
pub struct Line {
    pub href: String,
    pub name: String,
    pub icon: &'static str,
    pub state: &'static str,
    pub tone: &'static str,
    pub note: String,
    pub when: String,
    pub machine: String,
}

/// `/campaigns`
#[derive(Template)]
#[template(path = "campaigns/wizard/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub lines: Vec<Line>,
    pub tabs: Vec<(String, &'static str, bool)>,
    pub is_first: bool,
    /// What it says when nothing is listed.
    pub nothing: &'static str,
    pub start: String,
    pub next: String,
}

/// Tabs of the list: their words in addresses, their labels, and what they show.
const TABS: [(&str, &str, CampaignKind, &[State]); 5] = [
    ("", "All", CampaignKind::Broadcast, &[]),
    ("drafts", "Drafts", CampaignKind::Broadcast, &[State::Draft]),
    (
        "way",
        "Under way",
        CampaignKind::Broadcast,
        &[State::Scheduled, State::Sending, State::Paused],
    ),
    (
        "done",
        "Done",
        CampaignKind::Broadcast,
        &[State::Sent, State::Cancelled, State::Failed],
    ),
    ("single", "Single messages", CampaignKind::Single, &[]),
];

impl ListPage {
    /// A page of the list.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        show: &str,
        before: Option<CampaignId>,
    ) -> Result<Self, AppError> {
        let (_, _, kind, states) = TABS.iter().find(|(word, ..)| *word == show).unwrap_or(&TABS[0]);
        let mut found = queries::page(tx, *kind, states, before, PAGE + 1)?;
        let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let is_more = found.len() > shown;
        found.truncate(shown);
        let ids: Vec<CampaignId> = found.iter().map(|one| one.id).collect();
        let counts = queries::counts(tx, &ids)?;
        let at = |before: &str| address("/campaigns", &[("show", show), ("before", before)]);
        let next = match (is_more, found.last()) {
            (true, Some(last)) => at(&last.id.to_string()),
            _ => String::new(),
        };
        Ok(Self {
            shell,
            is_first: found.is_empty() && show.is_empty() && before.is_none(),
            nothing: match (kind, before) {
                (CampaignKind::Single, None) => {
                    "No program has sent a message to one person yet, such as a receipt or a code."
                }
                (CampaignKind::Broadcast, None) => "No campaign is at this point.",
                (_, Some(_)) => "There is nothing older.",
            },
            lines: found
                .into_iter()
                .map(|one| {
                    let counts = counts.get(&one.id).cloned().unwrap_or_default();
                    line(one, &counts, zone)
                })
                .collect(),
            tabs: TABS
                .iter()
                .map(|(word, label, ..)| (address("/campaigns", &[("show", word)]), *label, *word == show))
                .collect(),
            start: before.map(|_| at("")).unwrap_or_default(),
            next,
        })
    }
}

fn line(one: Campaign, counts: &queries::Counts, zone: Tz) -> Line {
    let href = match one.state {
        State::Draft => format!("/campaigns/{}/content", one.id),
        _ => format!("/campaigns/{}", one.id),
    };
    let note = match one.state {
        State::Draft => one.channel.label().to_owned(),
        State::Scheduled => starts_in_words(&one, None, zone),
        _ => format!(
            "{} of {} handed over",
            grouped(counts.of("accepted")),
            grouped(counts.of("queued"))
        ),
    };
    let at = one.finished_at.or(one.launched_at).unwrap_or(one.changed_at);
    let (state, tone) = one.badge();
    Line {
        href,
        icon: icon_of(one.channel),
        state,
        tone,
        note,
        when: local_date_time(at, zone),
        machine: machine(at),
        name: one.name,
    }
}

/// The icon of a channel.
pub const fn icon_of(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "mail",
        Channel::Sms => "smartphone",
    }
}

/// When a campaign goes, in words.
pub fn starts_in_words(campaign: &Campaign, entry: Option<Entry>, zone: Tz) -> String {
    match (campaign.starts, campaign.starts_at, campaign.starts_local) {
        (Start::Moment, Some(at), _) => format!("{} ({zone})", local_date_time(at, zone)),
        (Start::Local, _, Some(local)) => {
            format!("{} on each person’s own clock", local.format("%-d %b %Y, %H:%M"))
        }
        (Start::Entry, ..) => {
            entry.map_or_else(|| Start::Entry.label().to_owned(), |entry| entry.in_words(zone))
        }
        _ if campaign.waits_for_approval() => "As soon as somebody lets it go".to_owned(),
        _ => "As soon as it is sent off".to_owned(),
    }
}

/// `/campaigns/new`
#[derive(Template)]
#[template(path = "campaigns/wizard/new.html")]
pub struct NewPage {
    pub shell: Shell,
    pub channels: Vec<Choice>,
    pub form: NewForm,
    pub errors: FieldErrors,
}

impl NewPage {
    /// The form.
    pub fn of(shell: Shell, form: NewForm, errors: FieldErrors) -> Self {
        let channels = Channel::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), one.label(), one.as_str() == form.channel))
            .collect();
        Self {
            shell,
            channels,
            form,
            errors,
        }
    }
}

/// One of the four steps, for the line at the top.
pub struct Step {
    pub href: String,
    pub label: &'static str,
    pub number: usize,
    pub is_here: bool,
}

/// What every step shows.
pub struct Frame {
    pub id: CampaignId,
    pub name: String,
    pub channel: Channel,
    /// None once it was sent off.
    pub steps: Vec<Step>,
}

impl Frame {
    /// Of a campaign, at one of its steps.
    pub fn of(campaign: &Campaign, here: &str) -> Self {
        let steps = [
            ("content", "Content"),
            ("audience", "Audience"),
            ("schedule", "Schedule"),
            ("review", "Review"),
        ];
        Self {
            id: campaign.id,
            name: campaign.name.clone(),
            channel: campaign.channel,
            steps: (1..)
                .zip(steps)
                .filter(|_| campaign.state == State::Draft)
                .map(|(number, (word, label))| Step {
                    href: format!("/campaigns/{}/{word}", campaign.id),
                    label,
                    number,
                    is_here: word == here,
                })
                .collect(),
        }
    }
}

/// A value that the template wants from the campaign.
pub struct FillField {
    pub name: String,
    pub label: String,
    pub value: String,
    pub hint: String,
    /// `yes` when it may stay empty.
    pub optional: &'static str,
    /// Whether it takes more than a line.
    pub is_long: bool,
    pub error: String,
}

/// The first step.
#[derive(Template)]
#[template(path = "campaigns/wizard/content.html")]
pub struct ContentPage {
    pub shell: Shell,
    pub frame: Frame,
    pub templates: Vec<Choice>,
    /// The chosen template, to be looked at: its address and its subject.
    pub chosen: Option<(String, String)>,
    pub fields: Vec<FillField>,
    /// What is tried beside A: their letters.
    pub variants: String,
    pub form: ContentForm,
    pub errors: FieldErrors,
}

impl ContentPage {
    /// What is kept, or what was typed.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; when it is no draft any more.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: CampaignId,
        typed: Option<(ContentForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let campaign = draft(tx, id)?;
        let (mut form, errors) =
            typed.unwrap_or_else(|| (ContentForm::of(&campaign), FieldErrors::default()));
        form.revision = campaign.revision.to_string();
        let all = templates::queries::page(tx, false, None, OFFERED)?;
        let templates = all
            .iter()
            .filter(|one| one.channel == campaign.channel && one.current_version > 0)
            .map(|one| {
                let id = one.id.to_string();
                let is_chosen = id == form.template;
                Choice::new(
                    id,
                    format!("{} (version {})", one.name, one.current_version),
                    is_chosen,
                )
            })
            .collect();
        let kept = all.iter().find(|one| one.id.to_string() == form.template);
        let (chosen, fields) = match kept.filter(|one| one.current_version > 0) {
            None => (None, Vec::new()),
            Some(kept) => {
                let words =
                    Words::read(templates::queries::version(tx, kept.id, kept.current_version)?.draft)?;
                let fields = words.variables.iter().filter(|one| !one.name.contains('.'));
                let fields = fields.map(|one| fill_field(one, &form, &errors)).collect();
                (
                    Some((format!("/templates/{}/preview", kept.id), words.subject)),
                    fields,
                )
            }
        };
        Ok(Self {
            shell,
            frame: Frame::of(&campaign, "content"),
            templates,
            chosen,
            fields,
            variants: variants::queries::variants(tx, id)?
                .iter()
                .map(|one| variants::model::letter(one.number))
                .collect::<Vec<_>>()
                .join(", "),
            form,
            errors,
        })
    }
}

fn fill_field(
    one: &crate::domains::campaigns::content::Variable,
    form: &ContentForm,
    errors: &FieldErrors,
) -> FillField {
    let name = format!("fill-{}", one.name);
    FillField {
        label: if one.label.is_empty() {
            one.name.clone()
        } else {
            one.label.clone()
        },
        value: form.fill.get(&one.name).cloned().unwrap_or_default(),
        hint: match &one.fallback {
            Some(fallback) if !one.required => format!("“{fallback}” when empty."),
            _ => String::new(),
        },
        optional: if one.required { "" } else { "yes" },
        is_long: one.kind == crate::domains::campaigns::content::Kind::Text
            && one
                .fallback
                .as_ref()
                .is_none_or(|fallback| fallback.chars().count() > ONE_LINE),
        error: errors.of(&name).to_owned(),
        name,
    }
}

/// A campaign that can still be changed; where it is now when not.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`].
pub fn draft(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Campaign, AppError> {
    let campaign = queries::campaign(tx, id)?;
    crate::domains::campaigns::policy::may_draft(tx.actor(), &campaign)?;
    Ok(campaign)
}

/// A segment that can be chosen.
pub struct SegmentChoice {
    pub id: String,
    pub name: String,
    pub about: String,
    pub is_in: bool,
    pub is_out: bool,
}

/// Who would get it, and who not and why.
pub struct Ledger {
    pub audience: String,
    pub recipients: String,
    pub excluded: Vec<(&'static str, String)>,
    pub chart: BarChart,
}

impl Ledger {
    /// Of a rehearsal.
    #[expect(clippy::cast_precision_loss, reason = "bars are as exact as pixels")]
    pub fn of(rehearsal: &crate::domains::campaigns::audience::Rehearsal) -> Self {
        let measure = |label: &str, count: i64| Measure {
            label: label.to_owned(),
            amount: count as f64,
            shown: grouped(count),
        };
        let mut measures = vec![measure("Get it", rehearsal.recipients)];
        measures.extend(
            rehearsal
                .excluded
                .iter()
                .map(|(reason, count)| measure(reason.label(), *count)),
        );
        let caption = Caption {
            id: "ledger".to_owned(),
            title: "By reason".to_owned(),
            summary: String::new(),
        };
        Self {
            audience: people(rehearsal.audience),
            recipients: people(rehearsal.recipients),
            excluded: rehearsal
                .excluded
                .iter()
                .map(|(reason, count)| (reason.label(), grouped(*count)))
                .collect(),
            chart: BarChart::new(caption, measures),
        }
    }
}

/// The second step.
#[derive(Template)]
#[template(path = "campaigns/wizard/audience.html")]
pub struct AudiencePage {
    pub shell: Shell,
    pub frame: Frame,
    pub segments: Vec<SegmentChoice>,
    /// Who would get it as it is kept, or why that is not known.
    pub ledger: Result<Ledger, String>,
    pub form: AudienceForm,
    pub errors: FieldErrors,
}

impl AudiencePage {
    /// What is kept, or what was typed.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; when it is no draft any more.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        app: &App,
        id: CampaignId,
        typed: Option<(AudienceForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let campaign = draft(tx, id)?;
        let chosen = queries::segments_of(tx, id)?;
        let (mut form, errors) =
            typed.unwrap_or_else(|| (AudienceForm::of(&campaign, &chosen), FieldErrors::default()));
        form.revision = campaign.revision.to_string();
        let known = segments::queries::list(tx, false, None, OFFERED)?;
        let segments = known
            .into_iter()
            .map(|one| {
                let word = one.id.to_string();
                SegmentChoice {
                    is_in: form.include.contains(&word),
                    is_out: form.exclude.contains(&word),
                    id: word,
                    name: one.name,
                    about: one.about,
                }
            })
            .collect();
        let is_chosen = campaign.is_everyone || chosen.iter().any(|one| !one.is_excluded);
        let ledger = match (is_chosen, campaign.template_id) {
            (false, _) => Err("Save who it is for to see how many get it.".to_owned()),
            (_, None) => {
                Err("Choose a template first: what kind of message it is decides who may get it.".to_owned())
            }
            _ => match crate::domains::campaigns::audience::rehearse(tx, &app.keys, &campaign) {
                Ok(rehearsal) => Ok(Ledger::of(&rehearsal)),
                Err(AppError::Conflict(why)) => Err(why),
                Err(error) => return Err(error),
            },
        };
        Ok(Self {
            shell,
            frame: Frame::of(&campaign, "audience"),
            segments,
            ledger,
            form,
            errors,
        })
    }
}

/// The third step.
#[derive(Template)]
#[template(path = "campaigns/wizard/schedule.html")]
pub struct SchedulePage {
    pub shell: Shell,
    pub frame: Frame,
    pub doubts: Vec<Choice>,
    pub zone: String,
    pub form: ScheduleForm,
    pub errors: FieldErrors,
}

impl SchedulePage {
    /// What is kept, or what was typed.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; when it is no draft any more.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        id: CampaignId,
        typed: Option<(ScheduleForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let campaign = draft(tx, id)?;
        let entry = entering::queries::entry(tx, id)?;
        let (mut form, errors) =
            typed.unwrap_or_else(|| (ScheduleForm::of(&campaign, entry, zone), FieldErrors::default()));
        form.revision = campaign.revision.to_string();
        Ok(Self {
            shell,
            frame: Frame::of(&campaign, "schedule"),
            doubts: DoubtPolicy::ALL
                .iter()
                .map(|one| Choice::new(one.as_str(), one.label(), one.as_str() == form.in_doubt))
                .collect(),
            zone: zone.to_string(),
            form,
            errors,
        })
    }
}

/// The last step.
#[derive(Template)]
#[template(path = "campaigns/wizard/review.html")]
pub struct ReviewPage {
    pub shell: Shell,
    pub frame: Frame,
    /// Whether it can still be changed and sent off.
    pub is_draft: bool,
    /// Whether what is asked now still says who gets it: once it began, its page does.
    pub is_ahead: bool,
    pub revision: i32,
    /// What nobody wrote for its readers.
    pub remarks: Vec<String>,
    /// What is missing: the step that mends it, and what to do.
    pub missing: Vec<(String, String)>,
    pub template: String,
    pub from: String,
    pub audience: String,
    pub left_out: String,
    pub starts: String,
    pub quiet: String,
    pub review: Option<Review>,
    pub ledger: Option<Ledger>,
    /// Whether a second person has to let it go.
    pub needs_approval: bool,
    /// Of a campaign that goes to whoever comes in: whether those get it, too, who are in the audience now.
    pub entry: Option<bool>,
    /// Why it was not sent off.
    pub problem: String,
}

impl ReviewPage {
    /// The last look at a draft; of what was sent off, what is sent, and to whom.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        app: &App,
        zone: Tz,
        id: CampaignId,
        problem: String,
    ) -> Result<Self, AppError> {
        let campaign = queries::campaign(tx, id)?;
        let is_draft = campaign.state == State::Draft;
        let mut missing = match is_draft {
            true => actions::missing(tx, app, &campaign)?,
            false => Vec::new(),
        };
        let chosen = queries::segments_of(tx, id)?;
        let names = |is_excluded: bool| {
            let those = chosen.iter().filter(|one| one.is_excluded == is_excluded);
            those.map(|one| one.name.clone()).collect::<Vec<_>>().join(", ")
        };
        let entry = entering::queries::entry(tx, id)?;
        let template = template_in_words(tx, &campaign)?;
        let review = match missing.is_empty() {
            false => None,
            true => match Review::read(tx, app, &campaign, zone) {
                Ok(review) => Some(review),
                Err(AppError::Conflict(why)) => {
                    missing.push(("content", why));
                    None
                }
                Err(error) => return Err(error),
            },
        };
        let above = queries::limits(tx)?.approve_above;
        let recipients = review.as_ref().map_or(0, |review| review.rehearsal.recipients);
        Ok(Self {
            shell,
            frame: Frame::of(&campaign, "review"),
            is_draft,
            is_ahead: matches!(campaign.state, State::Draft | State::Scheduled),
            remarks: super::review::starter_words(tx, &campaign)?,
            revision: campaign.revision,
            missing: missing
                .into_iter()
                .map(|(step, words)| (format!("/campaigns/{id}/{step}"), words))
                .collect(),
            template,
            from: campaign.from_name.clone(),
            audience: if campaign.is_everyone {
                "Everybody".to_owned()
            } else {
                names(false)
            },
            left_out: names(true),
            starts: starts_in_words(&campaign, entry, zone),
            quiet: campaign
                .quiet_from
                .zip(campaign.quiet_to)
                .map(|(from, to)| format!("{} to {}", from.format("%H:%M"), to.format("%H:%M")))
                .unwrap_or_default(),
            ledger: review.as_ref().map(|review| Ledger::of(&review.rehearsal)),
            needs_approval: above.is_some_and(|above| recipients > above.into()),
            entry: entry.map(|entry| entry.with_present),
            review,
            problem,
        })
    }
}

/// What a campaign says: its template, and of what was sent off the version.
fn template_in_words(tx: &mut TenantTx<'_>, campaign: &Campaign) -> Result<String, AppError> {
    let Some(template) = campaign.template_id else {
        return Ok(String::new());
    };
    let name = templates::queries::template(tx, template)?.name;
    Ok(match campaign.version_id {
        Some(version) => {
            let version = templates::queries::version_by_id(tx, version)?;
            format!("{name}, version {}", version.version)
        }
        None => name,
    })
}
