//! Watchers in SQL.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};

use crate::domains::tasks::model::Task;
use crate::domains::tasks::policy::Adding;
use crate::kernel::ids::MemberId;
use crate::platform::db::schema::task_watchers;
use crate::platform::db::{TenantTx, statement};

/// Notes that a member watches a task they were shown.
pub fn watch(tx: &mut TenantTx<'_>, adding: &Adding<'_>) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(task_watchers::table)
        .values((
            task_watchers::task_id.eq(adding.task().id),
            task_watchers::member_id.eq(adding.member()),
            task_watchers::since.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that a member no longer watches it.
pub fn unwatch(tx: &mut TenantTx<'_>, adding: &Adding<'_>) -> QueryResult<()> {
    let own = task_watchers::table
        .filter(task_watchers::task_id.eq(adding.task().id))
        .filter(task_watchers::member_id.eq(adding.member()));
    diesel::delete(own).execute(tx.conn()).map(|_| ())
}

/// A watcher.
#[derive(QueryableByName, Debug, Clone)]
pub struct Watcher {
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// Who watches a task and sees it still, by name.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn of_task(tx: &mut TenantTx<'_>, task: &Task) -> QueryResult<Vec<Watcher>> {
    statement(
        "SELECT m.id, m.display_name AS name FROM task_watchers w JOIN members m ON m.org_id = w.org_id AND m.id = w.member_id AND m.state = 'active' \
         JOIN tasks t ON t.org_id = w.org_id AND t.id = w.task_id \
         WHERE w.task_id = $1 AND app.sees_task(m.id, t.assignee_id, t.created_by, t.member_id, t.is_private, t.note_id) ORDER BY m.sort_name, m.id LIMIT 100",
    )
    .bind::<SqlUuid, _>(task.id)
    .load(tx.conn())
}
