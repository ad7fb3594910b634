//! The library of the sample data: a few things worth reading, a film and a form, which were made for Waymark like its pictures.

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::runtime::Builder;

use crate::app::App;
use crate::demo::KEYS;
use crate::demo::plan::{Person, Plan};
use crate::domains::journeys::library::actions;
use crate::domains::journeys::library::model::{AssetKind, Content, Described};
use crate::domains::journeys::library::policy::{self, Writing};
use crate::domains::journeys::library::queries::folders;
use crate::domains::journeys::library::queries::media::{self, Announced, Played};
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetFolderId, AssetId, MediaId, OrgId};
use crate::platform::db::TenantTx;
use crate::platform::files::{self, StoredFile};
use crate::platform::web::upload::{Upload, waiting_room};

use super::{Written, missing};

/// What is said about the film, for those who do not hear or see it.
const TRANSCRIPT: &str = "Four steps of a conversation. One: ask what matters to them. Two: listen to the end. Three: say back what you \
     heard. Four: ask for one thing. There is no sound.";
/// The same beside the film.
const CAPTIONS: &str = "WEBVTT\n\n00:00.000 --> 00:01.600\nFour steps of a conversation\n\n00:01.600 --> 00:03.200\nAsk what matters to them\n\n\
     00:03.200 --> 00:04.800\nListen to the end\n\n00:04.800 --> 00:06.400\nSay back what you heard\n\n00:06.400 --> 00:08.000\nAsk for one thing";

/// What a browser found out about the film.
const PLAYED: Played = Played {
    duration_ms: Some(8_000),
    width: Some(480),
    height: Some(270),
};

/// A page of the library: title, tags, text.
type Page = (&'static str, &'static str, &'static str);

const OF_LOCAL: &[Page] = &[
    (
        "The first conversation",
        "conversations",
        include_str!("../library/first-conversation.md"),
    ),
    (
        "Hard moments",
        "conversations",
        include_str!("../library/hard-moments.md"),
    ),
];
const OF_ACADEMY: &[Page] = &[
    (
        "The discovery call",
        "calls",
        include_str!("../library/discovery-call.md"),
    ),
    (
        "A week that holds",
        "pipeline",
        include_str!("../library/weekly-rhythm.md"),
    ),
];

/// Files: name, title, bytes.
const FILES: &[(&str, &str, &[u8])] = &[
    (
        "four-steps.webm",
        "Four steps of a conversation",
        include_bytes!("../library/four-steps.webm"),
    ),
    (
        "after-a-conversation.pdf",
        "After a conversation: one page",
        include_bytes!("../library/after-a-conversation.pdf"),
    ),
];

/// The files, stored; none where the organization is not for looking around. Blocks, and must not be called on an async thread.
///
/// # Errors
/// When storage refuses; what was stored before is taken away again.
pub fn store(app: &App, org: OrgId, plan: &Plan) -> Result<Vec<StoredFile>, AppError> {
    let mut stored = Vec::new();
    if !KEYS.contains(&plan.organization.key.as_str()) {
        return Ok(stored);
    }
    for (name, _, bytes) in FILES {
        match store_one(app, org, name, bytes) {
            Ok(file) => stored.push(file),
            Err(error) => {
                discard(app, &stored);
                return Err(error);
            }
        }
    }
    Ok(stored)
}

fn store_one(app: &App, org: OrgId, name: &str, bytes: &[u8]) -> Result<StoredFile, AppError> {
    let unexpected = |cause: std::io::Error| AppError::Unexpected(cause.into());
    let folder = waiting_room(&app.config.data);
    std::fs::create_dir_all(&folder).map_err(unexpected)?;
    let draft = NamedTempFile::new_in(folder).map_err(unexpected)?;
    std::fs::write(draft.path(), bytes).map_err(unexpected)?;
    let upload = Upload::kept(name, Sha256::digest(bytes).into(), draft.into_temp_path());
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(unexpected)?;
    let looked_at = runtime.block_on(files::store(app.storage.as_ref(), org, &upload))?;
    looked_at.map_err(|refusal| AppError::Unexpected(anyhow::anyhow!("{name}: {refusal}")))
}

/// Takes stored files away again whose rows were not written. Blocks like [`store`].
pub fn discard(app: &App, stored: &[StoredFile]) {
    if let Ok(runtime) = Builder::new_current_thread().enable_all().build() {
        for file in stored {
            runtime.block_on(file.discard(app.storage.as_ref()));
        }
    }
}

/// Writes the library, in the name of whoever coaches there; nothing where there are no files for it.
///
/// # Errors
/// When the plan contradicts itself, or the database refuses.
pub fn write(
    tx: &mut TenantTx<'_>,
    plan: &Plan,
    written: &Written,
    stored: &[StoredFile],
) -> Result<(), AppError> {
    if stored.is_empty() {
        return Ok(());
    }
    let coaches = |person: &Person| person.roles.iter().any(|role| role.as_str() == "coach");
    let Some(author) = plan.people.iter().find(|person| coaches(person)) else {
        return Ok(());
    };
    let by = policy::on_behalf_of(written.member(&author.key)?);
    let is_local = KEYS.first() == Some(&plan.organization.key.as_str());
    let (pages, folder) = match is_local {
        true => (OF_LOCAL, "Steward school"),
        false => (OF_ACADEMY, "Foundations"),
    };
    let (place, name) = (tx.new_id::<AssetFolderId>(), folder);
    folders::insert(tx, &by, place, (None, name))?;
    let folder = place;
    for (title, tag, text) in pages {
        let content = Content {
            body: text.trim().to_owned(),
            ..Content::default()
        };
        let id = tx.new_id::<AssetId>();
        actions::add(
            tx,
            &by,
            (id, AssetKind::Page),
            &described(title, tag, folder),
            &content,
        )?;
    }
    let link = Content {
        body: "How to write so that people understand you: short, official, and free.".to_owned(),
        url: Some("https://www.plainlanguage.gov/guidelines/".to_owned()),
        ..Content::default()
    };
    let id = tx.new_id::<AssetId>();
    actions::add(
        tx,
        &by,
        (id, AssetKind::Link),
        &described("Plain language guidelines", "writing", folder),
        &link,
    )?;
    for ((name, title, _), file) in FILES.iter().zip(stored) {
        add_file(tx, &by, (name, title, folder), file)?;
    }
    Ok(())
}

fn described(title: &str, tag: &str, folder: AssetFolderId) -> Described {
    Described {
        title: title.to_owned(),
        folder: Some(folder),
        team: None,
        tags: vec![tag.to_owned()],
    }
}

fn add_file(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    (name, title, folder): (&str, &str, AssetFolderId),
    file: &StoredFile,
) -> Result<(), AppError> {
    let id = tx.new_id::<MediaId>();
    let announced = Announced {
        id,
        asset: AssetId(id.0),
        name,
        size_bytes: file.size_bytes,
    };
    let words = described(title, "conversations", folder);
    actions::add_announced(tx, by, &announced, (&words, ""))?;
    if name.ends_with(".webm") {
        media::describe(tx, by, id, ("", TRANSCRIPT))?;
        media::keep_captions(tx, by, (id, "en"), CAPTIONS)?;
        media::set_played(tx, by, id, PLAYED, None)?;
    }
    match actions::arrived(tx, id, file)? {
        true => Ok(()),
        false => Err(missing("file", name)),
    }
}
