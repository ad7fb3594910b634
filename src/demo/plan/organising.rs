//! Who works where, which steward looks after them, and what was noted about conversations.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;

use crate::kernel::text::capitalised;

use super::corpus;
use super::dice::Dice;
use super::setting::Setting;
use super::shape::{Person, Role};

/// The shifts of the sample organization, in the order of the day.
pub const SHIFTS: [&str; 3] = ["Days", "Evenings", "Nights"];
/// Whose day the sample data is made for: the steward people sign in as.
const ROSA: &str = "rosa-delgado";

/// When follow-ups are due, from today: some are overdue.
const FOLLOW_UP_DAYS: [i64; 7] = [-6, -1, 0, 1, 3, 8, 13];

/// When the working day begins where the sample's people are, in UTC (nine in the morning in Toronto); nobody talks at night.
const WORKING_DAY: NaiveTime = match NaiveTime::from_hms_opt(14, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// The organising side of an organization.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Organising {
    /// The worksites.
    pub worksites: Vec<Site>,
    /// Where people work, by key.
    pub places: Vec<Placed>,
    /// Who looks after whom.
    pub assignments: Vec<Assigned>,
    /// Who is away now.
    pub leaves: Vec<Away>,
    /// What was noted.
    pub notes: Vec<Noted>,
    /// Matters in which somebody is represented.
    pub cases: Vec<SampleCase>,
    /// Who holds which office, and who gave it.
    pub offices: Vec<SampleOffice>,
    /// Tasks about nobody in particular.
    pub tasks: Vec<OwnTask>,
    /// Notes from the field that need a person.
    pub unplaced: Vec<WrittenAway>,
    /// Whom stewards want to speak with every month.
    pub reminders: Vec<SampleReminder>,
    /// Who asked for what is kept about them.
    pub requests: Vec<SampleRequest>,
}

/// That a steward wants to speak with somebody every month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleReminder {
    pub steward: String,
    pub person: String,
    pub title: String,
    /// Due in so many days.
    pub days: u64,
}

/// That somebody asked for what is kept about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRequest {
    pub person: String,
    /// The steward who heard of it.
    pub noted_by: String,
    /// So many days ago.
    pub days: u64,
}

/// A worksite and its departments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub key: String,
    pub name: String,
    pub departments: Vec<String>,
}

/// Where somebody works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub person: String,
    pub site: String,
    /// Index among the site's departments.
    pub department: Option<usize>,
    /// Index among [`SHIFTS`].
    pub shift: usize,
    pub phone: Option<String>,
    pub joined_on: NaiveDate,
}

/// Who looks after somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    pub steward: String,
    /// `primary`, `backup` or `training`.
    pub kind: &'static str,
    pub person: String,
    pub from: DateTime<Utc>,
}

/// Who is away, from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    pub steward: String,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// A matter in which somebody is represented, with what was written in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleCase {
    pub steward: String,
    pub person: String,
    pub at: DateTime<Utc>,
    pub reference: &'static str,
    pub title: &'static str,
    pub said: &'static str,
}

/// That somebody holds an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleOffice {
    pub holder: String,
    pub given_by: String,
    pub office: &'static str,
}

/// What was noted about a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    pub author: String,
    pub person: String,
    pub at: DateTime<Utc>,
    pub source: NoteSource,
    /// The day of the follow-up; none once it is done with.
    pub follow_up: Option<NaiveDate>,
}

/// A note that was written without a signal about a name that is nobody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenAway {
    pub author: String,
    pub at: DateTime<Utc>,
    pub name: &'static str,
    pub kind: &'static str,
    pub said: &'static str,
    pub follow_up: &'static str,
}

/// A task about nobody in particular, as the corpus has it, with whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnTask {
    pub owner: String,
    /// Who made it.
    pub maker: String,
    pub due: Option<NaiveDate>,
    pub source: TaskSource,
}

/// A task as the corpus has it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TaskSource {
    pub title: String,
    #[serde(default)]
    pub details: String,
    /// Due so many days from today.
    pub days: Option<i64>,
    #[serde(default = "pending")]
    pub status: String,
    #[serde(default)]
    pub waits_for: String,
    #[serde(default = "medium")]
    pub priority: String,
    #[serde(default)]
    pub reference: String,
    pub estimate: Option<i32>,
    /// Given to the steward by an officer.
    #[serde(default)]
    pub given: bool,
    /// `week` or `month`.
    pub repeat: Option<String>,
    #[serde(default)]
    pub steps: Vec<String>,
    /// How many of the steps are done.
    #[serde(default)]
    pub done_steps: usize,
    /// What was said about it, by turns of the owner and the maker.
    #[serde(default)]
    pub talk: Vec<String>,
    /// Minutes the owner spent on it, an entry each.
    #[serde(default)]
    pub spent: Vec<i32>,
}

fn pending() -> String {
    "pending".to_owned()
}

fn medium() -> String {
    "medium".to_owned()
}

#[derive(Deserialize)]
struct TaskSources {
    task: Vec<TaskSource>,
}

