//! Published versions: looked at, compared, and made the draft again.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::building::actions::{self, Taken, TakenDraft};
use crate::domains::journeys::building::model::{Atom, Journey, Version};
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::building::policy::{BUILDERS, Building};
use crate::domains::journeys::building::queries;
use crate::domains::journeys::library;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, JourneyId, RemovalId};
use crate::kernel::time::local_date_time;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{
    Access, Answer, Choice, ConfirmPage, Flash, Posted, Reply, RouteDef, Shell, Yes, address,
};

use super::diff::{self, Change, Mark, Side};

/// The most versions to choose from.
const MOST: i64 = 500;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let builders = Access::Roles(BUILDERS);
    vec![
        get("/journeys/{journey}/versions", builders, Rate::Standard, compare),
        get(
            "/journeys/{journey}/versions/{number}/draft",
            builders,
            Rate::Standard,
            ask,
        ),
        post(
            "/journeys/{journey}/versions/{number}/draft",
            builders,
            Rate::Medium,
            go_back,
        ),
    ]
}

/// A version with what is in it.
struct Whole {
    version: Version,
    outline: Outline,
    atoms: Vec<Atom>,
    assets: HashMap<Uuid, (String, i32)>,
}

impl Whole {
    fn of(tx: &mut TenantTx<'_>, version: Version) -> Result<Self, AppError> {
        let nodes = queries::nodes(tx, version.id)?;
        let ids: Vec<AssetId> = nodes
            .iter()
            .filter_map(|node| node.asset_id.map(AssetId))
            .collect();
        let assets = library::shown(tx, &ids)?;
        Ok(Self {
            outline: Outline::of(nodes),
            atoms: queries::atoms(tx, version.id)?,
            assets: assets
                .into_iter()
                .map(|asset| (asset.id.0, (asset.title, asset.version)))
                .collect(),
            version,
        })
    }

    fn side(&self) -> Side<'_> {
        Side {
            title: &self.version.title,
            summary: &self.version.summary,
            in_order: self.version.in_order,
            outline: &self.outline,
            atoms: &self.atoms,
            assets: &self.assets,
        }
    }
}

/// Every difference between two versions.
///
/// # Errors
/// When the database fails.
pub fn between(
    tx: &mut TenantTx<'_>,
    before: Version,
    after: Version,
    zone: Tz,
) -> Result<Vec<Change>, AppError> {
    let (before, after) = (Whole::of(tx, before)?, Whole::of(tx, after)?);
    Ok(diff::compare(&before.side(), &after.side(), zone))
}

/// Which two are compared: numbers, or `draft`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct CompareQuery {
    from: String,
    to: String,
}

/// A difference as people read it.
pub struct ChangeLine {
    pub badge: &'static str,
    pub tone: &'static str,
    pub title: String,
    pub said: String,
    pub lines: Vec<TextLine>,
}

/// A line of a text that differs.
pub struct TextLine {
    /// What a reader who does not see colours reads: `+`, `−`, `…` or nothing.
    pub sign: &'static str,
    pub tone: &'static str,
    pub text: String,
}

/// Differences as lines.
pub fn change_lines(changes: Vec<Change>) -> Vec<ChangeLine> {
    let line = |line: diff::Line| {
        let (sign, tone) = match line.mark {
            Mark::Same => ("", "same"),
            Mark::Added => ("+", "added"),
            Mark::Removed => ("−", "removed"),
            Mark::Skipped => ("…", "skipped"),
        };
        TextLine {
            sign,
            tone,
            text: line.text,
        }
    };
    let change = |change: Change| {
        let (badge, tone) = match change.kind {
            "added" => ("New", "positive"),
            "removed" => ("Taken out", "danger"),
            "moved" => ("Moved", "accent"),
            _ => ("Changed", ""),
        };
        ChangeLine {
            badge,
            tone,
            title: change.title,
            said: change.said,
            lines: change.lines.into_iter().map(line).collect(),
        }
    };
    changes.into_iter().map(change).collect()
}

/// `/journeys/{journey}/versions`
#[derive(Template)]
#[template(path = "journeys/publishing/versions.html")]
pub struct ComparePage {
    pub shell: Shell,
    pub id: JourneyId,
    pub title: String,
    pub from: String,
    pub to: String,
    pub froms: Vec<Choice>,
    pub tos: Vec<Choice>,
    pub changes: Vec<ChangeLine>,
    /// Where the older of the two can be made the draft again; empty where that makes no sense.
    pub back: String,
}

