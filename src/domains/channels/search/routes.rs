//! Searching. A search is an address: it can be kept, sent and taken back with the browser's button. What cannot be
//! understood is said beside its field with status 200, since nothing was sent that could be refused.

use actix_web::HttpRequest;

use crate::domains::channels::cursor::Cursor;
use crate::domains::channels::queries as channel_queries;
use crate::domains::identity::Me;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MemberId};
use crate::kernel::search_query::Has;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::forms::{Meant, SearchForm};
use super::highlight;
use super::pages::{Fields, Hit, SearchPage};
use super::queries::{self, Asked, Found, PAGE};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![get("/search", Access::Member, Rate::Standard, search)]
}

async fn search(me: Me, request: HttpRequest) -> Reply {
    let form: SearchForm = serde_html_form::from_str(request.query_string())
        .map_err(|cause| AppError::BadRequest(format!("The search can't be read: {cause}.")))?;
    let page = me.tenant(move |tx, me| answer(tx, me, &form)).await?;
    me.visit.page(&page)
}

fn answer(tx: &mut TenantTx<'_>, me: &Me, form: &SearchForm) -> Result<SearchPage, AppError> {
    let meant = match form.parse() {
        Ok(meant) => meant,
        Err(errors) => return refused(tx, me, form, errors),
    };
    let channel = match meant.channel {
        Some(channel) => match channel_queries::my_place(tx, channel) {
            Ok(_) => Some((channel, name_of(tx, me, channel)?)),
            Err(AppError::NotFound) => return refused(tx, me, form, not_inside()),
            Err(other) => return Err(other),
        },
        None => None,
    };
    let shell = me.shell(tx)?;
    let fields = fields(&meant, channel.clone());
    if form.is_empty() {
        return Ok(SearchPage {
            shell,
            fields,
            errors: FieldErrors::default(),
            searched: None,
            hits: Vec::new(),
            older: String::new(),
            newest: String::new(),
        });
    }
    let after: Option<Cursor> = match form.older.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| {
            AppError::BadRequest("That is not a place among the hits. Start at the newest.".to_owned())
        })?),
    };
    let channels = match channels_meant(tx, &meant, &channel)? {
        Within::Channels(channels) => channels,
        Within::Unknown(sentence) => {
            return refused(tx, me, form, at("in", &form.within, sentence));
        }
    };
    let asked = meant.asked(me, channels);
    let mut found = queries::messages(tx, &Asked { after, ..asked })?;
    if found.is_empty()
        && let Some(sentence) = unknown_authors(tx, me, &meant)?
    {
        return refused(tx, me, form, at("from", &form.from, sentence));
    }
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let address = form.address();
    let older = found.last().filter(|_| more).map(|last| {
        format!(
            "{address}&older={}",
            Cursor {
                at: last.created_at,
                id: last.id.0
            }
        )
    });
    Ok(SearchPage {
        hits: hits(tx, me, &meant, &found)?,
        searched: Some(spoken(&meant, channel)),
        older: older.unwrap_or_default(),
        newest: after.map(|_| address).unwrap_or_default(),
        errors: FieldErrors::default(),
        fields,
        shell,
    })
}

/// A sentence at the field it is about, or at the box when that was typed there.
fn at(field: &str, typed: &str, sentence: String) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add(if typed.trim().is_empty() { "q" } else { field }, sentence);
    errors
}

/// What is wrong with `from:`. Asked only when nothing was found: who has left may still have written.
fn unknown_authors(tx: &mut TenantTx<'_>, me: &Me, meant: &Meant) -> Result<Option<String>, AppError> {
    let handles = meant.handles(me);
    let people = tenancy::find_by_handles(tx, &handles)?;
    Ok(tenancy::nobody_called(&handles, &people))
}

/// Where to search.
enum Within {
    /// In these channels; none for all.
    Channels(Option<Vec<ChannelId>>),
    /// In channels that the searcher is not in, as a sentence.
    Unknown(String),
}

fn channels_meant(
    tx: &mut TenantTx<'_>,
    meant: &Meant,
    channel: &Option<(ChannelId, String)>,
) -> Result<Within, AppError> {
    let names = &meant.query.in_channels;
    if names.is_empty() {
        return Ok(Within::Channels(
            channel.as_ref().map(|(channel, _)| vec![*channel]),
        ));
    }
    let called = queries::called(tx, names)?;
    let unknown: Vec<String> = names
        .iter()
        .filter(|name| !called.iter().any(|(known, _)| known == *name))
        .map(|name| format!("“{name}”"))
        .collect();
    if !unknown.is_empty() {
        return Ok(Within::Unknown(format!(
            "You are in no channel called {}. Write its whole name.",
            unknown.join(" or ")
        )));
    }
    let within = |id: &ChannelId| channel.as_ref().is_none_or(|(only, _)| only == id);
    let channels = called.into_iter().map(|(_, channel)| channel).filter(within);
    Ok(Within::Channels(Some(channels.collect())))
}

