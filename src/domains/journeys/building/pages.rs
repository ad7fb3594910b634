//! Journeys as their builders see them.

use std::collections::HashMap;

use askama::Template;
use chrono_tz::Tz;

use crate::domains::journeys::suggestions;
use crate::domains::tenancy::{self, ContextKind, MemberCard};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ContextId, JourneyId, JourneyVersionId, MemberId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::forms::{BuildQuery, JourneyForm, ListQuery};
use super::model::{Journey, Version};
use super::outline::Outline;
use super::pane::Pane;
use super::policy::{Builder, EVERYWHERE, Reach};
use super::publishing::behind::{Behind, behind};
use super::publishing::versions;
use super::queries;
use super::tree::{Scene, Tree, sum};

/// Journeys on a page.
const PAGE: i64 = 30;
/// Versions on the page of a journey.
const VERSIONS: i64 = 20;
/// The most teams to choose from.
const TEAMS: i64 = 500;

/// One journey of the list.
pub struct Line {
    pub id: JourneyId,
    pub title: String,
    /// `Version 3` or `Not published yet`.
    pub state: String,
    pub is_published: bool,
    /// Whether the draft is planned to be published.
    pub is_planned: bool,
    /// `3 milestones, 12 lessons`.
    pub size: String,
    /// Whose it is; empty for everybody's.
    pub team: String,
    pub when: String,
    pub machine: String,
}

/// `/journeys`
#[derive(Template)]
#[template(path = "journeys/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub search: String,
    pub is_archive: bool,
    pub lines: Vec<Line>,
    /// What leads to suggestions, for who decides about them.
    pub suggestions: Option<String>,
    pub start: String,
    pub next: String,
}

impl ListPage {
    /// A page of the journeys somebody builds.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        builder: &Builder,
        query: &ListQuery,
        zone: Tz,
    ) -> Result<Self, AppError> {
        let filter = query.filter();
        let mut found = queries::page(tx, builder, &filter, PAGE + 1)?;
        let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let is_more = found.len() > shown;
        found.truncate(shown);
        let show = if filter.is_archived { "archived" } else { "" };
        let list = |before: &str| {
            address(
                "/journeys",
                &[("title", &filter.search), ("show", show), ("before", before)],
            )
        };
        let next = match (is_more, found.last()) {
            (true, Some(last)) => list(&last.id.to_string()),
            _ => String::new(),
        };
        Ok(Self {
            shell,
            lines: lines(tx, &found, zone)?,
            suggestions: suggestions::label(tx)?,
            start: filter.before.map(|_| list("")).unwrap_or_default(),
            search: filter.search.clone(),
            is_archive: filter.is_archived,
            next,
        })
    }
}

fn lines(tx: &mut TenantTx<'_>, found: &[Journey], zone: Tz) -> Result<Vec<Line>, AppError> {
    let ids: Vec<JourneyId> = found.iter().map(|journey| journey.id).collect();
    let drafts = queries::drafts(tx, &ids)?;
    let newest = queries::newest_of(tx, &ids)?;
    let draft_ids: Vec<JourneyVersionId> = drafts.iter().map(|draft| draft.id).collect();
    let counts = queries::counts(tx, &draft_ids)?;
    let teams = team_names(tx)?;
    let line = |journey: &Journey| {
        let draft = drafts.iter().find(|draft| draft.journey_id == journey.id);
        let newest = newest.iter().find(|version| version.journey_id == journey.id);
        let count = draft.and_then(|draft| counts.iter().find(|(id, ..)| *id == draft.id));
        let (milestones, lessons) = count.map_or((0, 0), |(_, milestones, lessons)| (*milestones, *lessons));
        Line {
            id: journey.id,
            title: journey.title.clone(),
            state: state(newest),
            is_published: newest.is_some(),
            is_planned: draft.is_some_and(|draft| draft.publish_at.is_some()),
            size: size(milestones, lessons),
            team: journey
                .team_id
                .and_then(|team| teams.get(&team).cloned())
                .unwrap_or_default(),
            when: local_date_time(journey.changed_at, zone),
            machine: machine(journey.changed_at),
        }
    };
    Ok(found.iter().map(line).collect())
}

