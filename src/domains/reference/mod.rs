//! The API's reference: an OpenAPI 3.1 document made from the register of routes, and a page to read it.

use actix_web::{HttpResponse, web};
use askama::Template;
use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::platform::web::idempotency;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{QueryKind, QueryParameter, get};
use crate::platform::web::{Access, Reply, RouteDef, RouteInfo, Shell, Visit};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/openapi.json", Access::Public, Rate::Standard, document),
        get("/api", Access::Public, Rate::Standard, page),
    ]
}

async fn document(app: web::Data<App>) -> Reply {
    let text = openapi(&app.register.routes, &app.config.public_url).to_string();
    Ok(HttpResponse::Ok().content_type("application/json").body(text))
}

fn entries(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(entries) => entries,
        _ => Map::new(),
    }
}

/// The OpenAPI 3.1 document of all documented routes. JSON Schema 2020-12 is what both it and our types speak.
pub fn openapi(routes: &[RouteInfo], server: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas: Map<String, Value> = Map::new();
    for (route, doc) in routes
        .iter()
        .filter_map(|route| route.api.as_ref().map(|doc| (route, doc)))
    {
        let Access::Api(scope) = route.access else {
            continue;
        };
        let mut content = |schema: fn() -> Schema| {
            let name = keep(&mut schemas, schema().to_value());
            json!({ "application/json": { "schema": { "$ref": name } } })
        };
        let request = doc.request.map(&mut content);
        let (status, response) = doc.response;
        let good = match response.map(content) {
            Some(content) => json!({ "description": "Done", "content": content }),
            None => json!({ "description": "Done" }),
        };
        let mut operation = entries(json!({
            "summary": doc.summary,
            "operationId": operation_id(route),
            "security": [{ "token": [scope] }, { "session": [] }],
            "x-rate-limit": route.rate.as_str(),
            "parameters": parameters(route, doc.query),
            "responses": {
                (status.to_string()): good,
                "429": { "description": "Too many requests", "headers": { "Retry-After": { "description": "Seconds until the next attempt can succeed", "required": true, "schema": { "type": "integer" } } }, "content": problem() },
                "default": { "description": "A problem (RFC 9457)", "content": problem() },
            },
        }));
        if let Some(content) = request {
            operation.insert(
                "requestBody".to_owned(),
                json!({ "required": true, "content": content }),
            );
        }
        let methods = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(methods) = methods.as_object_mut() {
            methods.insert(route.method.to_lowercase(), operation.into());
        }
    }
    schemas.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Waymark", "version": env!("CARGO_PKG_VERSION"), "description": "Every write takes an Idempotency-Key header (a UUID): repeating a request with the same key repeats its first answer." },
        "servers": [{ "url": if server.is_empty() { "/" } else { server } }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A personal API token, made at /me/tokens." },
                "session": { "type": "apiKey", "in": "cookie", "name": "waymark_session", "description": "The session of a signed-in browser; writes also need the header X-CSRF-Token." },
            },
        },
    })
}

/// Puts a schema and the definitions inside it among the components; answers the reference to it.
fn keep(schemas: &mut Map<String, Value>, mut schema: Value) -> String {
    let mut name = schema
        .get("title")
        .and_then(Value::as_str)
        .unwrap_or("Value")
        .replace('<', "Of")
        .replace('>', "");
    name.retain(char::is_alphanumeric);
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        if let Some(Value::Object(inner)) = object.remove("$defs") {
            for (key, value) in inner {
                schemas.insert(key, relocated(value));
            }
        }
    }
    schemas.insert(name.clone(), relocated(schema));
    format!("#/components/schemas/{name}")
}

/// Points references at the components instead of `$defs`.
fn relocated(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("#/$defs/", "#/components/schemas/")),
        Value::Array(items) => Value::Array(items.into_iter().map(relocated).collect()),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| (key, relocated(value)))
                .collect(),
        ),
        other => other,
    }
}

fn operation_id(route: &RouteInfo) -> String {
    let words = route
        .path
        .trim_start_matches("/api/")
        .replace(['{', '}'], "")
        .replace(['/', '-'], "_");
    format!("{}_{words}", route.method.to_lowercase())
}

fn problem() -> Value {
    json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } })
}

fn parameters(route: &RouteInfo, query: &[QueryParameter]) -> Vec<Value> {
    let inside = route
        .path
        .split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next());
    let in_path = inside.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } }));
    let in_query = query.iter().map(|one| {
        let schema = match one.kind {
            QueryKind::Text => json!({ "type": "string" }),
            QueryKind::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        };
        json!({ "name": one.name, "in": "query", "required": false, "description": one.meaning, "schema": schema })
    });
    let key = (route.method != "GET").then(|| json!({ "name": idempotency::HEADER, "in": "header", "required": false, "description": "Repeating a request with the same key repeats its first answer", "schema": { "type": "string", "format": "uuid" } }));
    in_path.chain(in_query).chain(key).collect()
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "description": "Address of a page that explains this kind of problem" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What happened, in a sentence people can read" },
            "instance": { "type": "string" },
            "request_id": { "type": "string", "format": "uuid" },
            "errors": { "type": "object", "additionalProperties": { "type": "string" }, "description": "What is wrong with each field" },
        },
    })
}

/// One endpoint on the page.
struct Endpoint {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    scope: &'static str,
    rate: &'static str,
    query: &'static [QueryParameter],
    request: Option<String>,
    status: u16,
    response: Option<String>,
}

#[derive(Template)]
#[template(path = "reference/page.html")]
struct ReferencePage {
    shell: Shell,
    endpoints: Vec<Endpoint>,
}

async fn page(visit: Visit, app: web::Data<App>) -> Reply {
    let pretty = |schema: fn() -> schemars::Schema| {
        serde_json::to_string_pretty(&schema().to_value()).unwrap_or_default()
    };
    let endpoints = app
        .register
        .routes
        .iter()
        .filter_map(|route| {
            let (doc, Access::Api(scope)) = (route.api.as_ref()?, route.access) else {
                return None;
            };
            Some(Endpoint {
                method: route.method,
                path: route.path,
                summary: doc.summary,
                scope,
                rate: route.rate.as_str(),
                query: doc.query,
                request: doc.request.map(pretty),
                status: doc.response.0,
                response: doc.response.1.map(pretty),
            })
        })
        .collect();
    visit.page(&ReferencePage {
        shell: visit.shell(),
        endpoints,
    })
}
