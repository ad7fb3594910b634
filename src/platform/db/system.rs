//! A running transaction of the narrow system role.

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::{PgConnection, QueryResult};

use crate::kernel::ids::{self, Id};
use crate::kernel::time::Clock;

/// Why the system role is used. The list is short on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemTask {
    /// Sessions, sign-in, password reset, invitations, tokens.
    SignIn,
    /// Making an organization and its first admin.
    SetUp,
    /// Expanding events into deliveries and claiming those.
    Dispatch,
    /// Claiming and finishing jobs.
    Jobs,
    /// Finding campaigns at work and taking over from processes that died; letters of the portal.
    Sending,
    /// Expiring what has a lifetime; health checks; cross-process signals.
    Housekeeping,
    /// The operator's command line.
    Operator,
}

impl SystemTask {
    /// What its transaction begins with. Claims of the bus need not wait for the disk: when one is lost with the machine, its
    /// event is expanded or delivered again, which the receipt signed in the subscriber's own durable transaction makes harmless.
    pub(super) fn begin_sql(self) -> &'static str {
        match self {
            Self::Dispatch => "BEGIN; SET LOCAL synchronous_commit = off",
            _ => "BEGIN",
        }
    }
}

/// A transaction across organizations, on the few tables the system role was granted.
pub struct SystemTx<'c> {
    conn: &'c mut PgConnection,
    task: SystemTask,
    clock: &'c dyn Clock,
}

impl<'c> SystemTx<'c> {
    pub(super) fn new(conn: &'c mut PgConnection, task: SystemTask, clock: &'c dyn Clock) -> Self {
        Self { conn, task, clock }
    }

    /// The connection, for `queries` only.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }

    /// From here to its end this transaction finds rows by an index wherever there is one. A queue is planned for while it is empty, and
    /// read whole by that plan once it is not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn by_index(&mut self) -> QueryResult<()> {
        self.conn.batch_execute("SET LOCAL enable_seqscan = off")
    }

    /// Why this transaction runs.
    pub fn task(&self) -> SystemTask {
        self.task
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new identifier.
    pub fn new_id<I: Id>(&self) -> I {
        ids::fresh()
    }
}