fn state(newest: Option<&Version>) -> String {
    match newest.and_then(|version| version.number) {
        Some(number) => format!("Version {number}"),
        None => "Not published yet".to_owned(),
    }
}

fn size(milestones: i64, lessons: i64) -> String {
    let of = |count: i64, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    format!(
        "{}, {}",
        of(milestones, "milestone", "milestones"),
        of(lessons, "lesson", "lessons")
    )
}

fn team_names(tx: &mut TenantTx<'_>) -> Result<HashMap<ContextId, String>, AppError> {
    let open = tenancy::open_contexts(tx, TEAMS)?;
    Ok(open
        .into_iter()
        .map(|context| (context.id, context.name))
        .collect())
}

/// The teams somebody may make a journey for; everybody's only for who builds all.
///
/// # Errors
/// When the database fails.
pub fn teams(tx: &mut TenantTx<'_>, builder: &Builder, chosen: &str) -> Result<Vec<Choice>, AppError> {
    let open = tenancy::open_contexts(tx, TEAMS)?;
    let theirs = open
        .into_iter()
        .filter(|context| context.kind == ContextKind::Team && builder.reaches(Some(context.id)))
        .map(|context| {
            let value = context.id.to_string();
            let is_chosen = value == chosen;
            Choice::new(value, context.name, is_chosen)
        });
    let everybody = match builder.reach() {
        Reach::All => Some(Choice::new("", "The whole organization", chosen.is_empty())),
        Reach::Teams(_) => None,
    };
    Ok(everybody.into_iter().chain(theirs).collect())
}

/// `/journeys/new`
#[derive(Template)]
#[template(path = "journeys/new.html")]
pub struct NewPage {
    pub shell: Shell,
    pub teams: Vec<Choice>,
    pub form: JourneyForm,
    pub errors: FieldErrors,
}

/// `/journeys/{journey}/details`
#[derive(Template)]
#[template(path = "journeys/details.html")]
pub struct DetailsPage {
    pub shell: Shell,
    pub id: JourneyId,
    pub title: String,
    pub teams: Vec<Choice>,
    pub form: JourneyForm,
    pub errors: FieldErrors,
}

/// One published version of the list.
pub struct VersionLine {
    pub number: i32,
    pub when: String,
    pub machine: String,
    pub by: String,
    pub note: String,
    pub is_newest: bool,
}

/// Versions as lines.
///
/// # Errors
/// When the database fails.
pub fn version_lines(
    tx: &mut TenantTx<'_>,
    found: &[Version],
    zone: Tz,
) -> Result<Vec<VersionLine>, AppError> {
    let people: Vec<MemberId> = found.iter().filter_map(|version| version.published_by).collect();
    let cards: HashMap<MemberId, MemberCard> = tenancy::member_cards(tx, &people)?;
    let line = |(index, version): (usize, &Version)| {
        let at = version.published_at?;
        Some(VersionLine {
            number: version.number?,
            when: local_date_time(at, zone),
            machine: machine(at),
            by: version
                .published_by
                .and_then(|by| cards.get(&by))
                .map(|card| card.name.clone())
                .unwrap_or_default(),
            note: version.note.clone(),
            is_newest: index == 0,
        })
    };
    Ok(found.iter().enumerate().filter_map(line).collect())
}

