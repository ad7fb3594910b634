//! A journey as it stands in a file. Names stand for keys, which are another installation's business.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domains::journeys::building::actions::{MOST_NODES, Taken, TakenDraft};
use crate::domains::journeys::building::content::Content;
use crate::domains::journeys::building::model::{Atom, LessonGoal, Node, UnlockAnchor, UnlockKind, Version};
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::library::carrying::Carried;
use crate::domains::journeys::worksheets::model as worksheets;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, NodeKey, fresh};

/// What a file says it is.
pub const FORMAT: &str = "waymark.journey";
/// Which edition of the format this is.
pub const EDITION: u32 = 2;

/// A whole journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Book {
    pub format: String,
    pub edition: u32,
    pub title: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub in_order: bool,
    #[serde(default)]
    pub milestones: Vec<Chapter>,
    /// What lessons show, in the order in which they name it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<Carried>,
}

/// A milestone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chapter {
    /// What conditions call it.
    pub name: String,
    pub title: String,
    pub body: String,
    pub in_order: bool,
    /// All of these, each with its alternatives.
    pub opens: Vec<Vec<Condition>>,
    pub lessons: Vec<Page>,
}

/// A lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    #[serde(default)]
    pub name: String,
    pub title: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub goal: Option<LessonGoal>,
    #[serde(default)]
    pub percent: Option<i16>,
    #[serde(default)]
    pub minutes: Option<i32>,
    #[serde(default)]
    pub optional: bool,
    /// What of the library it shows: the name of an asset of the book. The first edition had the id of one.
    #[serde(default)]
    pub asset: Option<String>,
    #[serde(default)]
    pub opens: Vec<Vec<Condition>>,
    pub content: Content,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub kind: UnlockKind,
    /// The name of what it is about.
    #[serde(default)]
    pub about: Option<String>,
    #[serde(default)]
    pub percent: Option<i16>,
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub days: Option<i32>,
    #[serde(default)]
    pub business: bool,
    #[serde(default)]
    pub anchor: Option<UnlockAnchor>,
}

impl Book {
    /// A version as it stands in a file: names count milestones and lessons as they are read.
    ///
    /// # Errors
    /// When content cannot be read; it is a defect of ours.
    pub fn of(
        version: &Version,
        (outline, atoms): (&Outline, &[Atom]),
        assets: (&HashMap<NodeKey, String>, Vec<Carried>),
    ) -> Result<Self, AppError> {
        let names = names(outline);
        let chapter = |milestone: &crate::domains::journeys::building::outline::Milestone| {
            let pages: Result<Vec<Page>, AppError> = milestone
                .lessons
                .iter()
                .map(|lesson| page(lesson, atoms, &names, assets.0))
                .collect();
            Ok(Chapter {
                name: name_of(&names, milestone.node.key),
                title: milestone.node.title.clone(),
                body: milestone.node.body.clone(),
                in_order: milestone.node.in_order,
                opens: opens(milestone.node.key, atoms, &names),
                lessons: pages?,
            })
        };
        let milestones: Result<Vec<Chapter>, AppError> = outline.milestones.iter().map(chapter).collect();
        Ok(Self {
            format: FORMAT.to_owned(),
            edition: EDITION,
            title: version.title.clone(),
            summary: version.summary.clone(),
            in_order: version.in_order,
            milestones: milestones?,
            assets: assets.1,
        })
    }

