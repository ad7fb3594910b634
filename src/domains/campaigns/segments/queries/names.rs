//! What tags, places, groups and people are called: from names to ids when a form is read, and back when it is shown.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::campaigns::segments::model::Leaf;
use crate::domains::campaigns::segments::words;
use crate::kernel::ids::ShiftId;
use crate::platform::db::schema::shifts;
use crate::platform::db::{TenantTx, statement};

/// Names offered for one kind of condition; others can be typed.
const OFFERED: i64 = 100;

/// An array of names for the arrays `$2` of kinds and `$3` of ids, empty for what is gone. In handles and `·` it is as it can be typed.
pub(super) const NAMES: &str = "ARRAY(SELECT coalesce(CASE n.kind \
     WHEN 'tag' THEN (SELECT t.name FROM tags t WHERE t.org_id = (SELECT app.current_org()) AND t.id = n.id) \
     WHEN 'worksite' THEN (SELECT w.name FROM worksites w WHERE w.org_id = (SELECT app.current_org()) AND w.id = n.id) \
     WHEN 'department' THEN (SELECT d.name || ' · ' || w.name FROM departments d JOIN worksites w ON w.org_id = d.org_id AND w.id = d.worksite_id \
       WHERE d.org_id = (SELECT app.current_org()) AND d.id = n.id) \
     WHEN 'shift' THEN (SELECT h.name FROM shifts h WHERE h.org_id = (SELECT app.current_org()) AND h.id = n.id) \
     WHEN 'steward' THEN (SELECT s.handle FROM members s WHERE s.org_id = (SELECT app.current_org()) AND s.id = n.id) \
     WHEN 'belongs' THEN (SELECT c.name || ' · ' || c.kind::text FROM contexts c WHERE c.org_id = (SELECT app.current_org()) AND c.id = n.id) \
     WHEN 'sent' THEN (SELECT c.name || ' · ' || to_char(c.launched_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM campaigns c \
       WHERE c.org_id = (SELECT app.current_org()) AND c.id = n.id) \
     WHEN 'segment' THEN (SELECT g.name FROM segments g WHERE g.org_id = (SELECT app.current_org()) AND g.id = n.id) \
     WHEN 'field' THEN (SELECT f.name FROM custom_fields f WHERE f.org_id = (SELECT app.current_org()) AND f.id = n.id AND f.sensitivity = 'normal') \
     END, '') FROM unnest($2::text[], $3::uuid[]) WITH ORDINALITY AS n(kind, id, place) ORDER BY n.place)";

#[derive(QueryableByName)]
struct Names {
    #[diesel(sql_type = Array<Text>)]
    names: Vec<String>,
}

/// What each of these leaves is named after; empty for those that are named after nothing.
#[expect(clippy::disallowed_methods, reason = "lists beside lists have no typed form")]
pub fn names(tx: &mut TenantTx<'_>, leaves: &[&Leaf]) -> QueryResult<Vec<String>> {
    let (kinds, ids): (Vec<&str>, Vec<Option<Uuid>>) = leaves
        .iter()
        .map(|leaf| {
            let (kind, id) = words::named(leaf).unzip();
            (kind.unwrap_or_default(), id)
        })
        .unzip();
    // The text begins with `$2`: the first value is that of the statement it is a part of elsewhere.
    let found: Names = statement(format!("SELECT {NAMES} AS names"))
        .bind::<Text, _>("")
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Nullable<SqlUuid>>, _>(ids)
        .get_result(tx.conn())?;
    Ok(found.names)
}

