//! The figures of a journey as charts and tables.

use askama::Template;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domains::journeys::learning::actions::coaching;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CohortJourneyId, JourneyId};
use crate::kernel::text::grouped;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::jobs::Status;
use crate::platform::web::charts::{
    BarChart, Caption, Funnel, LineChart, Measure, Series, StackedChart, StackedInput,
};
use crate::platform::web::{Choice, Shell, address};

use super::actions::report;
use super::model::{FEW, Figures, LessonFigures, QuestionFigures, Totals, WeekFigures, duration, share};

/// Which figures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AnalyticsQuery {
    pub cohort: String,
    pub version: String,
}

impl AnalyticsQuery {
    /// The cohort and the number of the version, where they are chosen.
    pub fn chosen(&self) -> (Option<CohortJourneyId>, Option<i32>) {
        (self.cohort.parse().ok(), self.version.parse().ok())
    }
}

/// How far counting is.
pub struct Progress {
    pub done: i32,
    /// 0 while nobody knows.
    pub total: i32,
    pub words: String,
}

impl Progress {
    fn of(status: &Status) -> Self {
        let (done, total) = (status.progress_done, status.progress_total.unwrap_or_default());
        let grouped = |count: i32| grouped(i64::from(count));
        Self {
            words: match (done, total) {
                (0, _) => "It begins in a moment.".to_owned(),
                (done, total) => format!("{} of {} learners", grouped(done), grouped(total)),
            },
            done,
            total,
        }
    }
}

/// One lesson in the table of times.
pub struct TimeLine {
    pub lesson: String,
    pub started: i64,
    pub done: i64,
    pub stopped: i64,
    pub first: String,
    pub median: String,
    pub third: String,
}

/// The figures, drawn.
pub struct Charts {
    pub funnel: Funnel,
    pub lessons: StackedChart,
    pub times: Vec<TimeLine>,
    /// Nothing before anybody has a week behind them.
    pub pace: Option<LineChart>,
    /// Nothing without questions that were answered.
    pub questions: Option<BarChart>,
    /// What few people mean, in words; empty for more.
    pub few: String,
    pub left: String,
}

/// `/journeys/{journey}/analytics`
#[derive(Template)]
#[template(path = "journeys/coaching/analytics.html")]
pub struct AnalyticsPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub cohorts: Vec<Choice>,
    pub versions: Vec<Choice>,
    pub is_published: bool,
    /// How many learn it, grouped by thousands.
    pub learners: String,
    /// When the figures were counted; empty when that was just now.
    pub counted: String,
    /// Whether they are counted in the background.
    pub is_large: bool,
    /// How far counting is, while it is.
    pub counting: Option<Progress>,
    /// Since when counting is given up; empty when it is not.
    pub given_up: String,
    /// What is looked at, and its address.
    pub query: AnalyticsQuery,
    pub here: String,
    /// Nothing while nobody learns it, and of many until they are counted.
    pub charts: Option<Charts>,
    /// Addresses of the tables as files.
    pub files: [String; 3],
}

impl AnalyticsPage {
    /// The figures of a journey.
    ///
    /// # Errors
    /// As [`coaching`] and [`report`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        (journey, query): (JourneyId, AnalyticsQuery),
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let report = report(tx, &coaching, query.chosen())?;
        let title = coaching.title().to_owned();
        let file = |name: &str| {
            address(
                &format!("/journeys/{journey}/analytics/{name}.csv"),
                &[("cohort", &query.cohort), ("version", &query.version)],
            )
        };
        let here = address(
            &format!("/journeys/{journey}/analytics"),
            &[("cohort", &query.cohort), ("version", &query.version)],
        );
        let files = [file("lessons"), file("weeks"), file("questions")];
        let Some(report) = report else {
            return Ok(Self {
                cohorts: Vec::new(),
                versions: Vec::new(),
                is_published: false,
                learners: String::new(),
                counted: String::new(),
                is_large: false,
                counting: None,
                given_up: String::new(),
                charts: None,
                here,
                query,
                files,
                journey,
                title,
                shell,
            });
        };
        Ok(Self {
            cohorts: report
                .cohorts
                .iter()
                .map(|one| {
                    Choice::new(
                        one.id.to_string(),
                        one.name.clone(),
                        report.cohort == Some(one.id),
                    )
                })
                .collect(),
            versions: report
                .versions
                .iter()
                .map(|one| {
                    let label = format!("{} ({})", one.number, people(one.learners));
                    Choice::new(one.number.to_string(), label, one.id == report.version.id)
                })
                .collect(),
            learners: grouped(report.learners),
            counted: match (&report.counted, report.is_large) {
                (Some(counted), true) => local_date_time(counted.at, zone),
                _ => String::new(),
            },
            is_large: report.is_large,
            counting: report.counting.as_ref().map(Progress::of),
            given_up: report
                .given_up
                .map(|at| local_date_time(at, zone))
                .unwrap_or_default(),
            charts: report
                .counted
                .filter(|counted| counted.figures.totals.enrolled > 0)
                .map(|counted| charts(report.version.number, counted.figures)),
            is_published: true,
            here,
            query,
            files,
            journey,
            title,
            shell,
        })
    }
}

fn people(count: i64) -> String {
    match count {
        1 => "1 learner".to_owned(),
        count => format!("{} learners", grouped(count)),
    }
}

