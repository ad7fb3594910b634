//! HTTP: what every page and endpoint shares. Handlers get a [`Visit`], answer a [`Reply`], and say what went wrong as an
//! [`crate::kernel::error::AppError`]; everything else happens here.

pub mod api;
pub mod assets;
pub mod charts;
pub mod client;
pub mod csrf;
pub mod deferred;
pub mod download;
pub mod errors;
pub mod fields;
pub mod flash;
pub mod form;
pub mod framed;
pub mod headers;
pub mod idempotency;
pub mod installable;
pub mod limits;
pub mod observe;
pub mod origin;
pub mod page;
pub mod paging;
pub mod parts;
pub mod problem;
pub mod replay;
pub mod routes;
pub mod session;
pub mod shell;
pub mod typed;
pub mod upload;
pub mod visit;

use actix_web::HttpResponse;

use crate::kernel::error::AppError;

pub use deferred::Deferred;
pub use form::{Posted, Yes};
pub use idempotency::{Answer, RequestKey};
pub use page::{Choice, ConfirmPage, address};
pub use routes::{Access, RouteDef, RouteInfo};
pub use shell::{Flash, NavItem, Shell};
pub use upload::{PostedArchive, PostedFiles};
pub use visit::Visit;

/// What a handler answers.
pub type Reply = Result<HttpResponse, AppError>;