    /// What a draft of it holds, under keys of its own, where its assets are these.
    ///
    /// # Errors
    /// A sentence for whoever brought the file.
    pub fn taken(&self, assets: &HashMap<String, AssetId>) -> Result<Taken, String> {
        if self.format != FORMAT || self.edition > EDITION {
            return Err("This is no journey that this edition of the portal can read.".to_owned());
        }
        let mut keys: HashMap<String, NodeKey> = HashMap::new();
        let mut taken = Taken::default();
        for (number, chapter) in (1..).zip(&self.milestones) {
            let milestone: NodeKey = fresh();
            remember(&mut keys, &chapter.name, milestone, format!("m{number}"));
            taken.nodes.push(chapter.node(milestone, number - 1)?);
            for (place, page) in (1..).zip(&chapter.lessons) {
                let lesson: NodeKey = fresh();
                remember(&mut keys, &page.name, lesson, format!("m{number}l{place}"));
                taken.nodes.push(page.node(lesson, milestone, place - 1, assets)?);
            }
        }
        if taken.nodes.len() > MOST_NODES {
            return Err(format!(
                "A journey has at most {MOST_NODES} milestones and lessons."
            ));
        }
        let mut nodes = taken.nodes.iter().map(|node| node.key);
        for chapter in &self.milestones {
            let lessons = chapter.lessons.iter().map(|page| &page.opens);
            for opens in std::iter::once(&chapter.opens).chain(lessons) {
                let node = nodes.next().ok_or("The file contradicts itself.")?;
                taken.atoms.extend(conditions(node, opens, &keys)?);
            }
        }
        taken.draft = Some(TakenDraft {
            title: line(&self.title, 120, "The title of the journey")?,
            summary: text(&self.summary, 2_000, "What the journey is about")?,
            in_order: self.in_order,
        });
        Ok(taken)
    }
}

fn names(outline: &Outline) -> HashMap<NodeKey, String> {
    let mut names = HashMap::new();
    for (number, milestone) in (1..).zip(&outline.milestones) {
        names.insert(milestone.node.key, format!("m{number}"));
        for (place, lesson) in (1..).zip(&milestone.lessons) {
            names.insert(lesson.key, format!("m{number}l{place}"));
        }
    }
    names
}

fn name_of(names: &HashMap<NodeKey, String>, key: NodeKey) -> String {
    names.get(&key).cloned().unwrap_or_default()
}

fn page(
    lesson: &Node,
    atoms: &[Atom],
    names: &HashMap<NodeKey, String>,
    assets: &HashMap<NodeKey, String>,
) -> Result<Page, AppError> {
    Ok(Page {
        name: name_of(names, lesson.key),
        title: lesson.title.clone(),
        body: lesson.body.clone(),
        goal: lesson.goal,
        percent: lesson.goal_percent,
        minutes: lesson.minutes,
        optional: lesson.is_optional,
        asset: assets.get(&lesson.key).cloned(),
        opens: opens(lesson.key, atoms, names),
        content: Content::of(lesson)?.unwrap_or(Content::Text),
    })
}

/// The conditions of a node; those about what is not there any more are left out, as publishing does.
fn opens(node: NodeKey, atoms: &[Atom], names: &HashMap<NodeKey, String>) -> Vec<Vec<Condition>> {
    let mut clauses: Vec<(i16, Vec<Condition>)> = Vec::new();
    let own = atoms.iter().filter(|atom| atom.node == node);
    for atom in own.filter(|atom| atom.argument.is_none_or(|argument| names.contains_key(&argument))) {
        let condition = Condition {
            kind: atom.kind,
            about: atom.argument.map(|argument| name_of(names, argument)),
            percent: atom.percent,
            at: atom.at,
            days: atom.days,
            business: atom.is_business,
            anchor: atom.anchor,
        };
        match clauses.last_mut() {
            Some((clause, conditions)) if *clause == atom.clause => conditions.push(condition),
            _ => clauses.push((atom.clause, vec![condition])),
        }
    }
    clauses.into_iter().map(|(_, conditions)| conditions).collect()
}

fn remember(keys: &mut HashMap<String, NodeKey>, name: &str, key: NodeKey, counted: String) {
    let name = if name.is_empty() { counted } else { name.to_owned() };
    keys.insert(name, key);
}

fn line(text: &str, longest: usize, what: &str) -> Result<String, String> {
    let line = text.trim();
    let is_line = !line.is_empty() && line.chars().count() <= longest && !line.chars().any(char::is_control);
    match is_line {
        true => Ok(line.to_owned()),
        false => Err(format!(
            "{what} is missing, longer than {longest} characters, or not one line."
        )),
    }
}

fn text(text: &str, longest: usize, what: &str) -> Result<String, String> {
    let is_text = text.chars().count() <= longest && !text.contains('\0');
    match is_text {
        true => Ok(text.replace("\r\n", "\n")),
        false => Err(format!("{what} is longer than {longest} characters, or no text.")),
    }
}