fn name_of(tx: &mut TenantTx<'_>, me: &Me, channel: ChannelId) -> Result<String, AppError> {
    Ok(channel_queries::called(tx, me.member, &[channel])?
        .remove(&channel)
        .map(|called| called.name)
        .unwrap_or_default())
}

fn not_inside() -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add(
        "in",
        "You are not in that channel, so nothing in it can be searched.",
    );
    errors
}

/// The form as it was typed, with what is wrong.
fn refused(
    tx: &mut TenantTx<'_>,
    me: &Me,
    form: &SearchForm,
    errors: FieldErrors,
) -> Result<SearchPage, AppError> {
    let fields = Fields {
        words: form.q.clone(),
        from: form.from.clone(),
        within: form.within.clone(),
        after: form.after.clone(),
        before: form.before.clone(),
        has: things(|thing| form.has.iter().any(|chosen| chosen == thing)),
        filtered: true,
        channel: None,
    };
    Ok(SearchPage {
        shell: me.shell(tx)?,
        fields,
        errors,
        searched: None,
        hits: Vec::new(),
        older: String::new(),
        newest: String::new(),
    })
}

fn fields(meant: &Meant, channel: Option<(ChannelId, String)>) -> Fields {
    let query = &meant.query;
    Fields {
        words: meant.words(),
        from: query
            .from
            .iter()
            .map(|handle| format!("@{handle}"))
            .collect::<Vec<_>>()
            .join(" "),
        within: query.in_channels.join(", "),
        after: query.after.map(|day| day.to_string()).unwrap_or_default(),
        before: query.before.map(|day| day.to_string()).unwrap_or_default(),
        has: things(|thing| query.has.iter().any(|has| has.as_str() == thing)),
        filtered: !(query.from.is_empty()
            && query.in_channels.is_empty()
            && query.after.is_none()
            && query.before.is_none()
            && query.has.is_empty()),
        channel: channel.map(|(channel, name)| (format!("/channels/{channel}"), name)),
    }
}

fn things(chosen: impl Fn(&str) -> bool) -> Vec<(&'static str, &'static str, bool)> {
    let label = |has: Has| match has {
        Has::Link => "A link",
        Has::Image => "A picture",
        Has::File => "A file",
        Has::Attachment => "A picture or file",
        Has::Pin => "A pin",
        Has::Reaction => "A reaction",
    };
    Has::ALL
        .into_iter()
        .map(|has| (has.as_str(), label(has), chosen(has.as_str())))
        .collect()
}

/// The whole search as it could be typed into the box.
fn spoken(meant: &Meant, channel: Option<(ChannelId, String)>) -> String {
    let mut query = meant.query.clone();
    query.in_channels.extend(channel.map(|(_, name)| name));
    query.to_string()
}

fn hits(tx: &mut TenantTx<'_>, me: &Me, meant: &Meant, found: &[Found]) -> Result<Vec<Hit>, AppError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let authors: Vec<MemberId> = found.iter().map(|message| message.author_id).collect();
    let channels: Vec<ChannelId> = found.iter().map(|message| message.channel_id).collect();
    let cards = tenancy::member_cards(tx, &authors)?;
    let called = channel_queries::called(tx, me.member, &channels)?;
    let hit = |message: &Found| {
        let card = cards.get(&message.author_id);
        Hit {
            href: format!(
                "/channels/{}?at={}#m-{}",
                message.channel_id, message.seq, message.id
            ),
            author: card.map_or_else(|| "Former member".to_owned(), |card| card.name.clone()),
            initials: card.map_or_else(|| "–".to_owned(), |card| card.initials.clone()),
            hue: card.map_or(0, |card| card.hue),
            place: called
                .get(&message.channel_id)
                .map(|called| called.name.clone())
                .unwrap_or_default(),
            time: machine(message.created_at),
            moment: local_date_time(message.created_at, me.zone),
            parts: highlight::excerpt(&message.body_text, meant.whole(), meant.beginning()),
        }
    };
    Ok(found.iter().map(hit).collect())
}
