//! Tasks in SQL. What the acting member does not see, row-level security leaves out of every one of these.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::people::merge::Merging;
use crate::domains::tenancy::Erasing;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId, TaskId};
use crate::platform::db::schema::tasks;
use crate::platform::db::{TenantTx, statement};

use super::forms::TaskWords;
use super::model::{RepeatUnit, Task, TaskStatus};
use super::policy::{Changing, Making};

/// One task the acting member sees.
pub fn task(tx: &mut TenantTx<'_>, id: TaskId) -> QueryResult<Task> {
    Task::query().filter(tasks::id.eq(id)).first(tx.conn())
}

/// The tasks about a person, the newest first.
pub fn about(tx: &mut TenantTx<'_>, member: MemberId, limit: i64) -> QueryResult<Vec<Task>> {
    Task::query()
        .filter(tasks::member_id.eq(member))
        .order(tasks::id.desc())
        .limit(limit)
        .load(tx.conn())
}

/// The note a task follows.
#[derive(Debug, Clone, Copy)]
pub struct Follows {
    /// Which; none when its writer may not read it again.
    pub note: Option<NoteId>,
    /// Whether it is not the whole team's; then only whose the task is and who made it see what follows.
    pub is_private: bool,
}

/// Writes a task.
pub fn insert(
    tx: &mut TenantTx<'_>,
    making: &Making,
    words: &TaskWords,
    follows: Option<Follows>,
) -> QueryResult<TaskId> {
    let (id, now, by) = (tx.new_id::<TaskId>(), tx.now(), tx.actor().member_id());
    diesel::insert_into(tasks::table)
        .values((
            (
                tasks::id.eq(id),
                tasks::title.eq(&words.title),
                tasks::details.eq(&words.details),
                tasks::status.eq(words.status),
                tasks::priority.eq(words.priority),
                tasks::due_on.eq(words.due_on),
                tasks::assignee_id.eq(making.assignee()),
                tasks::member_id.eq(words.member),
            ),
            (
                tasks::note_id.eq(follows.and_then(|follows| follows.note)),
                tasks::is_private.eq(follows.is_some_and(|follows| follows.is_private)),
                tasks::is_follow_up.eq(follows.is_some()),
                tasks::blocked_reason.eq(&words.blocked_reason),
                tasks::created_by.eq(by),
                tasks::created_at.eq(now),
                tasks::changed_at.eq(now),
            ),
            (
                tasks::reference.eq(&words.reference),
                tasks::estimate_minutes.eq(words.estimate),
                tasks::series_id.eq(words.repeat.map(|_| id)),
                tasks::counts_from_contact.eq(words.from_contact),
                rhythm(words, None),
            ),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// How a task repeats, in columns. The day of the month it began on stays while only the rhythm stays.
#[expect(clippy::type_complexity, reason = "what diesel makes of five assignments")]
fn rhythm(
    words: &TaskWords,
    before: Option<&Task>,
) -> (
    diesel::dsl::Eq<tasks::repeat_unit, Option<RepeatUnit>>,
    diesel::dsl::Eq<tasks::repeat_every, i32>,
    diesel::dsl::Eq<tasks::repeat_until, Option<NaiveDate>>,
    diesel::dsl::Eq<tasks::repeat_day, Option<i32>>,
) {
    let repeat = words.repeat;
    let month_day = words.due_on.and_then(|due| i32::try_from(due.day()).ok());
    let kept = before
        .filter(|task| task.due_on == words.due_on)
        .and_then(|task| task.repeat_day);
    let every = repeat.and_then(|repeat| i32::try_from(repeat.every).ok());
    (
        tasks::repeat_unit.eq(repeat.map(|repeat| repeat.unit)),
        tasks::repeat_every.eq(every.unwrap_or(1)),
        tasks::repeat_until.eq(repeat.and_then(|repeat| repeat.until)),
        tasks::repeat_day.eq(repeat.and(kept.or(month_day))),
    )
}

/// Writes a task's words, when it is still the version the writer saw.
///
/// # Errors
/// [`AppError::Conflict`] when somebody was faster.
pub fn update(
    tx: &mut TenantTx<'_>,
    changing: &Changing<'_>,
    words: &TaskWords,
    assignee: MemberId,
    version: i32,
) -> Result<(), AppError> {
    let (now, by) = (tx.now(), tx.actor().member_id());
    let (task, done) = (changing.task(), words.status == TaskStatus::Completed);
    let completed_at = match (done, task.completed_at) {
        (true, Some(before)) => Some(before),
        (true, None) => Some(now),
        (false, _) => None,
    };
    let completed_by = match (done, task.completed_at) {
        (true, Some(_)) => task.completed_by,
        (true, None) => by,
        (false, _) => None,
    };
    let same = tasks::table
        .filter(tasks::id.eq(task.id))
        .filter(tasks::version.eq(version));
    let changed = diesel::update(same)
        .set((
            (
                tasks::title.eq(&words.title),
                tasks::details.eq(&words.details),
                tasks::status.eq(words.status),
                tasks::priority.eq(words.priority),
                tasks::due_on.eq(words.due_on),
                tasks::assignee_id.eq(assignee),
                tasks::blocked_reason.eq(&words.blocked_reason),
                tasks::completed_at.eq(completed_at),
                tasks::completed_by.eq(completed_by),
                tasks::changed_at.eq(now),
                tasks::version.eq(version + 1),
            ),
            (
                tasks::reference.eq(&words.reference),
                tasks::estimate_minutes.eq(words.estimate),
                tasks::series_id.eq(task.series_id.or(words.repeat.map(|_| task.id))),
                tasks::counts_from_contact.eq(words.from_contact && task.member_id.is_some()),
                rhythm(words, Some(task)),
            ),
        ))
        .execute(tx.conn())?;
    match changed {
        0 => Err(AppError::Conflict(
            "Somebody changed this task while you had it open. Look at it again, then save.".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Notes that the open follow-ups about a person are done: somebody spoke with them. Answers which.
#[expect(
    clippy::disallowed_methods,
    reason = "UPDATE … RETURNING over what one may see"
)]
pub fn complete_follow_ups(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    but: Option<TaskId>,
) -> QueryResult<Vec<(TaskId, MemberId)>> {
    let by = tx.actor().member_id();
    let done: Vec<Done> = statement(
        "UPDATE tasks SET status = 'completed', completed_at = app.moment(), completed_by = $2, changed_at = app.moment(), version = version + 1, blocked_reason = '' \
         WHERE member_id = $1 AND is_follow_up AND NOT counts_from_contact AND completed_at IS NULL AND status <> 'cancelled' AND id IS DISTINCT FROM $3 RETURNING id, assignee_id",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Nullable<SqlUuid>, _>(by)
    .bind::<Nullable<SqlUuid>, _>(but)
    .load(tx.conn())?;
    Ok(done.into_iter().map(|done| (done.id, done.assignee_id)).collect())
}

/// The open tasks about a person that count from the last conversation, held against others who change them.
pub fn counting_from_contact(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Task>> {
    Task::query()
        .filter(tasks::member_id.eq(member))
        .filter(tasks::counts_from_contact)
        .filter(tasks::completed_at.is_null())
        .filter(tasks::status.ne(TaskStatus::Cancelled))
        .order(tasks::id)
        .for_update()
        .load(tx.conn())
}

/// Makes a task due on another day; nothing else of it changes.
pub fn put_off(tx: &mut TenantTx<'_>, changing: &Changing<'_>, due: NaiveDate) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(tasks::table.filter(tasks::id.eq(changing.task().id)))
        .set((
            tasks::due_on.eq(due),
            tasks::changed_at.eq(now),
            tasks::version.eq(tasks::version + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName)]
struct Done {
    #[diesel(sql_type = SqlUuid)]
    id: TaskId,
    #[diesel(sql_type = SqlUuid)]
    assignee_id: MemberId,
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Whether a task about this person would be seen by this assignee: who does not look after them can't be asked to.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn looks_after(tx: &mut TenantTx<'_>, assignee: MemberId, member: MemberId) -> QueryResult<bool> {
    let found: Yes = statement("SELECT app.covers($1, $2, app.moment()) AS yes")
        .bind::<SqlUuid, _>(assignee)
        .bind::<SqlUuid, _>(member)
        .get_result(tx.conn())?;
    Ok(found.yes)
}

/// Takes away every task about somebody.
pub fn erase(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    diesel::delete(tasks::table.filter(tasks::member_id.eq(erasing.member())))
        .execute(tx.conn())
        .map(|_| ())
}

/// Every task about somebody that the acting member sees, the oldest first, at most so many.
pub fn all_about(tx: &mut TenantTx<'_>, member: MemberId, limit: i64) -> QueryResult<Vec<Task>> {
    Task::query()
        .filter(tasks::member_id.eq(member))
        .order((tasks::created_at, tasks::id))
        .limit(limit)
        .load(tx.conn())
}

/// Something that was written on a task beside its own words.
#[derive(QueryableByName, Debug, Clone)]
pub struct Written {
    #[diesel(sql_type = SqlUuid)]
    pub task_id: TaskId,
    /// What it is, in a word.
    #[diesel(sql_type = Text)]
    pub what: String,
    /// When; not known of steps.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// Steps, comments, notes of time, names of files and what changed, of every task about somebody that the acting member sees; of each task the oldest
/// first.
#[expect(clippy::disallowed_methods, reason = "a union of five tables")]
pub fn written_on_all_about(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Written>> {
    statement(
        "WITH mine AS MATERIALIZED (SELECT t.id FROM tasks t WHERE t.member_id = $1) \
         SELECT w.task_id, w.what, w.at, w.text FROM ( \
           SELECT 1 AS place, i.id, i.task_id, 'Step' AS what, NULL::timestamptz AS at, i.title AS text FROM task_items i WHERE i.task_id IN (SELECT id FROM mine) \
           UNION ALL SELECT 2, c.id, c.task_id, 'Comment', c.created_at, c.body FROM task_comments c WHERE c.body <> '' AND c.task_id IN (SELECT id FROM mine) \
           UNION ALL SELECT 3, e.id, e.task_id, 'Time', e.created_at, concat_ws(' min: ', e.minutes::text, nullif(e.note, '')) FROM task_time_entries e WHERE e.task_id IN (SELECT id FROM mine) \
           UNION ALL SELECT 4, f.id, f.task_id, 'File', f.created_at, f.name FROM task_files f WHERE f.task_id IN (SELECT id FROM mine) \
           UNION ALL SELECT 5, h.id, h.task_id, 'Changed', h.made_at, concat(h.what, CASE WHEN h.before <> '' THEN concat(', before: ', h.before) END, CASE WHEN h.after <> '' THEN concat(', after: ', h.after) END) \
             FROM task_changes h WHERE h.what NOT IN ('created', 'assignee') AND h.task_id IN (SELECT id FROM mine) \
         ) w ORDER BY w.task_id, w.place, w.id",
    )
    .bind::<SqlUuid, _>(member)
    .load(tx.conn())
}

/// What decides who sees a task.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    /// Whose it is.
    pub assignee: MemberId,
    /// Who made it.
    pub maker: Option<MemberId>,
    /// Whom it is about.
    pub member: Option<MemberId>,
    /// Whether only those two see it, though it is about somebody.
    pub is_private: bool,
    /// The note it follows.
    pub note: Option<NoteId>,
}

impl Sight {
    /// That of a task as it is.
    pub fn of(task: &Task) -> Self {
        Self {
            assignee: task.assignee_id,
            maker: task.created_by,
            member: task.member_id,
            is_private: task.is_private,
            note: task.note_id,
        }
    }
}

/// Whether a member sees, or would see, a task: who does not can't be told of it. Asked by who sees the task themselves, and so may
/// read the note it follows.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn is_seen_by(tx: &mut TenantTx<'_>, sight: Sight, member: MemberId) -> QueryResult<bool> {
    let found: Yes = statement("SELECT coalesce(app.sees_task($1, $2, $3, $4, $5, $6), false) AS yes")
        .bind::<SqlUuid, _>(member)
        .bind::<SqlUuid, _>(sight.assignee)
        .bind::<Nullable<SqlUuid>, _>(sight.maker)
        .bind::<Nullable<SqlUuid>, _>(sight.member)
        .bind::<Bool, _>(sight.is_private)
        .bind::<Nullable<SqlUuid>, _>(sight.note)
        .get_result(tx.conn())?;
    Ok(found.yes)
}

/// The tasks that follow a note, held against others who change them.
pub fn after(tx: &mut TenantTx<'_>, note: NoteId) -> QueryResult<Vec<Task>> {
    Task::query()
        .filter(tasks::note_id.eq(note))
        .order(tasks::id)
        .for_update()
        .load(tx.conn())
}

/// Leaves a task to whose it is now and who made it.
pub fn make_private(tx: &mut TenantTx<'_>, changing: &Changing<'_>, assignee: MemberId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(tasks::table.filter(tasks::id.eq(changing.task().id)))
        .set((
            tasks::is_private.eq(true),
            tasks::assignee_id.eq(assignee),
            tasks::changed_at.eq(now),
            tasks::version.eq(tasks::version + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Opens a task to those who look after the person it is about.
pub fn make_open(tx: &mut TenantTx<'_>, changing: &Changing<'_>) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(tasks::table.filter(tasks::id.eq(changing.task().id)))
        .set((
            tasks::is_private.eq(false),
            tasks::changed_at.eq(now),
            tasks::version.eq(tasks::version + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes away private tasks of which nobody is left who sees them; answers how many. Row-level security shows the portal no others.
///
/// The condition is named here although row-level security asks it too: PostgreSQL asks policies of sight only of statements that read.
#[expect(clippy::disallowed_methods, reason = "a rule kept in SQL")]
pub fn shred_abandoned(tx: &mut TenantTx<'_>, departed: &[MemberId]) -> QueryResult<usize> {
    statement(
        "DELETE FROM tasks WHERE is_private AND assignee_id = ANY($1) AND app.is_abandoned(created_by, member_id, 'private') AND app.is_abandoned(assignee_id, member_id, 'private')",
    )
    .bind::<Array<SqlUuid>, _>(departed)
    .execute(tx.conn())
}

/// One task the acting member sees, held against others who change what belongs to it.
pub fn held(tx: &mut TenantTx<'_>, id: TaskId) -> QueryResult<Task> {
    Task::query()
        .filter(tasks::id.eq(id))
        .for_update()
        .first(tx.conn())
}

/// Makes the next task of a series, due on this day, with the same steps and watchers; none when it was made before. That it is made
/// once is kept by the database.
#[expect(clippy::disallowed_methods, reason = "INSERT … SELECT … ON CONFLICT")]
pub fn insert_next(tx: &mut TenantTx<'_>, task: &Task, due: NaiveDate) -> QueryResult<Option<TaskId>> {
    let id: TaskId = tx.new_id();
    let made = statement(
        "INSERT INTO tasks (id, title, details, priority, due_on, assignee_id, member_id, note_id, is_follow_up, is_private, created_by, created_at, changed_at, \
           reference, estimate_minutes, repeat_unit, repeat_every, repeat_until, repeat_day, counts_from_contact, series_id, occurrence) \
         SELECT $1, t.title, t.details, t.priority, $3, t.assignee_id, t.member_id, t.note_id, t.is_follow_up, t.is_private, t.created_by, app.moment(), app.moment(), \
           t.reference, t.estimate_minutes, t.repeat_unit, t.repeat_every, t.repeat_until, t.repeat_day, t.counts_from_contact, t.series_id, t.occurrence + 1 \
         FROM tasks t WHERE t.id = $2 \
         ON CONFLICT (org_id, series_id, occurrence) WHERE series_id IS NOT NULL DO NOTHING",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(task.id)
    .bind::<Date, _>(due)
    .execute(tx.conn())?;
    if made == 0 {
        return Ok(None);
    }
    statement(
        "INSERT INTO task_watchers (task_id, member_id, since) SELECT $1, w.member_id, w.since FROM task_watchers w WHERE w.task_id = $2",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(task.id)
    .execute(tx.conn())?;
    Ok(Some(id))
}

/// Takes away the next task of a series, when nobody has touched it: the one before is to be done after all. Answers which.
#[expect(
    clippy::disallowed_methods,
    reason = "DELETE … RETURNING with what hangs on it"
)]
pub fn delete_untouched_next(tx: &mut TenantTx<'_>, task: &Task) -> QueryResult<Option<TaskId>> {
    let gone: Option<Gone> = statement(
        "DELETE FROM tasks t WHERE t.series_id = $1 AND t.occurrence = $2 AND t.version = 1 AND t.status = 'pending' \
           AND NOT EXISTS (SELECT 1 FROM task_comments c WHERE c.org_id = t.org_id AND c.task_id = t.id) \
           AND NOT EXISTS (SELECT 1 FROM task_time_entries e WHERE e.org_id = t.org_id AND e.task_id = t.id) \
           AND NOT EXISTS (SELECT 1 FROM task_changes h WHERE h.org_id = t.org_id AND h.task_id = t.id AND h.what <> 'created') \
           AND NOT EXISTS (SELECT 1 FROM task_watchers w WHERE w.org_id = t.org_id AND w.task_id = t.id AND w.since > t.created_at) RETURNING t.id",
    )
    .bind::<Nullable<SqlUuid>, _>(task.series_id)
    .bind::<Integer, _>(task.occurrence + 1)
    .get_result(tx.conn())
    .optional()?;
    Ok(gone.map(|gone| gone.id))
}

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = SqlUuid)]
    id: TaskId,
}

/// Whether one of the two has a task about the other.
pub fn has_one_about_the_other(tx: &mut TenantTx<'_>, merging: &Merging) -> QueryResult<bool> {
    let both = [merging.kept(), merging.given_up()];
    let about = tasks::table
        .filter(tasks::member_id.eq_any(both))
        .filter(tasks::assignee_id.eq_any(both));
    diesel::select(diesel::dsl::exists(about)).get_result(tx.conn())
}

/// Makes the tasks about the record that is given up tasks about the kept one.
pub fn join(tx: &mut TenantTx<'_>, merging: &Merging) -> QueryResult<Vec<TaskId>> {
    diesel::update(tasks::table.filter(tasks::member_id.eq(merging.given_up())))
        .set(tasks::member_id.eq(merging.kept()))
        .returning(tasks::id)
        .get_results(tx.conn())
}

/// Makes these tasks what they were.
pub fn part(tx: &mut TenantTx<'_>, merging: &Merging, moved: &[TaskId]) -> QueryResult<()> {
    let moved = tasks::table
        .filter(tasks::id.eq_any(moved))
        .filter(tasks::member_id.eq(merging.kept()));
    diesel::update(moved)
        .set(tasks::member_id.eq(merging.given_up()))
        .execute(tx.conn())
        .map(|_| ())
}