fn charts(version: i32, figures: Figures) -> Charts {
    let enrolled = figures.totals.enrolled;
    Charts {
        funnel: funnel(version, figures.totals),
        lessons: lessons(&figures.lessons, enrolled),
        pace: pace(&figures.weeks),
        questions: questions(&figures.questions),
        few: match enrolled {
            count if count < FEW => format!(
                "These are the steps of {} and say little about others. Shares are left out where there are so few.",
                people(count)
            ),
            _ => String::new(),
        },
        left: match figures.totals.left {
            0 => String::new(),
            1 => "One of them left.".to_owned(),
            count => format!("{count} of them left."),
        },
        times: figures.lessons.iter().map(time_line).collect(),
    }
}

fn funnel(version: i32, totals: Totals) -> Funnel {
    let measure = |label: &str, count: i64| Measure {
        label: label.to_owned(),
        amount: count as f64,
        shown: people(count),
    };
    let caption = Caption {
        id: "funnel".to_owned(),
        title: "From enrolled to finished".to_owned(),
        summary: format!(
            "Version {}: of {}, {} began and {} finished.",
            version,
            people(totals.enrolled),
            share(totals.begun, totals.enrolled),
            share(totals.finished, totals.enrolled)
        ),
    };
    let measures = vec![
        measure("Enrolled", totals.enrolled),
        measure("Began", totals.begun),
        measure("Half of it done", totals.half),
        measure("Finished", totals.finished),
    ];
    Funnel::new(caption, measures)
}

fn lessons(figures: &[LessonFigures], enrolled: i64) -> StackedChart {
    let most = figures
        .iter()
        .max_by_key(|one| one.stopped)
        .filter(|one| one.stopped > 0);
    let summary = match most {
        Some(one) => format!(
            "Most stopped at “{}”: {}. Who stopped left, or did nothing for two weeks.",
            one.title,
            people(one.stopped)
        ),
        None => "Nobody stopped for good so far.".to_owned(),
    };
    let rows = figures.iter().enumerate().map(|(place, one)| StackedInput {
        label: format!("{}. {}", place + 1, one.title),
        shown: format!("{} done", share(one.done, enrolled)),
        parts: vec![
            one.done as f64,
            (one.started - one.done).max(0) as f64,
            (enrolled - one.started).max(0) as f64,
        ],
    });
    StackedChart::new(
        Caption {
            id: "lessons".to_owned(),
            title: "Lesson by lesson".to_owned(),
            summary,
        },
        "Lesson",
        &["Done", "Started", "Not started"],
        rows.collect(),
        |amount| format!("{amount:.0}"),
    )
    .with_rest()
}

fn time_line(one: &LessonFigures) -> TimeLine {
    let quartile = |place: usize| {
        let found = one.quartiles.as_ref().and_then(|all| all.get(place));
        found.map_or("–".to_owned(), |seconds| duration(*seconds))
    };
    TimeLine {
        lesson: one.title.clone(),
        started: one.started,
        done: one.done,
        stopped: one.stopped,
        first: quartile(0),
        median: quartile(1),
        third: quartile(2),
    }
}

fn pace(weeks: &[WeekFigures]) -> Option<LineChart> {
    let last = weeks.last()?;
    let periods: Vec<String> = weeks.iter().map(|one| format!("Week {}", one.week)).collect();
    let mut series = vec![Series {
        name: "Lessons done on average".to_owned(),
        amounts: weeks.iter().map(|one| one.done).collect(),
    }];
    let plan: Vec<f64> = weeks.iter().filter_map(|one| one.planned).collect();
    let summary = match last.planned {
        Some(planned) => {
            series.push(Series {
                name: "The cohort’s pace".to_owned(),
                amounts: plan,
            });
            format!(
                "After {} weeks {:.1} lessons are done on average; the pace of the cohort is {planned:.0}.",
                last.week, last.done
            )
        }
        None => format!(
            "After {} weeks {:.1} lessons are done on average.",
            last.week, last.done
        ),
    };
    let caption = Caption {
        id: "pace".to_owned(),
        title: "Week by week since the first day".to_owned(),
        summary,
    };
    Some(LineChart::new(caption, "Week", &periods, series, |amount| {
        format!("{amount:.1}")
    }))
}

fn questions(figures: &[QuestionFigures]) -> Option<BarChart> {
    let mut asked: Vec<&QuestionFigures> = figures.iter().filter(|one| one.asked > 0).collect();
    // The hardest first.
    asked.sort_by(|one, other| {
        let of = |one: &QuestionFigures| one.right as f64 / one.asked as f64;
        of(one).total_cmp(&of(other))
    });
    let hardest = asked.first()?;
    let caption = Caption {
        id: "questions".to_owned(),
        title: "Questions right at the first attempt, the hardest first".to_owned(),
        summary: format!(
            "Hardest: “{}” in “{}”, {}.",
            plain(&hardest.prompt),
            hardest.lesson_title,
            share(hardest.right, hardest.asked)
        ),
    };
    let measures = asked.iter().map(|one| Measure {
        label: format!("{}: {}", one.lesson_title, plain(&one.prompt)),
        amount: one.right as f64 / one.asked as f64,
        shown: match one.asked {
            few if few < FEW => share(one.right, few),
            asked => format!("{}, asked {asked} times", share(one.right, asked)),
        },
    });
    Some(BarChart::new(caption, measures.collect()))
}

/// A prompt in one line, and not too long for it.
fn plain(prompt: &str) -> String {
    let text = prompt.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
