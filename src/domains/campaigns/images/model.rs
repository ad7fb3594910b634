//! What the library is made of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{CampaignImageId, MemberId, OrgId, TemplateId};
use crate::platform::db::schema::campaign_images;

use super::Address;

/// An image. Its address stays for good.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = campaign_images)]
pub struct Image {
    pub id: CampaignImageId,
    pub token: Vec<u8>,
    pub name: String,
    /// What it shows, in words; empty when it only decorates.
    pub alt: String,
    pub decorates: bool,
    pub mime: String,
    pub size_bytes: i64,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    pub storage_key: String,
    pub thumb_key: String,
    pub uploaded_by: MemberId,
    pub created_at: DateTime<Utc>,
    /// When it was taken out of the list.
    pub hidden_at: Option<DateTime<Utc>>,
}

impl Image {
    /// Its path on the portal.
    pub fn path(&self, org: OrgId) -> String {
        let token = self.token.clone();
        Address { org, token }.path()
    }

    /// `1200 × 800, JPEG, 85 kB`.
    pub fn measures(&self) -> String {
        let kind = match self.mime.as_str() {
            "image/jpeg" => "JPEG",
            "image/png" => "PNG",
            "image/gif" => "GIF",
            _ => "Image",
        };
        let size = match self.size_bytes {
            ..1_000 => format!("{} B", self.size_bytes),
            bytes => format!("{} kB", bytes / 1_000),
        };
        format!("{} × {}, {kind}, {size}", self.width, self.height)
    }
}

/// What an image is called and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    pub name: String,
    /// Empty when it only decorates.
    pub alt: String,
}

/// A version that shows an image.
#[derive(Debug, Clone)]
pub struct Use {
    pub image: CampaignImageId,
    pub template: TemplateId,
    pub name: String,
    pub version: i32,
    /// The newest version of that template.
    pub current: i32,
}