impl ComparePage {
    fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        journey: &Journey,
        query: &CompareQuery,
        zone: Tz,
    ) -> Result<Self, AppError> {
        let published = queries::published(tx, journey.id, None, MOST)?;
        let draft = queries::draft(tx, journey.id)?;
        let newest = published.first().cloned();
        let chosen = |word: &str| published.iter().find(|version| number(version) == word).cloned();
        let after = chosen(&query.to).unwrap_or_else(|| draft.clone());
        let usual = || match after.number {
            None => newest.clone(),
            Some(to) => published
                .iter()
                .find(|version| version.number < Some(to))
                .cloned(),
        };
        let before = chosen(&query.from)
            .or_else(usual)
            .unwrap_or_else(|| draft.clone());
        let (from, to) = (number(&before), number(&after));
        let back = match before.number {
            Some(number) if journey.archived_at.is_none() => {
                format!("/journeys/{}/versions/{number}/draft", journey.id)
            }
            _ => String::new(),
        };
        Ok(Self {
            shell,
            id: journey.id,
            title: journey.title.clone(),
            froms: choices(&published, &from, zone),
            tos: choices(&published, &to, zone),
            changes: change_lines(between(tx, before, after, zone)?),
            from,
            to,
            back,
        })
    }
}

fn number(version: &Version) -> String {
    version
        .number
        .map_or_else(|| "draft".to_owned(), |number| number.to_string())
}

fn choices(published: &[Version], chosen: &str, zone: Tz) -> Vec<Choice> {
    let draft = Choice::new("draft", "The draft as it is now", chosen == "draft");
    let choice = |version: &Version| {
        let value = number(version);
        let when = version
            .published_at
            .map(|at| local_date_time(at, zone))
            .unwrap_or_default();
        let is_chosen = value == chosen;
        Choice::new(value.clone(), format!("Version {value}, {when}"), is_chosen)
    };
    std::iter::once(draft)
        .chain(published.iter().map(choice))
        .collect()
}

async fn compare(me: Me, id: web::Path<JourneyId>, query: web::Query<CompareQuery>) -> Reply {
    let (id, query) = (*id, query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let (_, journey) = actions::seen(tx, id)?;
            let shell = me.shell(tx)?;
            ComparePage::read(tx, shell, &journey, &query, me.zone)
        })
        .await?;
    me.visit.page(&page)
}

async fn ask(me: Me, path: web::Path<(JourneyId, i32)>) -> Reply {
    let (id, number) = *path;
    let page = me
        .tenant(move |tx, me| {
            actions::changing(tx, id)?;
            queries::numbered(tx, id, number)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Go back to version {number}?"),
                text: "The draft becomes what that version was. What is in the draft now is kept aside and can be brought back, and nothing changes for learners until you publish.".to_owned(),
                action: format!("/journeys/{id}/versions/{number}/draft"),
                verb: "Make it the draft",
                cancel: format!("/journeys/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

/// Makes the draft what a version was; what was in it is kept aside.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such version.
pub fn roll_back(tx: &mut TenantTx<'_>, building: &Building, number: i32) -> Result<RemovalId, AppError> {
    let draft = queries::lock(tx, building)?;
    let version = queries::numbered(tx, building.journey(), number)?;
    let (now, then) = (Whole::of(tx, draft)?, Whole::of(tx, version)?);
    let aside = taken(&now);
    let removal = actions::keep_removed(tx, building, "The draft before", &aside)?;
    let back = taken(&then);
    if let Some(said) = &back.draft {
        actions::replace_all(tx, building, &now.version, (said, &back))?;
    }
    queries::count_change(tx, building, now.version.id)?;
    let entry = Entry::of("journeys.journey.rolled_back", "journey", building.journey());
    tx.audit(entry.after(json!({ "number": number })))?;
    Ok(removal)
}

fn taken(whole: &Whole) -> Taken {
    Taken {
        nodes: whole.outline.nodes().cloned().collect(),
        atoms: whole.atoms.clone(),
        draft: Some(TakenDraft {
            title: whole.version.title.clone(),
            summary: whole.version.summary.clone(),
            in_order: whole.version.in_order,
        }),
    }
}

async fn go_back(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(JourneyId, i32)>,
    posted: Posted<Yes>,
) -> Reply {
    let (id, number) = *path;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let (building, _) = actions::changing(tx, id)?;
            let removal = roll_back(tx, &building, number)?.to_string();
            let to = address(&format!("/journeys/{id}/build"), &[("removed", &removal)]);
            Ok(Answer::see_other(to).with(Flash::done(format!("The draft is what version {number} was."))))
        })
        .await?
        .reply(&me.visit)
}
