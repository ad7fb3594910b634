//! Endpoints.

use std::collections::HashMap;

use actix_web::web;

use crate::app::App;
use crate::domains::channels::broadcasts::{self, Audience, NewBroadcast, SendTime};
use crate::domains::channels::messages::model::{IdTaken, Message, NewMessage};
use crate::domains::channels::messages::{posting, queries as messages};
use crate::domains::channels::model::{HistoryRule, JoinRule, PostPolicy};
use crate::domains::channels::places::{self, NewChannel, Settings};
use crate::domains::channels::queries as channel_queries;
use crate::domains::channels::reading::{actions as reading, queries as unread};
use crate::domains::identity::Caller;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MessageId};
use crate::platform::db::TenantTx;
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{PAGED, Page};
use crate::platform::web::routes::{ApiDoc, delete, get, post};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::push;
use super::shapes::{
    AcceptedBroadcast, ChannelSummary, ChannelUnread, CreateChannel, CreatedChannel, ForgetPushToken,
    MarkSeen, MarkedSeen, MessageView, PostMessage, PushToken, RegisterPushToken, SendBroadcast, UnreadCount,
};

/// The routes, with the access and rate classes of the first seed's table.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/api/channels",
            Access::Api("channels:read"),
            Rate::Standard,
            list,
        )
        .api(ApiDoc {
            summary: "The caller's channels with what is unread, in the order of their ids",
            request: None,
            response: (200, Some(schema::<Listing<ChannelSummary>>)),
            query: PAGED,
        }),
        post(
            "/api/channels",
            Access::Api("channels:write"),
            Rate::Strict,
            create,
        )
        .api(ApiDoc {
            summary: "Make a channel for a team, challenge, sponsor or cohort",
            request: Some(schema::<CreateChannel>),
            response: (201, Some(schema::<CreatedChannel>)),
            query: &[],
        }),
        get(
            "/api/channels/{channel}/messages",
            Access::Api("channels:read"),
            Rate::Standard,
            read_messages,
        )
        .api(ApiDoc {
            summary: "Messages of a channel, the newest first",
            request: None,
            response: (200, Some(schema::<Listing<MessageView>>)),
            query: PAGED,
        }),
        post(
            "/api/channels/{channel}/messages",
            Access::Api("channels:write"),
            Rate::Medium,
            post_message,
        )
        .api(ApiDoc {
            summary: "Post a message",
            request: Some(schema::<PostMessage>),
            response: (201, Some(schema::<MessageView>)),
            query: &[],
        }),
        get(
            "/api/messages/unread-count",
            Access::Api("channels:read"),
            Rate::Standard,
            unread_count,
        )
        .api(ApiDoc {
            summary: "What waits for the caller",
            request: None,
            response: (200, Some(schema::<UnreadCount>)),
            query: &[],
        }),
        post(
            "/api/messages/mark-seen",
            Access::Api("channels:write"),
            Rate::Standard,
            mark_seen,
        )
        .api(ApiDoc {
            summary: "Mark one channel as read up to a message, or everything",
            request: Some(schema::<MarkSeen>),
            response: (200, Some(schema::<MarkedSeen>)),
            query: &[],
        }),
        post(
            "/api/channels/{channel}/broadcast",
            Access::Api("broadcasts:write"),
            Rate::Strict,
            broadcast,
        )
        .api(ApiDoc {
            summary: "Send a broadcast to the members of a channel (throttled by role, with a daily cap)",
            request: Some(schema::<SendBroadcast>),
            response: (202, Some(schema::<AcceptedBroadcast>)),
            query: &[],
        }),
        post(
            "/api/push-tokens",
            Access::Api("push:write"),
            Rate::Medium,
            register,
        )
        .api(ApiDoc {
            summary: "Register a device for push",
            request: Some(schema::<RegisterPushToken>),
            response: (201, Some(schema::<PushToken>)),
            query: &[],
        }),
        delete(
            "/api/push-tokens",
            Access::Api("push:write"),
            Rate::Medium,
            forget,
        )
        .api(ApiDoc {
            summary: "Forget a device",
            request: Some(schema::<ForgetPushToken>),
            response: (204, None),
            query: &[],
        }),
    ]
}

