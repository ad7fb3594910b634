//! A tree as SQL about one row of `members m`. Every value is a parameter; nothing anybody typed is ever part of the text.
//!
//! Each condition is `(…) IS TRUE`: it is true or false and never unknown, so that its opposite is everybody else; and the planner,
//! which takes tables behind row-level security for one row, leaves it a question of its own, answered by looking in a hash. The
//! time for a count is one pass over people, however the conditions are put together.

use chrono::NaiveDate;
use diesel::sql_types::{Date, Integer, Text, Uuid as SqlUuid};
use uuid::Uuid;

use crate::platform::db::Statement;

use super::model::Leaf;
use super::tree::Node;

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Id(Uuid),
    Text(String),
    Day(NaiveDate),
    Number(i32),
}

/// SQL and its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    sql: String,
    values: Vec<Value>,
}

impl Compiled {
    /// The text.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> usize {
        self.values.len()
    }

    /// Adds its values to a statement that has those before the first of them.
    #[must_use]
    pub fn bind<'a>(&self, statement: Statement<'a>) -> Statement<'a> {
        self.values
            .iter()
            .fold(statement, |statement, value| match value.clone() {
                Value::Id(id) => statement.bind::<SqlUuid, _>(id),
                Value::Text(text) => statement.bind::<Text, _>(text),
                Value::Day(day) => statement.bind::<Date, _>(day),
                Value::Number(number) => statement.bind::<Integer, _>(number),
            })
    }

    /// The same within more text.
    pub fn within(self, before: &str, after: &str) -> Self {
        Self {
            sql: format!("{before}{}{after}", self.sql),
            values: self.values,
        }
    }
}

/// A boolean over `members m`: who did not leave and is meant by the tree. Its first parameter is `$first`.
pub fn compile(node: &Node, first: usize) -> Compiled {
    let mut writing = Writing::new(first);
    let sql = writing.node(node);
    Compiled {
        // COALESCE: behind row-level security the planner knows how many states there are and not which. Where everybody is active it takes
        // what is not 'left' for nobody, and sorts all people for each step through them.
        sql: format!("(coalesce(m.state <> 'left', true) AND {sql})"),
        values: writing.values,
    }
}

/// An array of what each leaf of the tree says about `members m`, from first to last.
pub fn answers(node: &Node, first: usize) -> Compiled {
    let mut writing = Writing::new(first);
    let leaves: Vec<String> = leaves(node).into_iter().map(|leaf| writing.leaf(leaf)).collect();
    Compiled {
        sql: format!("ARRAY[{}]::boolean[]", leaves.join(", ")),
        values: writing.values,
    }
}

/// The leaves of a tree and of the segments in it, from first to last.
pub fn leaves(node: &Node) -> Vec<&Leaf> {
    match node {
        Node::All(of) | Node::Any(of) => of.iter().flat_map(leaves).collect(),
        Node::Not(of) | Node::Within(_, of) => leaves(of),
        Node::Leaf(leaf) => vec![leaf],
    }
}

struct Writing {
    first: usize,
    values: Vec<Value>,
}

impl Writing {
    fn new(first: usize) -> Self {
        Self {
            first,
            values: Vec::new(),
        }
    }

