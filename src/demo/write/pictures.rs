//! The pictures of the sample conversations, taken in as if their authors had uploaded them.

use diesel::prelude::*;
use futures_util::{StreamExt as _, stream};
use tokio::runtime::{Builder, Runtime};

use crate::app::App;
use crate::demo::plan::Plan;
use crate::demo::{KEYS, pictures};
use crate::domains::channels::attachments::intake::{self, Arrival};
use crate::domains::channels::attachments::model::NewFile;
use crate::domains::channels::attachments::queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::OrgId;
use crate::platform::db::schema::attachments;
use crate::platform::db::{TenantScope, TenantTx};
use crate::platform::files::{self, StoredFile};

use super::{Written, id_at, missing, number};

/// What the sample mail of blocks shows.
const IN_MAIL: &str = "potluck-table.webp";
/// Pictures prepared and stored at the same time.
const AT_ONCE: usize = 4;

/// A stored picture and the message it hangs on.
pub struct Hung {
    pub file: NewFile,
    pub seq: i64,
    pub alt: String,
}

/// A picture before it is stored.
struct Planned {
    arrival: Arrival,
    name: String,
    bytes: &'static [u8],
    seq: i64,
    alt: String,
}

/// Stores the pictures of all messages that stand. Blocks, and must not be called on an async thread.
///
/// # Errors
/// When a picture is not shipped or storage refuses; what was stored before is taken away again.
pub fn store(app: &App, scope: &TenantScope, plan: &Plan, written: &Written) -> Result<Vec<Hung>, AppError> {
    let planned = planned(plan, written)?;
    if planned.is_empty() {
        return Ok(Vec::new());
    }
    runtime()?.block_on(async {
        let outcomes: Vec<_> = stream::iter(planned)
            .map(|picture| hang(app, scope, picture))
            .buffered(AT_ONCE)
            .collect()
            .await;
        let (mut hung, mut failed) = (Vec::new(), None);
        for outcome in outcomes {
            match outcome {
                Ok(picture) => hung.push(picture),
                Err(error) => failed = Some(error),
            }
        }
        let Some(error) = failed else {
            return Ok(hung);
        };
        take_away(app, &hung).await;
        Err(error)
    })
}

/// The picture of the sample mail of blocks, where the plan is that of the organization that has one.
///
/// # Errors
/// When it is not shipped or storage refuses.
pub fn for_mail(app: &App, org: OrgId, plan: &Plan) -> Result<Option<StoredFile>, AppError> {
    if KEYS.first() != Some(&plan.organization.key.as_str()) {
        return Ok(None);
    }
    let bytes = pictures::find(IN_MAIL).ok_or_else(|| missing("picture", IN_MAIL))?;
    let stored = files::store_picture(app.storage.as_ref(), org, IN_MAIL, bytes);
    runtime()?.block_on(stored).map(Some)
}

/// Takes it away again when its row was not written. Blocks like [`store`].
pub fn discard_mail(app: &App, picture: Option<&StoredFile>) {
    if let (Some(picture), Ok(runtime)) = (picture, runtime()) {
        runtime.block_on(picture.discard(app.storage.as_ref()));
    }
}

/// Writes what uploading, describing and sending a picture write.
///
/// # Errors
/// When the database refuses.
pub fn insert(tx: &mut TenantTx<'_>, picture: &Hung) -> QueryResult<()> {
    queries::insert(tx, &picture.file)?;
    diesel::update(attachments::table.filter(attachments::id.eq(picture.file.id)))
        .set((
            attachments::seq.eq(picture.seq),
            attachments::alt_text.eq(&picture.alt),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes stored pictures away again whose rows were not written. Blocks like [`store`].
pub fn discard(app: &App, hung: &[Hung]) {
    match runtime() {
        Ok(runtime) => runtime.block_on(take_away(app, hung)),
        Err(cause) => tracing::warn!(%cause, "pictures of the sample data stay behind"),
    }
}

fn runtime() -> Result<Runtime, AppError> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| AppError::Unexpected(cause.into()))
}

/// Refuses a plan with a picture that nobody drew, before anything of it is written.
///
/// # Errors
/// Naming the picture.
pub fn expect_drawn(plan: &Plan, written: &Written) -> Result<(), AppError> {
    planned(plan, written).map(|_| ())
}

fn planned(plan: &Plan, written: &Written) -> Result<Vec<Planned>, AppError> {
    plan.messages
        .iter()
        .filter(|message| message.deletion.is_none())
        .filter_map(|message| Some((message, message.attachment.as_ref()?)))
        .map(|(message, attachment)| {
            let name = &attachment.file_name;
            Ok(Planned {
                arrival: Arrival {
                    id: id_at(message.sent_at),
                    channel: written.channel(&message.channel)?,
                    member: written.member(&message.author)?,
                    at: message.sent_at,
                },
                name: name.clone(),
                bytes: pictures::find(name).ok_or_else(|| missing("picture", name))?,
                seq: number(message.index) + 1,
                alt: attachment.alt.clone(),
            })
        })
        .collect()
}

async fn hang(app: &App, scope: &TenantScope, picture: Planned) -> Result<Hung, AppError> {
    let file = intake::take_picture(app, scope, picture.arrival, &picture.name, picture.bytes).await?;
    Ok(Hung {
        file,
        seq: picture.seq,
        alt: picture.alt,
    })
}

async fn take_away(app: &App, hung: &[Hung]) {
    for picture in hung {
        intake::discard(app, &picture.file).await;
    }
}