#[derive(QueryableByName)]
struct Match {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The ids behind names of these kinds, as somebody typed them; several where a name is not enough.
#[expect(clippy::disallowed_methods, reason = "lists beside lists have no typed form")]
pub fn ids(
    tx: &mut TenantTx<'_>,
    typed: &[(&'static str, String)],
) -> QueryResult<HashMap<usize, Vec<Uuid>>> {
    if typed.is_empty() {
        return Ok(HashMap::new());
    }
    let (kinds, words): (Vec<&str>, Vec<&str>) =
        typed.iter().map(|(kind, word)| (*kind, word.as_str())).unzip();
    let found: Vec<Match> = statement(
        "SELECT a.place - 1 AS place, x.id FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a(kind, word, place) CROSS JOIN LATERAL ( \
           SELECT t.id FROM tags t WHERE a.kind = 'tag' AND t.org_id = (SELECT app.current_org()) AND lower(t.name) = lower(a.word) \
           UNION ALL SELECT w.id FROM worksites w WHERE a.kind = 'worksite' AND w.org_id = (SELECT app.current_org()) AND w.archived_at IS NULL \
             AND lower(w.name) = lower(a.word) \
           UNION ALL SELECT d.id FROM departments d JOIN worksites w ON w.org_id = d.org_id AND w.id = d.worksite_id \
             WHERE a.kind = 'department' AND d.org_id = (SELECT app.current_org()) AND w.archived_at IS NULL \
             AND lower(a.word) IN (lower(d.name), lower(d.name || ' · ' || w.name)) \
           UNION ALL SELECT c.id FROM contexts c WHERE a.kind = 'belongs' AND c.org_id = (SELECT app.current_org()) AND c.archived_at IS NULL \
             AND lower(a.word) IN (lower(c.name), lower(c.name || ' · ' || c.kind::text)) \
           UNION ALL SELECT s.id FROM members s WHERE a.kind = 'steward' AND s.org_id = (SELECT app.current_org()) AND s.state <> 'left' \
             AND s.handle = lower(ltrim(a.word, '@')) \
           UNION ALL SELECT c.id FROM campaigns c WHERE a.kind = 'sent' AND c.org_id = (SELECT app.current_org()) AND c.launched_at IS NOT NULL \
             AND lower(a.word) IN (lower(c.name), lower(c.name || ' · ' || to_char(c.launched_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'))) \
             AND NOT EXISTS (SELECT 1 FROM single_campaigns o WHERE o.org_id = c.org_id AND o.campaign_id = c.id) \
           UNION ALL SELECT g.id FROM segments g WHERE a.kind = 'segment' AND g.org_id = (SELECT app.current_org()) AND g.archived_at IS NULL \
             AND lower(g.name) = lower(a.word)) x",
    )
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Text>, _>(words)
    .load(tx.conn())?;
    let mut by_place: HashMap<usize, Vec<Uuid>> = HashMap::new();
    for one in found {
        by_place
            .entry(usize::try_from(one.place).unwrap_or_default())
            .or_default()
            .push(one.id);
    }
    Ok(by_place)
}

#[derive(QueryableByName, Debug)]
struct Offer {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
}

/// Some names of each kind that can be typed, for those kinds that a form asks for.
#[expect(clippy::disallowed_methods, reason = "unions have no readable typed form")]
pub fn offers(tx: &mut TenantTx<'_>, kinds: &[&str]) -> QueryResult<HashMap<String, Vec<String>>> {
    let mut by_kind: HashMap<String, Vec<String>> = HashMap::new();
    if kinds.is_empty() {
        return Ok(by_kind);
    }
    let found: Vec<Offer> = statement(
        "(SELECT 'tag' AS kind, t.name FROM tags t WHERE 'tag' = ANY($1) ORDER BY lower(t.name) LIMIT $2) \
         UNION ALL (SELECT 'worksite', w.name FROM worksites w WHERE 'worksite' = ANY($1) AND w.archived_at IS NULL ORDER BY w.sort_name, w.id LIMIT $2) \
         UNION ALL (SELECT 'department', d.name || ' · ' || w.name FROM departments d JOIN worksites w ON w.org_id = d.org_id AND w.id = d.worksite_id \
           WHERE 'department' = ANY($1) AND w.archived_at IS NULL ORDER BY w.sort_name, d.name LIMIT $2) \
         UNION ALL (SELECT 'belongs', c.name || ' · ' || c.kind::text FROM contexts c WHERE 'belongs' = ANY($1) AND c.archived_at IS NULL \
           ORDER BY lower(c.name), c.id LIMIT $2) \
         UNION ALL (SELECT 'sent', c.name || ' · ' || to_char(c.launched_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM campaigns c \
           WHERE 'sent' = ANY($1) AND c.launched_at IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM single_campaigns o WHERE o.org_id = c.org_id AND o.campaign_id = c.id) ORDER BY c.launched_at DESC, c.id LIMIT $2) \
         UNION ALL (SELECT 'segment', g.name FROM segments g WHERE 'segment' = ANY($1) AND g.archived_at IS NULL ORDER BY lower(g.name), g.id LIMIT $2) \
         UNION ALL (SELECT 'steward', s.handle FROM members s WHERE 'steward' = ANY($1) AND s.id IN (SELECT h.id FROM app.hands h) ORDER BY s.sort_name, s.id LIMIT $2)",
    )
    .bind::<Array<Text>, _>(kinds.to_vec())
    .bind::<BigInt, _>(OFFERED)
    .load(tx.conn())?;
    for one in found {
        by_kind.entry(one.kind).or_default().push(one.name);
    }
    Ok(by_kind)
}

/// Every shift, by its place in the day.
pub fn all_shifts(tx: &mut TenantTx<'_>) -> QueryResult<Vec<(ShiftId, String)>> {
    shifts::table
        .order((shifts::position, shifts::name))
        .limit(OFFERED)
        .select((shifts::id, shifts::name))
        .load(tx.conn())
}