/// `/journeys/{journey}`
#[derive(Template)]
#[template(path = "journeys/journey.html")]
pub struct JourneyPage {
    pub shell: Shell,
    pub id: JourneyId,
    pub title: String,
    pub summary: String,
    pub team: String,
    pub is_archived: bool,
    pub state: String,
    pub is_published: bool,
    /// In how many ways the draft differs from the newest version.
    pub unpublished: usize,
    /// When the draft is to be published; empty when it is not planned.
    pub planned: String,
    pub sum: String,
    pub milestones: Vec<(String, String)>,
    pub changed: String,
    pub versions: Vec<VersionLine>,
    pub has_more_versions: bool,
    /// Whether the reader decides about certificates.
    pub can_certify: bool,
    /// What learners see in another version than the library shows.
    pub behind: Vec<Behind>,
}

impl JourneyPage {
    /// The page of one journey.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, journey: &Journey, zone: Tz) -> Result<Self, AppError> {
        let draft = queries::draft(tx, journey.id)?;
        let outline = Outline::of(queries::nodes(tx, draft.id)?);
        let mut found = queries::published(tx, journey.id, None, VERSIONS + 1)?;
        let shown = usize::try_from(VERSIONS).unwrap_or(usize::MAX);
        let has_more_versions = found.len() > shown;
        found.truncate(shown);
        let lessons: Vec<_> = outline.lessons().cloned().collect();
        let teams = team_names(tx)?;
        let unpublished = match found.first() {
            Some(newest) => versions::between(tx, newest.clone(), draft.clone(), zone)?.len(),
            None => 0,
        };
        Ok(Self {
            shell,
            id: journey.id,
            title: journey.title.clone(),
            unpublished,
            summary: draft.summary,
            team: journey
                .team_id
                .and_then(|team| teams.get(&team).cloned())
                .unwrap_or_default(),
            is_archived: journey.archived_at.is_some(),
            state: state(found.first()),
            is_published: !found.is_empty(),
            planned: draft
                .publish_at
                .map(|at| local_date_time(at, zone))
                .unwrap_or_default(),
            sum: sum(&lessons),
            milestones: outline
                .milestones
                .iter()
                .map(|milestone| (milestone.node.title.clone(), sum(&milestone.lessons)))
                .collect(),
            changed: local_date_time(journey.changed_at, zone),
            versions: version_lines(tx, &found, zone)?,
            has_more_versions,
            can_certify: tx.roles().any(EVERYWHERE),
            behind: behind(tx, found.first())?,
        })
    }
}

/// `/journeys/{journey}/build`
#[derive(Template)]
#[template(path = "journeys/build/page.html")]
pub struct BuildPage {
    pub shell: Shell,
    pub id: JourneyId,
    pub title: String,
    pub state: String,
    pub is_published: bool,
    pub planned: String,
    pub tree: Tree,
    pub pane: Pane,
    /// What learners see in another version than the library shows.
    pub behind: Vec<Behind>,
}

impl BuildPage {
    /// The builder of one journey.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        journey: &Journey,
        zone: Tz,
        scene: Scene,
    ) -> Result<Self, AppError> {
        let newest = queries::published(tx, journey.id, None, 1)?;
        let draft = queries::draft(tx, journey.id)?;
        let outline = Outline::of(queries::nodes(tx, draft.id)?);
        let pane = Pane::read(tx, scene.query.find.trim(), &outline)?;
        let tree = Tree::read(tx, shell.clone(), journey.id, scene)?;
        Ok(Self {
            shell,
            id: journey.id,
            title: journey.title.clone(),
            state: state(newest.first()),
            is_published: !newest.is_empty(),
            planned: draft
                .publish_at
                .map(|at| local_date_time(at, zone))
                .unwrap_or_default(),
            behind: behind(tx, newest.first())?,
            tree,
            pane,
        })
    }
}

/// What the builder is opened with.
pub fn scene(query: BuildQuery) -> Scene {
    Scene {
        removal: query.removed.parse().ok(),
        add: super::forms::AddForm {
            kind: query.kind.clone(),
            ..super::forms::AddForm::default()
        },
        query,
        ..Scene::default()
    }
}
