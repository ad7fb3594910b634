//! The knowledge base beside a lesson.

use askama::Template;

use crate::domains::journeys::building;
use crate::domains::journeys::knowledge::actions;
use crate::domains::journeys::knowledge::model::Hit;
use crate::domains::journeys::knowledge::pages::HitLine;
use crate::domains::journeys::knowledge::queries::passages::{self, Asked};
use crate::kernel::error::AppError;
use crate::kernel::ids::{JourneyId, NodeKey};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::{Cited, quotation};

/// Hits beside a lesson.
const SHOWN: i32 = 8;

/// A passage that can be cited.
pub struct Offer {
    pub hit: HitLine,
    /// What a script puts where the author writes.
    pub quotation: String,
}

/// What was found for a lesson: the part a script renews.
#[derive(Template)]
#[template(path = "journeys/knowledge/_found.html")]
pub struct Found {
    pub shell: Shell,
    pub journey: JourneyId,
    pub node: NodeKey,
    pub words: String,
    pub offers: Vec<Offer>,
}

/// `/journeys/{journey}/nodes/{node}/knowledge`
#[derive(Template)]
#[template(path = "journeys/knowledge/cite.html")]
pub struct CitePage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub node: NodeKey,
    pub title: String,
    pub words: String,
    pub offers: Vec<Offer>,
}

impl CitePage {
    /// What fits these words, for a lesson that the acting member writes.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Denied`] for who does not build the journey.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (journey, node): (JourneyId, NodeKey),
        words: String,
    ) -> Result<Self, AppError> {
        actions::reader(tx)?;
        building::actions::changing(tx, journey)?;
        let draft = building::queries::draft(tx, journey)?;
        let there = building::queries::node(tx, draft.id, node)?;
        let asked = Asked {
            words: words.clone(),
            ..Asked::default()
        };
        let found = match words.is_empty() {
            true => Vec::new(),
            false => passages::search(tx, &asked, SHOWN)?,
        };
        Ok(Self {
            shell,
            journey,
            node,
            title: there.title,
            words,
            offers: found.iter().map(offer).collect(),
        })
    }

    /// The part a script renews.
    pub fn found(self) -> Found {
        Found {
            shell: self.shell,
            journey: self.journey,
            node: self.node,
            words: self.words,
            offers: self.offers,
        }
    }
}

fn offer(hit: &Hit) -> Offer {
    Offer {
        hit: HitLine::of(hit),
        quotation: quotation(&Cited {
            kind: hit.kind,
            title: &hit.title,
            url: hit.url.as_deref(),
            heading: &hit.heading,
            page: hit.page,
            text: &hit.body,
            source: &hit.source,
        }),
    }
}
