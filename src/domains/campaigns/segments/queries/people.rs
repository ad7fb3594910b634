//! Who is meant.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};

use crate::domains::campaigns::segments::compile::{self, Compiled};
use crate::domains::campaigns::segments::tree::Node;
use crate::domains::campaigns::segments::words;
use crate::kernel::ids::{MemberId, SegmentId};
use crate::platform::db::{TenantTx, statement};

use super::names::NAMES;

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = Array<BigInt>)]
    counts: Vec<i64>,
}

/// How many people each tree means, in one pass over all of them.
#[expect(
    clippy::disallowed_methods,
    reason = "conditions are put together by what is asked"
)]
pub fn counts(tx: &mut TenantTx<'_>, nodes: &[&Node]) -> QueryResult<Vec<i64>> {
    let mut compiled: Vec<Compiled> = Vec::new();
    let mut first = 1;
    for node in nodes {
        let one = compile::compile(node, first);
        first += one.parameters();
        compiled.push(one);
    }
    let counted: Vec<String> = compiled
        .iter()
        .map(|one| format!("count(*) FILTER (WHERE {})", one.sql()))
        .collect();
    let sql = format!(
        "SELECT ARRAY[{}]::bigint[] AS counts FROM members m",
        counted.join(", ")
    );
    let asked = compiled
        .iter()
        .fold(statement(sql), |statement, one| one.bind(statement));
    let found: Counts = asked.get_result(tx.conn())?;
    Ok(found.counts)
}

/// Somebody who is meant.
#[derive(QueryableByName, Debug, Clone)]
pub struct Meant {
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Their handle.
    #[diesel(sql_type = Text)]
    pub handle: String,
}

/// A page of who is meant, in the order of names, after one of them.
#[expect(
    clippy::disallowed_methods,
    reason = "conditions are put together by what is asked"
)]
pub fn page(
    tx: &mut TenantTx<'_>,
    node: &Node,
    after: Option<MemberId>,
    limit: i64,
) -> QueryResult<Vec<Meant>> {
    let beyond = match after {
        Some(_) => {
            "m.sort_name >= (SELECT a.sort_name FROM members a WHERE a.id = $1) \
             AND (m.sort_name, m.id) > (SELECT a.sort_name, a.id FROM members a WHERE a.id = $1) AND "
        }
        None => "",
    };
    let before = format!("SELECT m.id, m.display_name AS name, m.handle FROM members m WHERE {beyond}");
    let compiled = compile::compile(node, 3).within(&before, " ORDER BY m.sort_name, m.id LIMIT $2");
    let asked = statement(compiled.sql().to_owned())
        .bind::<Nullable<SqlUuid>, _>(after)
        .bind::<BigInt, _>(limit);
    compiled.bind(asked).load(tx.conn())
}

#[derive(QueryableByName)]
struct Contained {
    #[diesel(sql_type = Bool)]
    contained: bool,
}

/// Whether somebody is meant; `None` when there is no such person.
#[expect(
    clippy::disallowed_methods,
    reason = "conditions are put together by what is asked"
)]
pub fn contains(tx: &mut TenantTx<'_>, node: &Node, member: MemberId) -> QueryResult<Option<bool>> {
    let compiled =
        compile::compile(node, 2).within("SELECT ", " AS contained FROM members m WHERE m.id = $1");
    let asked = statement(compiled.sql().to_owned()).bind::<SqlUuid, _>(member);
    let found: Option<Contained> = compiled.bind(asked).get_result(tx.conn()).optional()?;
    Ok(found.map(|one| one.contained))
}

/// What a tree says about somebody.
#[derive(QueryableByName, Debug)]
pub struct Answers {
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether they left, and so are in no segment.
    #[diesel(sql_type = Bool)]
    pub is_gone: bool,
    /// What each leaf says, from first to last.
    #[diesel(sql_type = Array<Bool>)]
    pub answers: Vec<bool>,
    /// What leaves and then the segments in the tree are called, in their order.
    #[diesel(sql_type = Array<Text>)]
    pub names: Vec<String>,
}

/// What a tree says about somebody, in one question.
#[expect(
    clippy::disallowed_methods,
    reason = "conditions are put together by what is asked"
)]
pub fn answers(tx: &mut TenantTx<'_>, node: &Node, member: MemberId) -> QueryResult<Answers> {
    let (kinds, ids) = named(node);
    let compiled = compile::answers(node, 4).within(
        "SELECT m.display_name AS name, m.state = 'left' AS is_gone, ",
        &format!(" AS answers, {NAMES} AS names FROM members m WHERE m.id = $1"),
    );
    let asked = statement(compiled.sql().to_owned())
        .bind::<SqlUuid, _>(member)
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Nullable<SqlUuid>>, _>(ids);
    compiled.bind(asked).get_result(tx.conn())
}

/// What leaves are named after, then what the segments in the tree are.
fn named(node: &Node) -> (Vec<&'static str>, Vec<Option<uuid::Uuid>>) {
    let leaves = compile::leaves(node).into_iter().map(|leaf| {
        let (kind, id) = words::named(leaf).unzip();
        (kind.unwrap_or_default(), id)
    });
    let segments = segments(node).into_iter().map(|id| ("segment", Some(id.0)));
    leaves.chain(segments).unzip()
}

fn segments(node: &Node) -> Vec<SegmentId> {
    match node {
        Node::All(of) | Node::Any(of) => of.iter().flat_map(segments).collect(),
        Node::Not(of) => segments(of),
        Node::Within(id, of) => std::iter::once(*id).chain(segments(of)).collect(),
        Node::Leaf(_) => Vec::new(),
    }
}
