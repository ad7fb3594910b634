//! Adding up what learners did, some learners after others. Pure.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::domains::journeys::building::content::{Content, Question, Quiz};
use crate::domains::journeys::building::model::Node;
use crate::domains::journeys::learning::lessons::quiz::{Answers, is_right};
use crate::kernel::error::AppError;
use crate::kernel::ids::NodeKey;

use super::model::{Figures, LessonFigures, QuestionFigures, Step, Totals, WEEKS, quartiles, weeks};
use super::queries::{AttemptRow, Learner, LessonRow, StepRow};

/// What was done of a version: its lessons, and what was counted of them so far.
#[derive(Debug)]
pub struct Counts {
    nodes: Vec<Node>,
    quizzes: HashMap<NodeKey, Quiz>,
    totals: Totals,
    lessons: HashMap<NodeKey, LessonCounts>,
    stopped: HashMap<NodeKey, i64>,
    /// Learners by the whole weeks since their first day.
    there: BTreeMap<i32, i64>,
    /// Lessons that count, by the weeks since their learner's first day and the week in which they were done.
    steps: BTreeMap<(i32, i32), i64>,
    /// How often a question was asked and answered rightly.
    questions: HashMap<(NodeKey, Uuid), (i64, i64)>,
}

#[derive(Debug, Default)]
struct LessonCounts {
    started: i64,
    done: i64,
    /// Those who did it, by the seconds it took them.
    took: BTreeMap<i64, i64>,
}

impl Counts {
    /// Nothing so far of the lessons of a version.
    ///
    /// # Errors
    /// When what a lesson holds can't be read.
    pub fn of(nodes: Vec<Node>) -> Result<Self, AppError> {
        let mut quizzes = HashMap::new();
        for node in &nodes {
            if let Some(Content::Quiz(quiz)) = Content::of(node)? {
                quizzes.insert(node.key, quiz);
            }
        }
        Ok(Self {
            nodes,
            quizzes,
            totals: Totals::default(),
            lessons: HashMap::new(),
            stopped: HashMap::new(),
            there: BTreeMap::new(),
            steps: BTreeMap::new(),
            questions: HashMap::new(),
        })
    }

    /// Adds learners.
    pub fn add_learners(&mut self, learners: &[Learner]) {
        let most = i32::try_from(WEEKS).unwrap_or(i32::MAX);
        for one in learners {
            self.totals.enrolled += 1;
            self.totals.begun += i64::from(one.has_begun);
            self.totals.half += i64::from(one.has_half);
            self.totals.finished += i64::from(one.has_finished);
            self.totals.left += i64::from(one.has_left);
            *self.there.entry(one.elapsed.min(most)).or_default() += 1;
            if let Some(lesson) = one.stopped_at {
                *self.stopped.entry(lesson).or_default() += 1;
            }
        }
    }

    /// Adds what learners did of lessons.
    pub fn add_lessons(&mut self, rows: Vec<LessonRow>) {
        for row in rows {
            let counts = self.lessons.entry(row.lesson).or_default();
            counts.started += row.started;
            counts.done += row.done;
            if let Some(seconds) = row.seconds {
                *counts.took.entry(seconds).or_default() += row.timed;
            }
        }
    }

    /// Adds when learners did lessons.
    pub fn add_steps(&mut self, rows: Vec<StepRow>) {
        let most = i32::try_from(WEEKS).unwrap_or(i32::MAX);
        for row in rows {
            *self.steps.entry((row.elapsed.min(most), row.week)).or_default() += row.count;
        }
    }

    /// Adds first attempts at quizzes.
    pub fn add_attempts(&mut self, attempts: Vec<AttemptRow>) {
        for attempt in attempts {
            let Some(quiz) = self.quizzes.get(&attempt.lesson) else {
                continue;
            };
            let drawn: Vec<Uuid> = serde_json::from_value(attempt.questions).unwrap_or_default();
            let answers: Answers = serde_json::from_value(attempt.answers).unwrap_or_default();
            let known: HashMap<Uuid, &Question> = quiz.questions.iter().map(|one| (one.key, one)).collect();
            for question in drawn.iter().filter_map(|key| known.get(key)) {
                let is_right = answers
                    .get(&question.key)
                    .is_some_and(|given| is_right(question, given));
                let counts = self.questions.entry((attempt.lesson, question.key));
                let (asked, right) = counts.or_default();
                *asked += 1;
                *right += i64::from(is_right);
            }
        }
    }

    /// The figures; `pace` is that of the cohort, in lessons a week.
    pub fn figures(self, pace: Option<i16>) -> Figures {
        let counts = |node: &&Node| node.kind.is_some() && !node.is_optional;
        let required = i32::try_from(self.nodes.iter().filter(counts).count()).unwrap_or(i32::MAX);
        let steps: Vec<Step> = self
            .steps
            .iter()
            .map(|((elapsed, week), count)| Step {
                elapsed: *elapsed,
                week: *week,
                count: *count,
            })
            .collect();
        Figures {
            weeks: weeks(&self.there, &steps, pace.map(|pace| (pace, required))),
            lessons: self.lessons(),
            questions: self.questions(),
            totals: self.totals,
        }
    }

    /// In the order in which they are learned.
    fn lessons(&self) -> Vec<LessonFigures> {
        let (mut milestones, mut all): (Vec<&Node>, Vec<&Node>) =
            self.nodes.iter().partition(|node| node.parent.is_none());
        milestones.sort_by_key(|node| node.position);
        all.sort_by_key(|node| node.position);
        let of = |milestone: &Node| {
            let (key, title) = (milestone.key, milestone.title.clone());
            all.iter()
                .filter(move |one| one.parent == Some(key))
                .map(move |one| (title.clone(), *one))
        };
        milestones
            .into_iter()
            .flat_map(of)
            .map(|(milestone, lesson)| {
                let counts = self.lessons.get(&lesson.key);
                LessonFigures {
                    key: lesson.key,
                    milestone,
                    title: lesson.title.clone(),
                    is_optional: lesson.is_optional,
                    started: counts.map_or(0, |counts| counts.started),
                    done: counts.map_or(0, |counts| counts.done),
                    stopped: self.stopped.get(&lesson.key).copied().unwrap_or_default(),
                    quartiles: counts.and_then(|counts| quartiles(&counts.took)),
                }
            })
            .collect()
    }

    /// In the order of lessons and questions.
    fn questions(&self) -> Vec<QuestionFigures> {
        let quizzes = self
            .nodes
            .iter()
            .filter_map(|node| Some((node, self.quizzes.get(&node.key)?)));
        let mut found = Vec::new();
        for (node, quiz) in quizzes {
            found.extend(quiz.questions.iter().map(|question| {
                let counts = self.questions.get(&(node.key, question.key));
                let (asked, right) = counts.copied().unwrap_or_default();
                QuestionFigures {
                    lesson: node.key,
                    lesson_title: node.title.clone(),
                    key: question.key,
                    prompt: question.prompt.clone(),
                    asked,
                    right,
                }
            }));
        }
        found
    }
}
