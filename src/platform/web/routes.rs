//! Routes as data: mounted from, tested against, and documented from one register.

use actix_web::{FromRequest, Handler, Responder, Route, web};
use schemars::Schema;

use crate::kernel::actor::Role;

use super::limits::Rate;

/// Who a route is for. The promise `authority` tests hold every route to; the proof itself is made by policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, signed in or not.
    Public,
    /// A signed-in login, perhaps without an organization.
    User,
    /// Any member of the organization.
    Member,
    /// Members holding one of these roles.
    Roles(&'static [Role]),
    /// A personal API token with this scope, or a session.
    Api(&'static str),
}

/// What the OpenAPI document says about an endpoint.
#[derive(Clone)]
pub struct ApiDoc {
    /// One line.
    pub summary: &'static str,
    /// Schema of the JSON body, when there is one.
    pub request: Option<fn() -> Schema>,
    /// Status and schema of the good answer.
    pub response: (u16, Option<fn() -> Schema>),
    /// Query parameters.
    pub query: &'static [QueryParameter],
}

/// What an endpoint takes in its address after `?`; all of it may be left out.
#[derive(Debug, Clone, Copy)]
pub struct QueryParameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What it may be.
    pub kind: QueryKind,
}

/// What a query parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum QueryKind {
    /// Any text.
    Text,
    /// A whole number between these two.
    Number(i64, i64),
}

/// What is known about a route.
#[derive(Clone)]
pub struct RouteInfo {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Pattern, such as `/channels/{channel}`.
    pub path: &'static str,
    /// Who it is for.
    pub access: Access,
    /// How often it may be asked.
    pub rate: Rate,
    /// For endpoints under `/api`.
    pub api: Option<ApiDoc>,
}

/// A route: its description, and how to mount it on each web worker.
pub struct RouteDef {
    /// The description.
    pub info: RouteInfo,
    mount: Box<dyn Fn() -> Route + Send + Sync>,
}

impl RouteDef {
    /// Documents an `/api` endpoint.
    #[must_use]
    pub fn api(mut self, doc: ApiDoc) -> Self {
        self.info.api = Some(doc);
        self
    }

    /// Adds the route to a worker's application.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        config.route(self.info.path, (self.mount)());
    }
}

macro_rules! verbs {
    ($($verb:ident = $method:literal),+) => {$(
        #[doc = concat!("A ", $method, " route.")]
        pub fn $verb<F, Args>(path: &'static str, access: Access, rate: Rate, handler: F) -> RouteDef
        where
            F: Handler<Args> + Send + Sync,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            RouteDef {
                info: RouteInfo { method: $method, path, access, rate, api: None },
                mount: Box::new(move || web::$verb().to(handler.clone())),
            }
        }
    )+};
}

verbs!(
    get = "GET",
    post = "POST",
    put = "PUT",
    patch = "PATCH",
    delete = "DELETE"
);
