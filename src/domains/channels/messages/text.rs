//! What posting and changing a text have in common: rendering it, whom it calls, and whether it can stand.

use std::collections::HashMap;

use crate::domains::channels::model::Place;
use crate::domains::channels::queries as channel_queries;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MemberId};
use crate::kernel::markup::{self, MentionResolver, Rendered, ResolvedMention};
use crate::platform::db::TenantTx;

/// Above this many people `@channel` asks first.
const EVERYONE_UNASKED: i64 = 5;

/// People of a channel by handle: only they can be mentioned in it.
struct ChannelNames(HashMap<String, MemberCard>);

impl MentionResolver for ChannelNames {
    fn resolve(&self, handle: &str) -> Option<ResolvedMention> {
        self.0.get(handle).map(|card| ResolvedMention {
            member_id: card.id.0,
            display_name: card.name.clone(),
        })
    }
}

/// Renders a text with the mentions that are possible in this channel.
pub(super) fn rendered(tx: &mut TenantTx<'_>, channel: ChannelId, body: &str) -> Result<Rendered, AppError> {
    let handles = markup::handles_in(body);
    let mut names = HashMap::new();
    if !handles.is_empty() {
        let found = tenancy::find_by_handles(tx, &handles)?;
        let inside = channel_queries::those_inside(
            tx,
            channel,
            &found.iter().map(|card| card.id).collect::<Vec<_>>(),
        )?;
        names = found
            .into_iter()
            .filter(|card| inside.contains(&card.id))
            .map(|card| (card.handle.clone(), card))
            .collect();
    }
    Ok(markup::render(body, &ChannelNames(names)))
}

/// The people a text calls by name, without its author.
pub(super) fn named_in(rendered: &Rendered, author: MemberId) -> Vec<MemberId> {
    let people = rendered.mentions.iter().map(|target| MemberId(target.member_id));
    people.filter(|member| *member != author).collect()
}

/// Finds what is wrong with the words themselves.
pub(super) fn check_words(errors: &mut FieldErrors, body: &str, rendered: &Rendered, nothing_else: bool) {
    if let Err(problem) = markup::check_length(body) {
        errors.add("body", problem.to_string());
    }
    if rendered.html.is_empty() && nothing_else {
        errors.add("body", "Write something or attach a file.");
    }
}

/// `@channel` asks first where it calls more than a handful.
pub(super) fn ask_about_everyone(
    tx: &mut TenantTx<'_>,
    place: &Place,
    errors: &mut FieldErrors,
) -> Result<(), AppError> {
    let others = channel_queries::member_count(tx, place.channel.id)? - 1;
    if others > EVERYONE_UNASKED {
        errors.add(
            "everyone",
            format!("@channel calls all {others} other people here. Confirm that you mean it."),
        );
    }
    Ok(())
}

/// Nothing, or all that was found.
pub(super) fn found(errors: FieldErrors) -> Result<(), AppError> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}
