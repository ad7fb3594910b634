//! Statements prepared once a connection. Diesel's own `sql_query` is parsed and planned anew each time; for the lists of
//! what is unread that took ten times as long as running them. So are its INSERT and UPDATE, see [`kept`].

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};
use diesel::{QueryResult, RunQueryDsl};

/// A statement with its values. Parameters are written `$1`, `$2` …, may occur several times, and only where a parameter is
/// meant: a `$` before a digit inside a literal would be taken for one.
pub struct Statement<'a> {
    sql: Cow<'static, str>,
    values: Vec<Box<dyn QueryFragment<Pg> + Send + 'a>>,
}

/// A statement of this text; values are added in order by [`Statement::bind`].
pub fn statement<'a>(sql: impl Into<Cow<'static, str>>) -> Statement<'a> {
    Statement {
        sql: sql.into(),
        values: Vec::new(),
    }
}

impl<'a> Statement<'a> {
    /// The next value, of this SQL type.
    #[must_use]
    pub fn bind<Type, Value>(mut self, value: Value) -> Self
    where
        Pg: HasSqlType<Type>,
        Type: Send + 'a,
        Value: ToSql<Type, Pg> + Send + 'a,
    {
        self.values.push(Box::new(Bound(value, PhantomData::<Type>)));
        self
    }
}

impl<'a> Statement<'a> {
    /// The same with columns of these types, read by their place: for many rows. By name, each field of each row looks through the names
    /// of all columns.
    #[must_use]
    pub fn columns<Types>(self) -> Columns<'a, Types> {
        Columns(self, PhantomData)
    }
}

/// See [`Statement::columns`].
pub struct Columns<'a, Types>(Statement<'a>, PhantomData<Types>);

impl<Types> QueryFragment<Pg> for Columns<'_, Types> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<Types> QueryId for Columns<'_, Types> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Types> Query for Columns<'_, Types> {
    type SqlType = Types;
}

impl<Types, Connection> RunQueryDsl<Connection> for Columns<'_, Types> {}

struct Bound<Type, Value>(Value, PhantomData<Type>);

impl<Type, Value> QueryFragment<Pg> for Bound<Type, Value>
where
    Pg: HasSqlType<Type>,
    Value: ToSql<Type, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<Type, Value>(&self.0)
    }
}

impl QueryFragment<Pg> for Statement<'_> {
    /// Every occurrence of a parameter becomes one of its own, since Diesel numbers what it is given.
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut parts = self.sql.split('$');
        out.push_sql(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = part.split_at(digits);
            let value = number
                .parse::<usize>()
                .ok()
                .and_then(|number| self.values.get(number.checked_sub(1)?));
            match value {
                Some(value) => value.walk_ast(out.reborrow())?,
                None => {
                    out.push_sql("$");
                    out.push_sql(number);
                }
            }
            out.push_sql(rest);
        }
        Ok(())
    }
}

impl QueryId for Statement<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement<'_> {
    type SqlType = Untyped;
}

impl<Connection> RunQueryDsl<Connection> for Statement<'_> {}

/// A query whose prepared statement is kept. Diesel throws away what it prepares for an INSERT or UPDATE, since optional values
/// change the text; for one that is made all the time, the few texts it can have are worth keeping. It must return something:
/// of a bare `execute` only a reference reaches Diesel's cache, which does not ask this type.
pub fn kept<Q>(query: Q) -> Kept<Q> {
    Kept(query)
}

/// See [`kept`].
pub struct Kept<Q>(Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Kept<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Kept<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, Connection> RunQueryDsl<Connection> for Kept<Q> {}