/// A note as the corpus has it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct NoteSource {
    pub kind: String,
    pub said: String,
    #[serde(default)]
    pub ask: String,
    #[serde(default)]
    pub answer: String,
    pub sentiment: Option<String>,
    pub support: Option<i16>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub next: String,
    #[serde(default = "yes")]
    pub reached: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct Sources {
    note: Vec<NoteSource>,
}

/// Plans it for the people of an organization that has worksites; nothing for one that has none.
pub fn organising(setting: &Setting, people: &[Person], now: DateTime<Utc>, dice: &mut Dice) -> Organising {
    let mut plan = Organising::default();
    if setting.worksite.is_empty() {
        return plan;
    }
    let sources: Sources = corpus::parsed(include_str!("../corpus/noted.toml"));
    for site in &setting.worksite {
        plan.worksites.push(Site {
            key: site.key.clone(),
            name: site.short.clone(),
            departments: site.units.iter().map(|unit| named(unit)).collect(),
        });
        let here: Vec<&Person> = people
            .iter()
            .filter(|person| person.worksite.as_deref() == Some(site.key.as_str()))
            .collect();
        for person in &here {
            plan.places
                .push(placed(person, &site.key, site.units.len(), dice));
        }
        let (stewards, others): (Vec<&Person>, Vec<&Person>) = here
            .into_iter()
            .partition(|person| person.roles.contains(&Role::Steward));
        assign(&mut plan, &stewards, &others, now);
    }
    let names: HashMap<&str, &str> = people
        .iter()
        .map(|person| (person.key.as_str(), person.given_name.as_str()))
        .collect();
    note(&mut plan, &sources.note, &names, now, dice);
    if people.iter().any(|person| person.key == ROSA) {
        plan.tasks = own_tasks(people, now.date_naive());
        plan.unplaced = written_away(now);
        plan.cases = cases(&plan.assignments, now);
        plan.offices = offices(people);
        plan.reminders = reminders(&plan.assignments, &names);
        plan.requests = requests(&plan.assignments);
    }
    plan
}

fn placed(person: &Person, site: &str, units: usize, dice: &mut Dice) -> Placed {
    let nights = person.headline.to_lowercase().contains("night");
    Placed {
        person: person.key.clone(),
        site: site.to_owned(),
        department: (units > 0).then(|| index(dice, units)),
        shift: if nights { 2 } else { index(dice, SHIFTS.len()) },
        // Numbers that are nobody's (NANP 555-01xx).
        phone: (dice.between(0, 9) < 8).then(|| format!("+1613555{:04}", 100 + dice.between(0, 99))),
        joined_on: person.joined_at.date_naive(),
    }
}

fn index(dice: &mut Dice, count: usize) -> usize {
    let most = i64::try_from(count).unwrap_or(1).max(1) - 1;
    usize::try_from(dice.between(0, most)).unwrap_or(0)
}

fn named(unit: &str) -> String {
    capitalised(unit.strip_prefix("the ").unwrap_or(unit))
}

/// Every steward of a site looks after some people and backs up the next one's. The last of them is away this week.
fn assign(plan: &mut Organising, stewards: &[&Person], others: &[&Person], now: DateTime<Utc>) {
    let from = now - Duration::days(200);
    for (at, person) in others.iter().enumerate() {
        let Some(steward) = stewards.get(at % stewards.len().max(1)) else {
            continue;
        };
        let given = |steward: &Person, kind: &'static str| Assigned {
            steward: steward.key.clone(),
            kind,
            person: person.key.clone(),
            from,
        };
        plan.assignments.push(given(steward, "primary"));
        if let Some(backup) = stewards
            .get((at + 1) % stewards.len())
            .filter(|_| stewards.len() > 1)
        {
            plan.assignments.push(given(backup, "backup"));
        }
    }
    let away = stewards
        .last()
        .filter(|steward| stewards.len() > 1 && steward.key != ROSA);
    plan.leaves.extend(away.map(|steward| Away {
        steward: steward.key.clone(),
        from: now - Duration::days(2),
        to: now + Duration::days(6),
    }));
}

/// Two or three notes about each of the people of the steward one signs in as, one about some of the others'.
fn note(
    plan: &mut Organising,
    sources: &[NoteSource],
    names: &HashMap<&str, &str>,
    now: DateTime<Utc>,
    dice: &mut Dice,
) {
    let primaries: Vec<Assigned> = plan
        .assignments
        .iter()
        .filter(|one| one.kind == "primary")
        .cloned()
        .collect();
    let mut next = 0;
    let mut follow_ups = 0;
    for (at, assigned) in primaries.iter().enumerate() {
        let is_rosa = assigned.steward == ROSA;
        // Some people nobody has spoken with yet.
        let count = match (is_rosa, at % 4) {
            (true, 3) => 0,
            (true, rest) => 3 - rest.min(2),
            (false, 0 | 2) => 1,
            (false, _) => 0,
        };
        let mut days = dice.between(2, 20);
        for round in 0..count {
            let Some(source) = sources.get(next % sources.len().max(1)) else {
                return;
            };
            next += 1;
            let name = names.get(assigned.person.as_str()).copied().unwrap_or_default();
            let day = now.date_naive() - Duration::days(days);
            let at = day.and_time(WORKING_DAY).and_utc() + Duration::minutes(dice.between(0, 540));
            // Only the latest conversation still has something to follow up, and not all of those.
            let is_open = is_rosa && round == 0 && !source.next.is_empty();
            let follow_up = is_open.then(|| {
                follow_ups += 1;
                let days = FOLLOW_UP_DAYS.get(follow_ups % FOLLOW_UP_DAYS.len());
                now.date_naive() + Duration::days(days.copied().unwrap_or_default())
            });
            plan.notes.push(Noted {
                author: assigned.steward.clone(),
                person: assigned.person.clone(),
                at,
                source: NoteSource {
                    said: source.said.replace("{name}", name),
                    next: source.next.replace("{name}", name),
                    ..source.clone()
                },
                follow_up,
            });
            days += dice.between(14, 45);
        }
    }
}