    fn node(&mut self, node: &Node) -> String {
        match node {
            Node::All(of) => self.joined(of, " AND ", "true"),
            Node::Any(of) => self.joined(of, " OR ", "false"),
            Node::Not(of) => format!("(NOT {})", self.node(of)),
            Node::Within(_, of) => self.node(of),
            Node::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn joined(&mut self, of: &[Node], word: &str, when_empty: &str) -> String {
        let parts: Vec<String> = of.iter().map(|one| self.node(one)).collect();
        match parts.is_empty() {
            true => when_empty.to_owned(),
            false => format!("({})", parts.join(word)),
        }
    }

    fn leaf(&mut self, leaf: &Leaf) -> String {
        format!("(({}) IS TRUE)", self.about(leaf))
    }

    fn about(&mut self, leaf: &Leaf) -> String {
        match leaf {
            Leaf::Stage(stage) => format!("m.stage = {}::member_stage", self.text(stage.as_str())),
            Leaf::Worksite(id) => format!("m.worksite_id = {}", self.id(id.0)),
            Leaf::Department(id) => format!("m.department_id = {}", self.id(id.0)),
            Leaf::Shift(id) => format!("m.shift_id = {}", self.id(id.0)),
            Leaf::Language(word) => format!("m.locale = {}", self.text(word)),
            Leaf::JoinedBefore(day) => format!("m.joined_on < {}", self.day(*day)),
            Leaf::JoinedAfter(day) => format!("m.joined_on > {}", self.day(*day)),
            Leaf::JoinedWithin(days) => {
                format!(
                    "m.joined_on > {TODAY} - {} AND m.joined_on <= {TODAY}",
                    self.number(*days)
                )
            }
            Leaf::HasLogin => "m.user_id IS NOT NULL".to_owned(),
            Leaf::NeverActive => "m.last_active_at IS NULL".to_owned(),
            Leaf::ActiveWithin(days) => format!("m.last_active_at > {}", self.since(*days)),
            Leaf::HasEmail => format!("coalesce(m.email, '') <> '' OR {}", by_contact("email")),
            Leaf::HasPhone => by_contact("phone"),
            Leaf::HasSteward => HAS_STEWARD.to_owned(),
            // Which segment it is was looked up before: see `tree`.
            Leaf::Segment(_) => "false".to_owned(),
            _ => self.elsewhere(leaf),
        }
    }

    /// What stands in other tables than that of people: asked as a set of ids.
    fn elsewhere(&mut self, leaf: &Leaf) -> String {
        let from = match leaf {
            Leaf::Role(role) => format!(
                "r.member_id FROM member_roles r WHERE r.org_id = {ORG} AND r.role = {}::member_role",
                self.text(role.as_str())
            ),
            Leaf::Tag(tag) => format!(
                "g.member_id FROM member_tags g WHERE g.org_id = {ORG} AND g.tag_id = {} \
                   AND (g.expires_on IS NULL OR g.expires_on >= {TODAY})",
                self.id(tag.0)
            ),
            Leaf::Belongs(context) => format!(
                "c.member_id FROM context_members c WHERE c.org_id = {ORG} AND c.context_id = {}",
                self.id(context.0)
            ),
            Leaf::SpokenWithin(days) => format!(
                "c.member_id FROM member_contacts c WHERE c.org_id = {ORG} AND c.last_reached_at > {}",
                self.since(*days)
            ),
            Leaf::Sent(campaign) => {
                let campaign = self.id(campaign.0);
                // Deliveries are kept by the month in which their campaign was sent off.
                format!(
                    "d.member_id FROM deliveries d WHERE d.org_id = {ORG} AND d.campaign_id = {campaign} AND d.bucket = \
                       (SELECT date_trunc('month', c.launched_at AT TIME ZONE 'UTC')::date FROM campaigns c WHERE c.org_id = {ORG} AND c.id = {campaign})"
                )
            }
            Leaf::Steward(steward) => {
                let steward = self.id(steward.0);
                format!(
                    "p.member_id FROM app.people_of({steward}, app.moment()) p WHERE app.steward_of(p.member_id, app.moment()) = {steward}"
                )
            }
            _ => return self.field(leaf),
        };
        format!("m.id IN (SELECT {from})")
    }

    fn field(&mut self, leaf: &Leaf) -> String {
        let Some(field) = leaf.field() else {
            return "false".to_owned();
        };
        let values = format!(
            "(SELECT v.member_id FROM member_values v WHERE v.org_id = {ORG} AND v.field_id = {}",
            self.id(field.0)
        );
        match leaf {
            Leaf::FieldIs { value, .. } => {
                format!(
                    "m.id IN {values} AND lower(v.value) = lower({}))",
                    self.text(value)
                )
            }
            Leaf::FieldHas { part, .. } => format!(
                "m.id IN {values} AND position(lower({}) IN lower(v.value)) > 0)",
                self.text(part)
            ),
            // Days are kept in ISO 8601, which sorts as it is written.
            Leaf::FieldBefore { day, .. } => format!(
                "m.id IN {values} AND v.value COLLATE \"C\" < {})",
                self.text(&day.to_string())
            ),
            Leaf::FieldAfter { day, .. } => format!(
                "m.id IN {values} AND v.value COLLATE \"C\" > {})",
                self.text(&day.to_string())
            ),
            _ => format!("m.id NOT IN {values})"),
        }
    }

    /// The moment so many days ago.
    fn since(&mut self, days: i32) -> String {
        format!(
            "(SELECT app.moment()) - make_interval(days => {})",
            self.number(days)
        )
    }

    fn id(&mut self, id: Uuid) -> String {
        self.parameter(Value::Id(id))
    }

    fn text(&mut self, text: &str) -> String {
        self.parameter(Value::Text(text.to_owned()))
    }

    fn day(&mut self, day: NaiveDate) -> String {
        self.parameter(Value::Day(day))
    }

    fn number(&mut self, number: i32) -> String {
        self.parameter(Value::Number(number))
    }

    fn parameter(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.first + self.values.len() - 1)
    }
}

const ORG: &str = "(SELECT app.current_org())";

/// Today where the organization is: the same for everybody who asks.
const TODAY: &str = "(SELECT (app.moment() AT TIME ZONE o.time_zone)::date FROM organizations o WHERE o.id = (SELECT app.current_org()))";

fn by_contact(kind: &'static str) -> String {
    format!("m.id IN (SELECT k.member_id FROM contact_points k WHERE k.org_id = {ORG} AND k.kind = '{kind}')")
}

/// Whether `app.steward_of` answers with somebody, asked of everybody at once: by person, or by one of the four kinds of cells they are
/// in. Only where that might be themselves or somebody they are kept apart from, it is asked one by one, by index.
const HAS_STEWARD: &str = "m.id IN (WITH force AS MATERIALIZED ( \
     SELECT a.steward_id, a.member_id, a.worksite_id, a.department_id, a.shift_id FROM steward_assignments a \
     WHERE a.org_id = (SELECT app.current_org()) AND a.kind <> 'training' AND a.effective_from <= (SELECT app.moment()) \
       AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment())) AND (a.steward_id IN (SELECT h.id FROM app.hands h)) IS TRUE) \
   SELECT p.id FROM members p WHERE p.org_id = (SELECT app.current_org()) AND p.state <> 'left' AND CASE \
     WHEN (p.id IN (SELECT b.member_id FROM steward_blocks b WHERE b.org_id = (SELECT app.current_org()) \
       UNION ALL SELECT f.steward_id FROM force f WHERE f.worksite_id IS NOT NULL)) IS TRUE \
     THEN EXISTS (SELECT 1 FROM steward_assignments a WHERE a.org_id = p.org_id AND a.member_id = p.id AND a.kind <> 'training' \
         AND a.effective_from <= (SELECT app.moment()) AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment())) \
         AND a.steward_id IN (SELECT f.steward_id FROM force f) \
         AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = a.org_id AND b.steward_id = a.steward_id AND b.member_id = p.id)) \
       OR EXISTS (SELECT 1 FROM steward_assignments a WHERE a.org_id = p.org_id AND a.worksite_id = p.worksite_id AND a.kind <> 'training' AND a.steward_id <> p.id \
         AND (a.department_id IS NULL OR a.department_id = p.department_id) AND (a.shift_id IS NULL OR a.shift_id = p.shift_id) \
         AND a.effective_from <= (SELECT app.moment()) AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment())) \
         AND a.steward_id IN (SELECT f.steward_id FROM force f) \
         AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = a.org_id AND b.steward_id = a.steward_id AND b.member_id = p.id)) \
     ELSE (p.id IN (SELECT f.member_id FROM force f WHERE f.member_id IS NOT NULL)) IS TRUE \
       OR (p.worksite_id IN (SELECT f.worksite_id FROM force f WHERE f.worksite_id IS NOT NULL AND f.department_id IS NULL AND f.shift_id IS NULL)) IS TRUE \
       OR ((p.worksite_id, p.department_id) IN (SELECT f.worksite_id, f.department_id FROM force f WHERE f.department_id IS NOT NULL AND f.shift_id IS NULL)) IS TRUE \
       OR ((p.worksite_id, p.shift_id) IN (SELECT f.worksite_id, f.shift_id FROM force f WHERE f.department_id IS NULL AND f.shift_id IS NOT NULL)) IS TRUE \
       OR ((p.worksite_id, p.department_id, p.shift_id) IN (SELECT f.worksite_id, f.department_id, f.shift_id FROM force f \
         WHERE f.department_id IS NOT NULL AND f.shift_id IS NOT NULL)) IS TRUE END)";
