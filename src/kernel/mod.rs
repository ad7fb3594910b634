//! Pure building blocks every layer may use: identifiers, enums, errors, the actor, validation, time and text.
//! Nothing here does input or output.

pub mod actor;
pub mod enums;
pub mod error;
pub mod ids;
pub mod markup;
pub mod month;
pub mod search_query;
pub mod sms;
pub mod spreadsheet;
pub mod sql_types;
pub mod text;
pub mod time;
pub mod validate;
