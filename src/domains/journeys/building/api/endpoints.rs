//! Endpoints and what the OpenAPI document says about them.

use crate::platform::web::api::{Listing, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{CURSOR, LIMIT};
use crate::platform::web::routes::{ApiDoc, QueryKind, QueryParameter, get, post};
use crate::platform::web::{Access, RouteDef};

use super::routes as handlers;
use super::shapes::{
    AddNode, CreateJourney, JourneySummary, JourneyView, MoveNode, PublishJourney, Published,
};

const FILTERED: &[QueryParameter] = &[
    QueryParameter {
        name: "q",
        meaning: "Part of a title",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "archived",
        meaning: "`true` for those that are put away",
        kind: QueryKind::Text,
    },
    CURSOR,
    LIMIT,
];

const READ: Access = Access::Api(handlers::READ);
const WRITE: Access = Access::Api(handlers::WRITE);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/journeys", READ, Rate::Standard, handlers::list).api(ApiDoc {
            summary: "Journeys the caller builds, those changed last first",
            request: None,
            response: (200, Some(schema::<Listing<JourneySummary>>)),
            query: FILTERED,
        }),
        post("/api/journeys", WRITE, Rate::Medium, handlers::create).api(ApiDoc {
            summary: "Begin a journey",
            request: Some(schema::<CreateJourney>),
            response: (201, Some(schema::<JourneyView>)),
            query: &[],
        }),
        get("/api/journeys/{journey}", READ, Rate::Standard, handlers::show).api(ApiDoc {
            summary: "One journey with its draft",
            request: None,
            response: (200, Some(schema::<JourneyView>)),
            query: &[],
        }),
        post(
            "/api/journeys/{journey}/nodes",
            WRITE,
            Rate::Medium,
            handlers::add,
        )
        .api(ApiDoc {
            summary: "Add a milestone or lesson to the draft",
            request: Some(schema::<AddNode>),
            response: (201, Some(schema::<JourneyView>)),
            query: &[],
        }),
        post(
            "/api/journeys/{journey}/moves",
            WRITE,
            Rate::Medium,
            handlers::move_node,
        )
        .api(ApiDoc {
            summary: "Move a milestone or lesson",
            request: Some(schema::<MoveNode>),
            response: (200, Some(schema::<JourneyView>)),
            query: &[],
        }),
        post(
            "/api/journeys/{journey}/publication",
            WRITE,
            Rate::Medium,
            handlers::publish,
        )
        .api(ApiDoc {
            summary: "Publish the draft as the next version",
            request: Some(schema::<PublishJourney>),
            response: (201, Some(schema::<Published>)),
            query: &[],
        }),
    ]
}
