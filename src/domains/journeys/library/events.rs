//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::{AssetFolderId, AssetId, MediaId, MemberId};

events! {
    AssetAdded = "journeys.asset.added", "Something came into the library of journeys." { asset: AssetId }
    AssetChanged = "journeys.asset.changed", "Something of the library is called, filed or written differently." { asset: AssetId }
    AssetUploaded = "journeys.asset.uploaded", "A file of the library is whole, was looked at, and can be used." { asset: AssetId, media: MediaId }
    AssetRefused = "journeys.asset.refused", "A file of the library cannot be used." { asset: AssetId, media: MediaId }
    AssetArchived = "journeys.asset.archived", "Something of the library is no longer offered; where it is used, it stays." { asset: AssetId }
    AssetRestored = "journeys.asset.restored", "Something of the library is offered again." { asset: AssetId }
    FolderChanged = "journeys.folder.changed", "A folder of the library was made, moved, renamed or removed." { folder: AssetFolderId }
    MuxChanged = "journeys.mux.changed", "From where videos are played was set anew." { by: MemberId }
    MuxStopped = "journeys.mux.stopped", "Mux does not let the portal in; videos are played from the portal." { }
}
