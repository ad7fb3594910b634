//! Members and contexts.

use crate::pg_enum;

pg_enum! {
    /// What kind of group a context is.
    ContextKind as ContextKind {
        /// A worksite, committee or department.
        Team = "team": "Team",
        /// Something done together for a while.
        Challenge = "challenge": "Challenge",
        /// An outside supporter who sees what it supports.
        Sponsor = "sponsor": "Sponsor",
        /// People who learn together.
        Cohort = "cohort": "Cohort",
    }
}

pg_enum! {
    /// Whether a member can use the portal.
    MemberState as MemberState {
        /// Can sign in.
        Active = "active": "Active",
        /// Kept out for now.
        Suspended = "suspended": "Suspended",
        /// No longer a member; what they wrote stays.
        Left = "left": "Left",
    }
}
