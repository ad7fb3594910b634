//! `/api/journeys/{journey}/analytics`

use actix_web::web;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domains::identity::Caller;
use crate::domains::journeys::learning::actions::coaching;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CohortJourneyId, JourneyId, JourneyVersionId};
use crate::platform::web::api::{json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{ApiDoc, QueryKind, QueryParameter, get};
use crate::platform::web::{Access, Reply, RouteDef};

use super::actions::{Report, report};
use super::model::{LessonFigures, QuestionFigures, Totals, WeekFigures};
use super::pages::AnalyticsQuery;

const READ: &str = "journeys:read";

const FILTERS: &[QueryParameter] = &[
    QueryParameter {
        name: "cohort",
        meaning: "Id of a cohort on the journey; everybody when left out",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "version",
        meaning: "Number of a published version; the newest when left out",
        kind: QueryKind::Text,
    },
];

/// The route.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/api/journeys/{journey}/analytics",
            Access::Api(READ),
            Rate::Medium,
            show,
        )
        .api(ApiDoc {
            summary: "Where learners of a journey get on and where they stop",
            request: None,
            response: (200, Some(schema::<AnalyticsView>)),
            query: FILTERS,
        }),
    ]
}

/// The figures of one version, of everybody or of one cohort.
#[derive(Debug, Serialize, JsonSchema)]
struct AnalyticsView {
    version_id: JourneyVersionId,
    version: i32,
    cohort_id: Option<CohortJourneyId>,
    /// Of more than 5,000 learners they are counted each night, and when a coach asks for it.
    counted_at: DateTime<Utc>,
    totals: Totals,
    lessons: Vec<LessonFigures>,
    weeks: Vec<WeekFigures>,
    questions: Vec<QuestionFigures>,
}

impl AnalyticsView {
    fn of(report: Report) -> Result<Self, AppError> {
        let (version, cohort_id) = (report.version.clone(), report.cohort);
        let counted = report.into_counted()?;
        Ok(Self {
            version_id: version.id,
            version: version.number,
            cohort_id,
            counted_at: counted.at,
            totals: counted.figures.totals,
            lessons: counted.figures.lessons,
            weeks: counted.figures.weeks,
            questions: counted.figures.questions,
        })
    }
}

async fn show(caller: Caller, journey: web::Path<JourneyId>, query: web::Query<AnalyticsQuery>) -> Reply {
    caller.require(READ)?;
    let (journey, query) = (*journey, query.into_inner());
    let report = caller
        .tenant(move |tx, _| {
            let coaching = coaching(tx, journey)?;
            report(tx, &coaching, query.chosen())?.ok_or(AppError::NotFound)
        })
        .await?;
    json(200, &AnalyticsView::of(report)?)
}