async fn list(caller: Caller, page: web::Query<Page>) -> Reply {
    caller.require("channels:read")?;
    let (after, limit) = (page.after::<ChannelId>()?, page.limit()?);
    let limit = usize::try_from(limit).unwrap_or_default();
    let (channels, next) = caller
        .tenant(move |tx, _| places::list_for_api(tx, after, limit))
        .await?;
    json(
        200,
        &Listing {
            data: channels.into_iter().map(ChannelSummary::from).collect(),
            next_cursor: next.map(|channel| channel.to_string()),
        },
    )
}

async fn create(caller: Caller, app: web::Data<App>, json: Json<CreateChannel>) -> Reply {
    caller.require("channels:write")?;
    let wanted = json.body;
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let settings = Settings {
            title: wanted.title,
            description: wanted.description,
            post_policy: wanted.post_policy.unwrap_or(PostPolicy::Everyone),
            join_rule: wanted.join_rule.unwrap_or(JoinRule::Context),
            history_rule: wanted.history_rule.unwrap_or(HistoryRule::Everything),
        }
        .checked()?;
        let channel = places::create_channel(
            tx,
            &NewChannel {
                context: wanted.context_id,
                settings,
                owner: None,
            },
        )?;
        Answer::json(
            201,
            &CreatedChannel {
                id: channel.id,
                title: channel.title,
                r#type: channel.kind,
                context_id: channel.context_id,
            },
        )
    });
    answer.await?.reply(&caller.visit)
}

async fn read_messages(caller: Caller, channel: web::Path<ChannelId>, page: web::Query<Page>) -> Reply {
    caller.require("channels:read")?;
    let channel = *channel;
    let (before, limit) = (page.after::<i64>()?, page.limit()?);
    let listing = caller
        .tenant(move |tx, _| {
            let place = channel_queries::my_place(tx, channel)?;
            let mut found =
                messages::page_before(tx, channel, place.membership.visible_from_seq, before, limit)?;
            found.reverse();
            let full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
            let next_cursor = found
                .last()
                .filter(|last| full && last.seq > place.membership.visible_from_seq)
                .map(|last| last.seq.to_string());
            Ok(Listing {
                data: views(tx, channel, found)?,
                next_cursor,
            })
        })
        .await?;
    json(200, &listing)
}

fn views(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    found: Vec<Message>,
) -> Result<Vec<MessageView>, AppError> {
    let seqs: Vec<i64> = found.iter().map(|message| message.seq).collect();
    let mut reactions = messages::reactions_of(tx, channel, &seqs)?;
    let mut files = match found.iter().any(|message| message.has_attachment) {
        true => messages::attachments_of(tx, channel, &seqs)?,
        false => HashMap::new(),
    };
    let cards = tenancy::member_cards(
        tx,
        &found.iter().map(|message| message.author_id).collect::<Vec<_>>(),
    )?;
    let view = |message: Message| {
        let name = cards
            .get(&message.author_id)
            .map(|card| card.name.clone())
            .unwrap_or_default();
        let given = reactions.remove(&message.seq).unwrap_or_default();
        let files = files.remove(&message.seq).unwrap_or_default();
        MessageView::new(channel, message, name, given, files)
    };
    Ok(found.into_iter().map(view).collect())
}