fn own_tasks(people: &[Person], today: NaiveDate) -> Vec<OwnTask> {
    let sources: TaskSources = corpus::parsed(include_str!("../corpus/tasks.toml"));
    let officer = people.iter().find(|person| person.roles.contains(&Role::Admin));
    let officer = officer.map_or(ROSA, |person| person.key.as_str());
    let task = |source: TaskSource| OwnTask {
        owner: ROSA.to_owned(),
        maker: if source.given { officer } else { ROSA }.to_owned(),
        due: source.days.map(|days| today + Duration::days(days)),
        source,
    };
    sources.task.into_iter().map(task).collect()
}

fn written_away(now: DateTime<Utc>) -> Vec<WrittenAway> {
    let note = |hours, name, kind, said, follow_up| WrittenAway {
        author: ROSA.to_owned(),
        at: now - Duration::hours(hours),
        name,
        kind,
        said,
        follow_up,
    };
    vec![
        note(
            3,
            "Denise from the laundry",
            "workplace",
            "Caught her in the basement, no signal there. The dryer vent was cleaned once since summer and two people have been \
             sent home with headaches. She would say it in front of the safety committee if somebody sits next to her.",
            "in 3 days",
        ),
        note(
            27,
            "Sam, nights, second floor",
            "contact",
            "New since October and thought one has to ask to join. Gave him a card. Best reached after six in the evening.",
            "",
        ),
    ]
}

fn cases(assignments: &[Assigned], now: DateTime<Utc>) -> Vec<SampleCase> {
    let texts = [
        (
            "2026-014",
            "Overtime on the Sunday rota, unpaid since August",
            "Went through the time sheets with them: eleven Sundays, all signed by the supervisor, none paid. The first step was \
             filed on Monday, the answer is due in ten days. They want to be at the meeting and not to speak.",
        ),
        (
            "2026-017",
            "Written warning for leaving the floor during a break",
            "The break list says 14:10, the warning says 14:00. Two people saw them come back. Asked for the camera times in \
             writing. They are upset and have slept badly: call before the hearing, not after.",
        ),
    ];
    let own = assignments
        .iter()
        .filter(|assigned| assigned.steward == ROSA && assigned.kind == "primary");
    own.zip(texts)
        .zip([3, 11])
        .map(|((assigned, (reference, title, said)), days)| SampleCase {
            steward: ROSA.to_owned(),
            person: assigned.person.clone(),
            at: now - Duration::days(days),
            reference,
            title,
            said,
        })
        .collect()
}

/// Those whose steward the sample's is, behind those who have a case.
fn without_case(assignments: &[Assigned]) -> impl Iterator<Item = &Assigned> {
    assignments
        .iter()
        .filter(|assigned| assigned.steward == ROSA && assigned.kind == "primary")
        .skip(2)
}

fn reminders(assignments: &[Assigned], names: &HashMap<&str, &str>) -> Vec<SampleReminder> {
    without_case(assignments)
        .zip([6, 17])
        .map(|(assigned, days)| SampleReminder {
            steward: ROSA.to_owned(),
            person: assigned.person.clone(),
            title: match names.get(assigned.person.as_str()) {
                Some(name) => format!("Coffee with {name}, nothing on the agenda"),
                None => "Coffee, nothing on the agenda".to_owned(),
            },
            days,
        })
        .collect()
}

fn requests(assignments: &[Assigned]) -> Vec<SampleRequest> {
    without_case(assignments)
        .nth(2)
        .map(|assigned| SampleRequest {
            person: assigned.person.clone(),
            noted_by: ROSA.to_owned(),
            days: 4,
        })
        .into_iter()
        .collect()
}

fn offices(people: &[Person]) -> Vec<SampleOffice> {
    let with = |role: Role| people.iter().find(|person| person.roles.contains(&role));
    let (Some(admin), Some(leader)) = (with(Role::Admin), with(Role::TeamLeader)) else {
        return Vec::new();
    };
    vec![SampleOffice {
        holder: leader.key.clone(),
        given_by: admin.key.clone(),
        office: "Chief steward",
    }]
}
