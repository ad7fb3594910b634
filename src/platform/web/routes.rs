//! Routes as data: mounted from, tested against, and documented from one register.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, Route, guard, web};
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
    /// Whether a form sent twice hears the first answer again from [`super::replay`]: for what changes a login or session
    /// and cannot keep its answer with a member. Other writes keep theirs by [`super::idempotency`].
    pub is_replayed: bool,
}

impl RouteInfo {
    /// The methods it answers. HEAD is GET without its body (RFC 9110, 9.3.2).
    pub fn methods(&self) -> &'static [&'static str] {
        match self.method {
            "GET" => &["GET", "HEAD"],
            "POST" => &["POST"],
            "PUT" => &["PUT"],
            "PATCH" => &["PATCH"],
            "DELETE" => &["DELETE"],
            _ => &[],
        }
    }
}

/// The methods that routes with this pattern answer, for `Allow`; none when there is no such route.
pub fn methods_at(routes: &[RouteInfo], pattern: Option<&str>) -> Vec<&'static str> {
    let mut methods: Vec<&str> = routes
        .iter()
        .filter(|route| Some(route.path) == pattern)
        .flat_map(RouteInfo::methods)
        .copied()
        .collect();
    methods.sort_unstable();
    methods.dedup();
    methods
}

/// The method whose route answers a request: HEAD is answered by GET's.
pub fn route_method(method: &Method) -> &str {
    match *method {
        Method::HEAD => "GET",
        _ => method.as_str(),
    }
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

    /// Answers a form that is sent twice with the first answer.
    #[must_use]
    pub fn replayed(mut self) -> Self {
        self.info.is_replayed = true;
        self
    }
}

/// Adds routes to a worker's application, in their order below each beginning. An address is compared with one pattern after the other, so
/// those that begin alike stand in a scope of their own: a request is compared with the beginnings and with what stands below one of them.
pub fn mount(routes: &[RouteDef], config: &mut web::ServiceConfig) {
    let mut below: Vec<(&str, Vec<&RouteDef>)> = Vec::new();
    for route in routes {
        let beginning = beginning(route.info.path);
        match below.iter_mut().find(|(known, _)| *known == beginning) {
            Some((_, known)) => known.push(route),
            None => below.push((beginning, vec![route])),
        }
    }
    for (beginning, routes) in below {
        if beginning.is_empty() {
            for route in routes {
                config.route(route.info.path, (route.mount)());
            }
            continue;
        }
        let mut scope = web::scope(beginning);
        for route in routes {
            let rest = route.info.path.strip_prefix(beginning).unwrap_or_default();
            scope = scope.route(rest, (route.mount)());
        }
        config.service(scope);
    }
}

/// The first step of a path, below `/api` the first two; nothing where that is no plain text.
fn beginning(path: &str) -> &str {
    let steps = match path.starts_with("/api/") {
        true => 3,
        false => 2,
    };
    let end = path
        .match_indices('/')
        .nth(steps - 1)
        .map_or(path.len(), |(at, _)| at);
    let beginning = path.get(..end).unwrap_or_default();
    match beginning {
        // What stands below it has beginnings of its own.
        "/" | "/api" => "",
        _ if beginning.contains('{') => "",
        _ => beginning,
    }
}

fn mounted(method: Method) -> Route {
    match method {
        Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        other => web::method(other),
    }
}

macro_rules! verbs {
    ($($verb:ident = $method:ident),+) => {$(
        #[doc = concat!("A ", stringify!($method), " route.")]
        pub fn $verb<F, Args>(path: &'static str, access: Access, rate: Rate, handler: F) -> RouteDef
        where
            F: Handler<Args> + Send + Sync,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            RouteDef {
                info: RouteInfo { method: stringify!($method), path, access, rate, api: None, is_replayed: false },
                mount: Box::new(move || mounted(Method::$method).to(handler.clone())),
            }
        }
    )+};
}

verbs!(get = GET, post = POST, put = PUT, patch = PATCH, delete = DELETE);
