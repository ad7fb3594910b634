//! Worksites in SQL.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use crate::domains::people::model::{Department, Shift, Worksite};
use crate::domains::people::policy::Arranging;
use crate::kernel::error::AppError;
use crate::kernel::ids::{DepartmentId, ShiftId, WorksiteId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{departments, members, shifts, worksites};

use super::forms::WorksiteWords;

diesel::allow_tables_to_appear_in_same_query!(worksites, departments, members);

/// Worksites offered where one is chosen from a list.
const OFFERED: i64 = 2_000;

/// Which worksites are listed.
#[derive(Debug, Clone, Default)]
pub struct WorksiteFilter {
    /// Whose folded name has this in it.
    pub words: String,
    /// Those that are closed instead of those that are open.
    pub closed: bool,
    /// After this one in the order of names.
    pub after: Option<WorksiteId>,
}

/// A worksite and how many people work there.
#[derive(Debug, Clone)]
pub struct Listed {
    pub worksite: Worksite,
    pub people: i64,
}

/// A page of worksites by name.
pub fn page(tx: &mut TenantTx<'_>, filter: &WorksiteFilter, limit: i64) -> QueryResult<Vec<Listed>> {
    let mut query = worksites::table.into_boxed();
    query = match filter.closed {
        false => query.filter(worksites::archived_at.is_null()),
        true => query.filter(worksites::archived_at.is_not_null()),
    };
    if !filter.words.is_empty() {
        let pattern = format!("%{}%", escaped(&filter.words));
        query = query.filter(worksites::sort_name.like(search_fold(pattern)));
    }
    if let Some(after) = filter.after {
        let before: Option<String> = worksites::table
            .filter(worksites::id.eq(after))
            .select(worksites::sort_name)
            .first(tx.conn())
            .optional()?;
        if let Some(name) = before {
            let same = worksites::sort_name.eq(name.clone()).and(worksites::id.gt(after));
            query = query.filter(worksites::sort_name.gt(name).or(same));
        }
    }
    let found: Vec<Worksite> = query
        .order((worksites::sort_name, worksites::id))
        .limit(limit)
        .select(Worksite::as_select())
        .load(tx.conn())?;
    let ids: Vec<WorksiteId> = found.iter().map(|worksite| worksite.id).collect();
    let counts: Vec<(Option<WorksiteId>, i64)> = members::table
        .filter(members::worksite_id.eq_any(ids))
        .group_by(members::worksite_id)
        .select((members::worksite_id, diesel::dsl::count_star()))
        .load(tx.conn())?;
    let people_at = |id: WorksiteId| {
        counts
            .iter()
            .find(|(at, _)| *at == Some(id))
            .map_or(0, |(_, count)| *count)
    };
    Ok(found
        .into_iter()
        .map(|worksite| Listed {
            people: people_at(worksite.id),
            worksite,
        })
        .collect())
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Case and common Latin accents folded.
    #[sql_name = "app.search_fold"]
    fn search_fold(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

fn escaped(words: &str) -> String {
    words
        .trim()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// The open worksites by name, for choosing one.
pub fn open(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Worksite>> {
    Worksite::query()
        .filter(worksites::archived_at.is_null())
        .order((worksites::sort_name, worksites::id))
        .limit(OFFERED)
        .load(tx.conn())
}

/// One worksite.
pub fn worksite(tx: &mut TenantTx<'_>, id: WorksiteId) -> QueryResult<Worksite> {
    Worksite::query().filter(worksites::id.eq(id)).first(tx.conn())
}

/// The departments of these worksites, by name.
pub fn departments(tx: &mut TenantTx<'_>, of: &[WorksiteId]) -> QueryResult<Vec<Department>> {
    Department::query()
        .filter(departments::worksite_id.eq_any(of))
        .order((departments::worksite_id, departments::name))
        .load(tx.conn())
}

/// The shifts of the organization in the order of the day.
pub fn shifts(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Shift>> {
    Shift::query()
        .order((shifts::position, shifts::name))
        .load(tx.conn())
}

/// How many people work at a worksite.
pub fn people_at(tx: &mut TenantTx<'_>, id: WorksiteId) -> QueryResult<i64> {
    members::table
        .filter(members::worksite_id.eq(id))
        .count()
        .get_result(tx.conn())
}

/// Adds a worksite with its departments.
pub fn insert(tx: &mut TenantTx<'_>, _: &Arranging, words: &WorksiteWords) -> Result<WorksiteId, AppError> {
    let (id, now) = (tx.new_id::<WorksiteId>(), tx.now());
    diesel::insert_into(worksites::table)
        .values((
            worksites::id.eq(id),
            worksites::name.eq(&words.name),
            worksites::address.eq(&words.address),
            worksites::created_at.eq(now),
        ))
        .execute(tx.conn())
        .map_err(|error| name_taken(error, "worksites_name_taken"))?;
    add_departments(tx, id, &words.departments)?;
    Ok(id)
}

/// Renames a worksite and adds departments it does not have.
pub fn update(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    id: WorksiteId,
    words: &WorksiteWords,
) -> Result<(), AppError> {
    diesel::update(worksites::table.filter(worksites::id.eq(id)))
        .set((
            worksites::name.eq(&words.name),
            worksites::address.eq(&words.address),
        ))
        .execute(tx.conn())
        .map_err(|error| name_taken(error, "worksites_name_taken"))?;
    add_departments(tx, id, &words.departments)?;
    Ok(())
}

fn add_departments(tx: &mut TenantTx<'_>, worksite: WorksiteId, names: &[String]) -> QueryResult<()> {
    let known: Vec<String> = departments::table
        .filter(departments::worksite_id.eq(worksite))
        .select(departments::name)
        .load(tx.conn())?;
    let is_new = |name: &&String| {
        !known
            .iter()
            .any(|known| known.to_lowercase() == name.to_lowercase())
    };
    let rows: Vec<_> = names
        .iter()
        .filter(is_new)
        .map(|name| {
            (
                departments::id.eq(tx.new_id::<DepartmentId>()),
                departments::worksite_id.eq(worksite),
                departments::name.eq(name),
            )
        })
        .collect();
    diesel::insert_into(departments::table)
        .values(rows)
        .execute(tx.conn())
        .map(|_| ())
}

/// Closes a worksite, or opens it again.
pub fn set_closed(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    id: WorksiteId,
    closed: bool,
) -> Result<(), AppError> {
    let at = closed.then(|| tx.now());
    diesel::update(worksites::table.filter(worksites::id.eq(id)))
        .set(worksites::archived_at.eq(at))
        .execute(tx.conn())
        .map_err(|error| name_taken(error, "worksites_name_taken"))?;
    Ok(())
}

/// Makes these the organization's shifts, in this order. One that somebody works or looks after stays, at the end.
pub fn set_shifts(tx: &mut TenantTx<'_>, _: &Arranging, names: &[String]) -> QueryResult<()> {
    let known = shifts(tx)?;
    let same = |shift: &Shift, name: &str| shift.name.to_lowercase() == name.to_lowercase();
    for (position, name) in (0_i32..).zip(names) {
        match known.iter().find(|shift| same(shift, name)) {
            Some(shift) => {
                diesel::update(shifts::table.filter(shifts::id.eq(shift.id)))
                    .set((shifts::name.eq(name), shifts::position.eq(position)))
                    .execute(tx.conn())?;
            }
            None => {
                diesel::insert_into(shifts::table)
                    .values((
                        shifts::id.eq(tx.new_id::<ShiftId>()),
                        shifts::name.eq(name),
                        shifts::position.eq(position),
                    ))
                    .execute(tx.conn())?;
            }
        }
    }
    for shift in known
        .iter()
        .filter(|shift| !names.iter().any(|name| same(shift, name)))
    {
        let worked: i64 = members::table
            .filter(members::shift_id.eq(shift.id))
            .count()
            .get_result(tx.conn())?;
        if worked == 0 && !super::super::stewards::queries::has_shift(tx, shift.id)? {
            diesel::delete(shifts::table.filter(shifts::id.eq(shift.id))).execute(tx.conn())?;
        } else {
            diesel::update(shifts::table.filter(shifts::id.eq(shift.id)))
                .set(shifts::position.eq(i32::MAX))
                .execute(tx.conn())?;
        }
    }
    Ok(())
}

/// A name that is taken, told at its field.
fn name_taken(error: Error, constraint: &str) -> AppError {
    match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
            if info.constraint_name() == Some(constraint) =>
        {
            AppError::field("name", "There is an open worksite of this name already.")
        }
        _ => error.into(),
    }
}
