//! What is done with Mux' account, its copies and its reports. Each is one transaction; Mux is asked between them.

use serde_json::{Value, json};

use crate::domains::journeys::library::actions as library;
use crate::domains::journeys::library::events::{MuxChanged, MuxStopped};
use crate::domains::journeys::library::model::MediaState;
use crate::domains::journeys::library::queries::media;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{MediaId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;
use crate::providers::Check;
use crate::providers::video::mux::{MuxReport, News};
use crate::providers::video::{Handed, Reference};

use super::jobs::{self, OfFilm};
use super::model::MuxFilm;
use super::queries::{self, Facts};

/// The acting member, who may set Mux up.
///
/// # Errors
/// [`AppError::NotFound`] for who does not work in the library; [`AppError::Denied`] for all but admins.
pub fn may_set_up(tx: &mut TenantTx<'_>) -> Result<MemberId, AppError> {
    let keeper = library::keeper(tx)?;
    match tx.roles().has(Role::Admin) {
        true => Ok(keeper.member()),
        false => Err(Denied::because("From where videos are played is decided by admins.").into()),
    }
}

/// Keeps the account. Where it is in use, what has no copy gets one.
///
/// # Errors
/// When the database fails.
pub fn keep(tx: &mut TenantTx<'_>, by: MemberId, facts: &Facts) -> Result<(), AppError> {
    let before = queries::account(tx)?.map(|account| account.audience);
    queries::keep_account(tx, by, facts)?;
    let said = json!({
        "token_id": facts.token_id, "signing_key_id": facts.signing_key_id, "audience": facts.audience,
        "secrets_changed": facts.token_secret.is_some() || facts.signing_key.is_some() || facts.webhook_secret.is_some(),
    });
    tx.audit(
        Entry::general("journeys.mux.changed", "mux")
            .before(json!({ "audience": before }))
            .after(said),
    )?;
    tx.emit(&MuxChanged { by })?;
    tx.enqueue(NewJob::new(jobs::HAND_OVER_ALL, json!({})).unique("all"))?;
    Ok(())
}

/// Notes what a check found; answers the sentence.
///
/// # Errors
/// When the database fails.
pub fn checked(tx: &mut TenantTx<'_>, found: &Check) -> Result<(bool, String), AppError> {
    let (is_good, said) = match found {
        Check::Good { note: None } => (true, "Mux lets us in, and knows the signing key.".to_owned()),
        Check::Good { note: Some(note) } => (true, format!("Mux lets us in. {note}.")),
        Check::Wrong { why } => (false, format!("{why}.")),
        Check::Unknown { why } => (false, format!("It could not be found out now. {why}.")),
    };
    queries::note_check(tx, &said)?;
    Ok((is_good, said))
}

/// Enqueues the making of a copy, where the account is in use.
///
/// # Errors
/// When the database fails.
pub fn want_copy(tx: &mut TenantTx<'_>, media: MediaId) -> Result<(), AppError> {
    let in_use = queries::account(tx)?.is_some_and(|account| account.is_in_use());
    if in_use {
        tx.enqueue(NewJob::new(jobs::HAND_OVER, OfFilm { media }).unique(media.to_string()))?;
    }
    Ok(())
}

/// The copy that an attempt is about to be made for; none when there is nothing to do any more.
///
/// # Errors
/// When the database fails.
pub fn taken_in_hand(tx: &mut TenantTx<'_>, id: MediaId) -> Result<Option<(MuxFilm, i32)>, AppError> {
    let file = media::one(tx, id)?;
    if file.state != MediaState::Ready {
        return Ok(None);
    }
    let known = queries::held(tx, id)?;
    match known.as_ref().map(|film| film.state) {
        Some(MediaState::Ready) => return Ok(None),
        None | Some(MediaState::Failed | MediaState::Deleted) => queries::plan(tx, id)?,
        Some(_) => {}
    }
    let attempts = queries::count_attempt(tx, id)?;
    Ok(queries::film(tx, id)?.map(|film| (film, attempts)))
}

/// Notes what came of an attempt. News that a report told in the meantime stand.
///
/// # Errors
/// When the database fails.
pub fn note(tx: &mut TenantTx<'_>, id: MediaId, handed: &Handed) -> Result<(), AppError> {
    let Some(film) = queries::held(tx, id)? else {
        return Ok(());
    };
    let known = film.reference();
    let (news, reference, failure) = match handed {
        Handed::Ready(reference) => (MediaState::Ready, reference.clone(), String::new()),
        Handed::UnderWay(reference) => {
            let news = match reference.asset.is_some() {
                true => MediaState::Processing,
                false => MediaState::UploadedPendingAsset,
            };
            (news, reference.clone(), String::new())
        }
        Handed::Later { why, reference, .. } => (film.state, reference.clone(), why.clone()),
        Handed::Refused { why } => (MediaState::Failed, known.clone(), why.clone()),
        Handed::Credentials { why } => (film.state, known.clone(), why.clone()),
    };
    // What a report told in the meantime stands; else it is as the attempt left it.
    let reference = match (handed, film.state.is_under_way()) {
        (Handed::Later { .. }, true) => reference,
        _ => joined(reference, known),
    };
    queries::note(tx, id, (film.state.after(news), &reference), &failure)?;
    heed_parked(tx, id)
}

/// What either of two knows.
fn joined(new: Reference, known: Reference) -> Reference {
    Reference {
        upload: new.upload.or(known.upload),
        asset: new.asset.or(known.asset),
        playback: new.playback.or(known.playback),
        is_doubtful: new.is_doubtful,
    }
}

/// Stops handing over: Mux does not let us in.
///
/// # Errors
/// When the database fails.
pub fn stop(tx: &mut TenantTx<'_>, why: &str) -> Result<(), AppError> {
    queries::stop(tx, why)?;
    tx.audit(Entry::general("journeys.mux.stopped", "mux").after(json!({ "why": why })))?;
    tx.emit(&MuxStopped {})?;
    Ok(())
}

/// Heeds a report that was believed: once, whatever the order in which reports come. One whose film is not known is parked.
///
/// # Errors
/// When the database fails.
pub fn heed(tx: &mut TenantTx<'_>, report: &MuxReport, body: &Value) -> Result<(), AppError> {
    if !queries::insert_report(tx, report, (None, "parked"), body)? {
        return Ok(());
    }
    if let Some((film, fate)) = applied(tx, report)? {
        queries::settle_report(tx, &report.id, (film, fate))?;
        // What was parked may be about what is known only now.
        heed_parked(tx, film)?;
    }
    Ok(())
}

/// Heeds what was parked and is about this film.
fn heed_parked(tx: &mut TenantTx<'_>, film: MediaId) -> Result<(), AppError> {
    for parked in queries::parked(tx)? {
        let bytes = parked.body.to_string();
        let Ok(report) = crate::providers::video::mux::read_report(bytes.as_bytes()) else {
            continue;
        };
        match applied(tx, &report)? {
            Some((found, fate)) if found == film => queries::settle_report(tx, &parked.id, (found, fate))?,
            _ => {}
        }
    }
    Ok(())
}

/// Does what a report says to the film that it is about; answers which, and whether it told anything new.
fn applied(tx: &mut TenantTx<'_>, report: &MuxReport) -> Result<Option<(MediaId, &'static str)>, AppError> {
    let Some(film) = found(tx, report)? else {
        return Ok(None);
    };
    let known = film.reference();
    // About an earlier upload of the same file, which was given up.
    let is_other =
        |ours: &Option<String>, theirs: &Option<String>| ours.is_some() && theirs.is_some() && ours != theirs;
    if is_other(&known.upload, &report.upload) || is_other(&known.asset, &report.asset) {
        return Ok(Some((film.media_id, "late")));
    }
    let (news, playback, failure) = match &report.news {
        News::Uploaded => (MediaState::UploadedPendingAsset, None, String::new()),
        News::Processing => (MediaState::Processing, None, String::new()),
        News::Ready {
            playback: Some(playback),
        } => (MediaState::Ready, Some(playback.clone()), String::new()),
        // Without a signed address it cannot be played yet; the job makes one.
        News::Ready { playback: None } => (MediaState::Processing, None, String::new()),
        News::Failed { why } => (MediaState::Failed, None, why.clone()),
        News::Deleted => (MediaState::Deleted, None, "It was deleted at Mux.".to_owned()),
        News::Other => (film.state, None, film.failure.clone()),
    };
    let reference = Reference {
        upload: known.upload.or_else(|| report.upload.clone()),
        asset: known.asset.or_else(|| report.asset.clone()),
        playback: known.playback.or(playback),
        is_doubtful: false,
    };
    let state = film.state.after(news);
    let is_new = state != film.state;
    let failure = match is_new {
        true => failure,
        false => film.failure.clone(),
    };
    queries::note(tx, film.media_id, (state, &reference), &failure)?;
    Ok(Some((film.media_id, if is_new { "heeded" } else { "late" })))
}

/// The film that a report is about: by what we called it, else by what Mux does.
fn found(tx: &mut TenantTx<'_>, report: &MuxReport) -> Result<Option<MuxFilm>, AppError> {
    let ours: Option<MediaId> = report.passthrough.as_deref().and_then(|text| text.parse().ok());
    if let Some(ours) = ours
        && let Some(film) = queries::held(tx, ours)?
    {
        return Ok(Some(film));
    }
    Ok(queries::called(
        tx,
        report.upload.as_deref(),
        report.asset.as_deref(),
    )?)
}

/// Enqueues the removal of every copy.
///
/// # Errors
/// When the database fails.
pub fn remove_all(tx: &mut TenantTx<'_>) -> Result<usize, AppError> {
    let copies = queries::standing(tx)?;
    for media in &copies {
        let job = NewJob::new(jobs::REMOVE, OfFilm { media: *media });
        tx.enqueue(job.unique(media.to_string()))?;
    }
    tx.audit(Entry::general("journeys.mux.emptied", "mux").after(json!({ "copies": copies.len() })))?;
    Ok(copies.len())
}

/// Notes that a copy is gone.
///
/// # Errors
/// When the database fails.
pub fn removed(tx: &mut TenantTx<'_>, id: MediaId) -> Result<(), AppError> {
    if let Some(film) = queries::held(tx, id)? {
        let state = film.state.after(MediaState::Deleted);
        queries::note(tx, id, (state, &film.reference()), "")?;
    }
    Ok(())
}