impl Chapter {
    fn node(&self, key: NodeKey, position: i32) -> Result<Node, String> {
        let title = line(&self.title, 160, "The title of a milestone")?;
        Ok(Node {
            position,
            body: text(&self.body, 100_000, &format!("The text of “{title}”"))?,
            in_order: self.in_order,
            ..Node::milestone(key, title)
        })
    }
}

impl Page {
    fn node(
        &self,
        key: NodeKey,
        milestone: NodeKey,
        position: i32,
        assets: &HashMap<String, AssetId>,
    ) -> Result<Node, String> {
        let title = line(&self.title, 160, "The title of a lesson")?;
        let kind = self.content.kind();
        let usual = Node::lesson(key, milestone, title.clone(), kind);
        let goal = self.goal.or(usual.goal);
        if !goal.is_some_and(|goal| kind.goals().contains(&goal)) {
            return Err(format!("“{title}” can't count as done that way."));
        }
        let has_percent = goal.is_some_and(LessonGoal::has_percent);
        let is_fine =
            |number: Option<i64>, most: i64| number.is_none_or(|number| (1..=most).contains(&number));
        if !is_fine(self.percent.map(i64::from), 100) || !is_fine(self.minutes.map(i64::from), 6_000) {
            return Err(format!("A number of “{title}” is out of bounds."));
        }
        let sheet = self.content.worksheet();
        if sheet.is_some_and(|sheet| !worksheets::is_sound(&sheet.fields)) {
            return Err(format!("The worksheet of “{title}” can't be kept."));
        }
        let content = self
            .content
            .written()
            .map_err(|_| format!("What is in “{title}” can't be kept."))?;
        Ok(Node {
            position,
            body: text(&self.body, 100_000, &format!("The text of “{title}”"))?,
            goal,
            goal_percent: has_percent.then(|| self.percent.or(usual.goal_percent).unwrap_or(90)),
            minutes: self.minutes,
            is_optional: self.optional,
            asset_id: self.asset.as_ref().and_then(|name| named(name, assets)),
            content: Some(content),
            ..usual
        })
    }
}

/// The asset that a lesson calls so. What is no name of the book may be an id, as in its first edition.
fn named(name: &str, assets: &HashMap<String, AssetId>) -> Option<Uuid> {
    assets.get(name).map(|id| id.0).or_else(|| name.parse().ok())
}

fn conditions(
    node: NodeKey,
    opens: &[Vec<Condition>],
    keys: &HashMap<String, NodeKey>,
) -> Result<Vec<Atom>, String> {
    let mut atoms = Vec::new();
    for (clause, ways) in (0_i16..).zip(opens) {
        for (place, way) in (0_i16..).zip(ways) {
            if clause > 31 || place > 31 {
                return Err("There are more conditions than there can be.".to_owned());
            }
            atoms.push(way.atom((node, clause, place), keys)?);
        }
    }
    Ok(atoms)
}

impl Condition {
    fn atom(
        &self,
        (node, clause, place): (NodeKey, i16, i16),
        keys: &HashMap<String, NodeKey>,
    ) -> Result<Atom, String> {
        let argument = match &self.about {
            None => None,
            Some(name) => Some(
                *keys
                    .get(name)
                    .ok_or_else(|| format!("A condition is about “{name}”, which is not there."))?,
            ),
        };
        let is_whole = match self.kind {
            UnlockKind::Previous | UnlockKind::Approval => argument.is_none(),
            UnlockKind::Done => argument.is_some(),
            UnlockKind::Score => {
                argument.is_some() && self.percent.is_some_and(|percent| (1..=100).contains(&percent))
            }
            UnlockKind::At | UnlockKind::Until => self.at.is_some() && argument.is_none(),
            UnlockKind::Elapsed => {
                self.days.is_some_and(|days| (0..=3_650).contains(&days))
                    && self
                        .anchor
                        .is_some_and(|anchor| (anchor == UnlockAnchor::Done) == argument.is_some())
            }
        };
        match is_whole {
            true => Ok(Atom {
                node,
                clause,
                place,
                kind: self.kind,
                argument,
                percent: self.percent,
                at: self.at,
                days: self.days,
                is_business: self.business,
                anchor: self.anchor,
            }),
            false => Err("A condition is incomplete.".to_owned()),
        }
    }
}
