//! The inbox: three tabs and the count for badges.

use std::collections::HashMap;

use actix_web::web;
use serde::{Deserialize, Serialize};

use crate::domains::channels::broadcasts::{self, InboxCursor};
use crate::domains::channels::cursor::Cursor;
use crate::domains::channels::queries as channel_queries;
use crate::domains::channels::reading::queries as reading;
use crate::domains::identity::Me;
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::web::api::json;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::{InboxPage, Line, Pens, Tabs};
use super::queries::{self, Listed, PAGE};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/inbox", Access::Member, Rate::Standard, unread),
        get("/inbox/mentions", Access::Member, Rate::Standard, mentions),
        get("/inbox/broadcasts", Access::Member, Rate::Standard, broadcasts),
        get("/inbox/badge", Access::Member, Rate::Standard, badge),
    ]
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    /// Lines after this place.
    before: String,
    /// "Mark all read" was just done.
    undo: Option<String>,
    /// Muted channels too.
    muted: Option<String>,
}

impl Part {
    fn place<C: std::str::FromStr>(&self) -> Result<Option<C>, AppError> {
        match self.before.as_str() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                AppError::BadRequest("That is not a place in the inbox. Start at its beginning.".to_owned())
            }),
        }
    }
}

async fn unread(me: Me, part: web::Query<Part>) -> Reply {
    let part = part.into_inner();
    let page = me.tenant(move |tx, me| unread_page(tx, me, &part)).await?;
    me.visit.page(&page)
}

fn unread_page(tx: &mut TenantTx<'_>, me: &Me, part: &Part) -> Result<InboxPage, AppError> {
    let listed = if part.muted.is_some() {
        Listed::All
    } else {
        Listed::Loud
    };
    let after: Option<Cursor> = part.place()?;
    let mut rows = queries::unread(tx, listed, after)?;
    let more = cut(&mut rows);
    let muted = if listed == Listed::All { "&muted" } else { "" };
    let older = rows.last().filter(|_| more).map(|row| {
        format!(
            "/inbox?before={}{muted}",
            Cursor {
                at: row.last_message_at,
                id: row.channel_id.0
            }
        )
    });
    let pens = Drawing::of(
        tx,
        me,
        rows.iter().map(|row| row.author_id).collect(),
        rows.iter().map(|row| row.channel_id).collect(),
    )?;
    let lines = rows.iter().map(|row| pens.pens(tx, me).unread(row)).collect();
    let with_muted = listed == Listed::Loud && after.is_none() && queries::has_quiet_unread(tx)?;
    Ok(InboxPage {
        undo: part.undo.is_some(),
        with_muted: if with_muted {
            "/inbox?muted".to_owned()
        } else {
            String::new()
        },
        ..page(tx, me, "unread", lines, older, after.map(|_| "/inbox"))?
    })
}

async fn mentions(me: Me, part: web::Query<Part>) -> Reply {
    let part = part.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let after: Option<Cursor> = part.place()?;
            let mut rows = queries::mentions(tx, after)?;
            let more = cut(&mut rows);
            let older = rows.last().filter(|_| more).map(|row| {
                format!(
                    "/inbox/mentions?before={}",
                    Cursor {
                        at: row.created_at,
                        id: row.id.0
                    }
                )
            });
            let pens = Drawing::of(
                tx,
                me,
                rows.iter().map(|row| row.author_id).collect(),
                rows.iter().map(|row| row.channel_id).collect(),
            )?;
            let lines = rows.iter().map(|row| pens.pens(tx, me).mention(row)).collect();
            page(tx, me, "mentions", lines, older, after.map(|_| "/inbox/mentions"))
        })
        .await?;
    me.visit.page(&page)
}

async fn broadcasts(me: Me, part: web::Query<Part>) -> Reply {
    let part = part.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let after: Option<InboxCursor> = part.place()?;
            let mut items = broadcasts::inbox_items(tx, after, PAGE + 1)?;
            let more = cut(&mut items);
            let older = items
                .last()
                .filter(|_| more)
                .map(|item| format!("/inbox/broadcasts?before={}", item.cursor));
            let pens = Drawing::default();
            let lines = items
                .iter()
                .map(|item| pens.pens(tx, me).broadcast(item))
                .collect();
            page(
                tx,
                me,
                "broadcasts",
                lines,
                older,
                after.map(|_| "/inbox/broadcasts"),
            )
        })
        .await?;
    me.visit.page(&page)
}

/// Lists are read with one line more than shown; answers whether it was there.
fn cut<T>(rows: &mut Vec<T>) -> bool {
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    more
}

/// Names for the lines.
#[derive(Default)]
struct Drawing {
    cards: HashMap<MemberId, tenancy::MemberCard>,
    called: HashMap<ChannelId, channel_queries::Called>,
}

impl Drawing {
    fn of(
        tx: &mut TenantTx<'_>,
        me: &Me,
        authors: Vec<MemberId>,
        channels: Vec<ChannelId>,
    ) -> Result<Self, AppError> {
        if authors.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self {
            cards: tenancy::member_cards(tx, &authors)?,
            called: channel_queries::called(tx, me.member, &channels)?,
        })
    }

    fn pens(&self, tx: &TenantTx<'_>, me: &Me) -> Pens<'_> {
        Pens {
            cards: &self.cards,
            called: &self.called,
            now: tx.now(),
            zone: me.zone,
        }
    }
}

fn page(
    tx: &mut TenantTx<'_>,
    me: &Me,
    tab: &'static str,
    lines: Vec<Line>,
    older: Option<String>,
    newest: Option<&str>,
) -> Result<InboxPage, AppError> {
    let totals = tx.read_once(reading::totals)?;
    Ok(InboxPage {
        shell: me.shell(tx)?,
        tabs: Tabs::of(tab, totals),
        lines,
        undo: false,
        with_muted: String::new(),
        older: older.unwrap_or_default(),
        newest: newest.unwrap_or_default().to_owned(),
    })
}

/// What the badge of other pages shows.
#[derive(Serialize)]
struct Badge {
    unread: i64,
    mentions: i64,
    broadcasts: i64,
    total: i64,
}

async fn badge(me: Me) -> Reply {
    let totals = me.tenant(|tx, _| reading::totals(tx)).await?;
    json(
        200,
        &Badge {
            unread: totals.unread,
            mentions: totals.mentions,
            broadcasts: totals.broadcasts,
            total: totals.waiting(),
        },
    )
}