async fn post_message(caller: Caller, channel: web::Path<ChannelId>, json: Json<PostMessage>) -> Reply {
    caller.require("channels:write")?;
    let (channel, wanted) = (*channel, json.body);
    let new = NewMessage {
        // The message's id makes it happen once; without one, the request's key does.
        id: MessageId(wanted.client_id.unwrap_or(json.key.uuid())),
        body: wanted
            .body
            .replace("\r\n", "\n")
            .replace('\0', "")
            .trim()
            .to_owned(),
        reply_to: wanted.reply_to_seq,
        attachments: Vec::new(),
        everyone_confirmed: wanted.confirm_everyone,
        taken: IdTaken::Refuse,
    };
    let view = caller
        .tenant(move |tx, _| {
            let said = posting::post(tx, channel, &new).map_err(in_words_of_the_api)?;
            views(tx, channel, vec![said.message().clone()])?
                .pop()
                .ok_or(AppError::NotFound)
        })
        .await?;
    crate::platform::web::api::json(201, &view)
}

async fn unread_count(caller: Caller) -> Reply {
    caller.require("channels:read")?;
    let count = caller
        .tenant(|tx, _| {
            let totals = unread::totals(tx)?;
            let waiting = unread::my_channels(tx)?
                .into_iter()
                .filter(|channel| channel.unread + channel.mentions > 0);
            let channels = waiting
                .map(|channel| ChannelUnread {
                    channel_id: channel.id,
                    unread: channel.unread,
                    mentions: channel.mentions,
                })
                .collect();
            Ok(UnreadCount {
                unread: totals.unread,
                mentions: totals.mentions,
                broadcasts: totals.broadcasts,
                channels,
            })
        })
        .await?;
    json(200, &count)
}

async fn mark_seen(caller: Caller, json: Json<MarkSeen>) -> Reply {
    caller.require("channels:write")?;
    let wanted = json.body;
    let channels = caller
        .tenant(move |tx, _| match (wanted.channel_id, wanted.everything) {
            (Some(channel), false) => reading::read(tx, channel, wanted.seq.unwrap_or(i64::MAX)).map(|()| 1),
            (None, true) => reading::read_all(tx).map(|read| read.channels),
            _ => Err(AppError::field(
                "channel_id",
                "Name a channel, or set everything to true.",
            )),
        })
        .await?;
    crate::platform::web::api::json(200, &MarkedSeen { channels })
}

async fn broadcast(
    caller: Caller,
    app: web::Data<App>,
    channel: web::Path<ChannelId>,
    json: Json<SendBroadcast>,
) -> Reply {
    caller.require("broadcasts:write")?;
    let (channel, wanted) = (*channel, json.body);
    let (scope, settings) = (caller.scope(), app.config.broadcasts.clone());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let new = NewBroadcast {
            title: wanted.title,
            body: wanted.body,
            audience: Audience::Channel(channel),
            requires_ack: wanted.requires_ack,
            send: wanted.send_at.map_or(SendTime::Now, SendTime::At),
            confirmed: wanted.confirmed_recipients,
        };
        let made = broadcasts::create(tx, &settings, new).map_err(in_words_of_the_api)?;
        Answer::json(
            202,
            &AcceptedBroadcast {
                id: made.id,
                send_at: made.send_at,
                recipients: made.recipient_count,
            },
        )
    });
    answer.await?.reply(&caller.visit)
}

async fn register(caller: Caller, app: web::Data<App>, json: Json<RegisterPushToken>) -> Reply {
    caller.require("push:write")?;
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        Answer::json(201, &push::register(tx, &json.body)?)
    });
    answer.await?.reply(&caller.visit)
}

async fn forget(caller: Caller, app: web::Data<App>, json: Json<ForgetPushToken>) -> Reply {
    caller.require("push:write")?;
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        push::forget(tx, &json.body)?;
        Ok(Answer::no_content())
    });
    answer.await?.reply(&caller.visit)
}

/// Actions name the fields of web forms; programs sent other names.
fn in_words_of_the_api(error: AppError) -> AppError {
    let AppError::Invalid(errors) = error else {
        return error;
    };
    let mut named = FieldErrors::default();
    for (field, words) in errors.iter() {
        let name = match field {
            "confirm" => "confirmed_recipients",
            "everyone" => "confirm_everyone",
            "reply_to" => "reply_to_seq",
            same => same,
        };
        named.add(name, words);
    }
    AppError::Invalid(named)
}
