//! Help pages, for members inside the portal and for everyone outside of it.

use actix_web::web;
use askama::Template;

use crate::domains::identity::Me;
use crate::kernel::error::AppError;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, Shell, Visit};

use super::topics::{self, TOPICS, Topic};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/help", Access::Public, Rate::Standard, index),
        get("/help/{topic}", Access::Public, Rate::Standard, show),
    ]
}

#[derive(Template)]
#[template(path = "help/index.html")]
struct IndexPage {
    shell: Shell,
    topics: &'static [Topic],
}

#[derive(Template)]
#[template(path = "help/index_outside.html")]
struct IndexOutside {
    shell: Shell,
    topics: &'static [Topic],
}

#[derive(Template)]
#[template(path = "help/topic.html")]
struct TopicPage {
    shell: Shell,
    topic: &'static Topic,
    topics: &'static [Topic],
}

#[derive(Template)]
#[template(path = "help/topic_outside.html")]
struct TopicOutside {
    shell: Shell,
    topic: &'static Topic,
    topics: &'static [Topic],
}

async fn index(visit: Visit, me: Result<Me, AppError>) -> Reply {
    match inside(me).await? {
        Some(shell) => visit.page(&IndexPage {
            shell,
            topics: &TOPICS,
        }),
        None => visit.page(&IndexOutside {
            shell: visit.shell(),
            topics: &TOPICS,
        }),
    }
}

async fn show(visit: Visit, me: Result<Me, AppError>, slug: web::Path<String>) -> Reply {
    let topic = topics::topic(&slug).ok_or(AppError::NotFound)?;
    match inside(me).await? {
        Some(shell) => visit.page(&TopicPage {
            shell,
            topic,
            topics: &TOPICS,
        }),
        None => visit.page(&TopicOutside {
            shell: visit.shell(),
            topic,
            topics: &TOPICS,
        }),
    }
}

/// The shell of whoever is signed in; help is for those who can't get in, too.
async fn inside(me: Result<Me, AppError>) -> Result<Option<Shell>, AppError> {
    match me {
        Ok(me) => me.tenant(|tx, me| me.shell(tx)).await.map(Some),
        Err(AppError::SignInRequired | AppError::Denied(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
