//! How a file comes to be played: forward only, whatever the order in which news of it arrive.

use crate::pg_enum;

pg_enum! {
    /// How far a file is.
    MediaState as MediaState {
        /// Its upload has begun.
        QueuedForUpload = "queued_for_upload": "Waiting for its file",
        /// All of it is here, and nobody has looked at it.
        UploadedPendingAsset = "uploaded_pending_asset": "Uploaded",
        /// It is being looked at and stored.
        Processing = "processing": "Being prepared",
        Ready = "ready": "Ready",
        Failed = "failed": "Not usable",
        Deleted = "deleted": "Deleted",
    }
}

impl MediaState {
    /// Whether media may go from here to there. The database holds to the same table (`app.media_may_become`).
    pub const fn may_become(self, next: Self) -> bool {
        use MediaState::{Deleted, Failed, Processing, QueuedForUpload, Ready, UploadedPendingAsset};
        match (self, next) {
            (QueuedForUpload, UploadedPendingAsset | Processing | Ready | Failed | Deleted)
            | (UploadedPendingAsset, Processing | Ready | Failed | Deleted)
            | (Processing, Ready | Failed | Deleted)
            | (Ready, Deleted)
            | (Failed, Ready | Deleted) => true,
            (before, after) => before as u8 == after as u8,
        }
    }

    /// Where media are after this news: there, or still here when the news came late.
    #[must_use]
    pub const fn after(self, news: Self) -> Self {
        if self.may_become(news) { news } else { self }
    }

    /// Whether something is still to come by itself.
    pub const fn is_under_way(self) -> bool {
        matches!(
            self,
            Self::QueuedForUpload | Self::UploadedPendingAsset | Self::Processing
        )
    }
}
