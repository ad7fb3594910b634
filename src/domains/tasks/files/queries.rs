//! Files of tasks in SQL. Those of a task the acting member does not see are not there.

use diesel::prelude::*;

use crate::domains::tasks::policy::{Adding, Changing};
use crate::kernel::ids::{MemberId, TaskFileId, TaskId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::task_files;
use crate::platform::files::StoredFile;

/// A file of a task.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = task_files)]
pub struct TaskFile {
    pub id: TaskFileId,
    pub uploaded_by: MemberId,
    pub name: String,
    pub size_bytes: i64,
    pub storage_key: String,
    /// Only pictures have a thumbnail.
    pub thumb_key: Option<String>,
}

/// The files of a task, in the order they came.
pub fn of_task(tx: &mut TenantTx<'_>, task: TaskId) -> QueryResult<Vec<TaskFile>> {
    TaskFile::query()
        .filter(task_files::task_id.eq(task))
        .order((task_files::created_at, task_files::id))
        .load(tx.conn())
}

/// One file of a task.
pub fn one(tx: &mut TenantTx<'_>, task: TaskId, id: TaskFileId) -> QueryResult<TaskFile> {
    TaskFile::query()
        .filter(task_files::task_id.eq(task))
        .filter(task_files::id.eq(id))
        .first(tx.conn())
}

/// Writes a file's row; false when it is there already.
pub fn insert(
    tx: &mut TenantTx<'_>,
    adding: &Adding<'_>,
    id: TaskFileId,
    file: &StoredFile,
) -> QueryResult<bool> {
    let now = tx.now();
    let inserted = diesel::insert_into(task_files::table)
        .values((
            task_files::id.eq(id),
            task_files::task_id.eq(adding.task().id),
            task_files::uploaded_by.eq(adding.member()),
            task_files::name.eq(&file.name),
            task_files::mime.eq(file.mime),
            task_files::size_bytes.eq(file.size_bytes),
            task_files::storage_key.eq(&file.storage_key),
            task_files::thumb_key.eq(&file.thumb_key),
            task_files::created_at.eq(now),
        ))
        .on_conflict((task_files::org_id, task_files::id))
        .do_nothing()
        .execute(tx.conn())?;
    Ok(inserted == 1)
}

/// Removes a file; its bytes follow.
pub fn remove(tx: &mut TenantTx<'_>, _: &Changing<'_>, id: TaskFileId) -> QueryResult<()> {
    diesel::delete(task_files::table.filter(task_files::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}
