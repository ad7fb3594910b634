//! Members and contexts in SQL.
