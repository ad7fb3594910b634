//! Templates as people see them.

mod edit;
mod fields;
mod list;
mod meter;
mod new;
mod preview;
mod versions;

pub use edit::{EditPage, Seen};
pub use fields::{Remark, VariableRow, categories};
pub(in crate::domains::campaigns::templates) use fields::{
    category_choices, purposes, remarks, rows, version_words,
};
pub use list::{Line, ListPage};
pub use meter::MeterView;
pub use new::{NewPage, StarterCard};
pub use preview::{PreviewPage, PreviewQuery, PreviewTab};
pub use versions::{VersionLine, VersionPage, VersionsPage};

/// Lines on a page.
const PAGE: i64 = 50;
