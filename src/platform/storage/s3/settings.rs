//! What an operator says about a bucket.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::platform::storage::StorageError;

/// Where a bucket is and how to get in.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// Such as `https://s3.eu-central-1.amazonaws.com` or `http://minio:9000`.
    pub endpoint: Url,
    pub region: String,
    pub bucket: String,
    pub access_key: String,
    pub secret_key: SecretString,
    pub addressing: Addressing,
    /// A folder inside the bucket, such as `waymark/production`; empty for the bucket itself.
    pub prefix: String,
    pub patience: Patience,
}

/// Where the name of the bucket stands in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// `https://endpoint/bucket/key`: most self-hosted servers.
    Path,
    /// `https://bucket.endpoint/key`: AWS.
    VirtualHost,
}

/// How long to wait, and how often to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// To reach the server.
    pub connect: Duration,
    /// For an answer to begin, and between its pieces; uploads get more by their size.
    pub answer: Duration,
    /// Attempts in all; at least one is made.
    pub attempts: u32,
    /// Before the second attempt; doubled before each further one.
    pub first_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(20),
            attempts: 4,
            first_pause: Duration::from_millis(200),
        }
    }
}

impl From<Addressing> for rusty_s3::UrlStyle {
    fn from(addressing: Addressing) -> Self {
        match addressing {
            Addressing::Path => rusty_s3::UrlStyle::Path,
            Addressing::VirtualHost => rusty_s3::UrlStyle::VirtualHost,
        }
    }
}

impl S3Settings {
    /// The prefix every object name gets: empty, or folders that end in `/`. `.` and `..` would be resolved as
    /// in a path and lead elsewhere, so they are refused.
    pub(super) fn object_prefix(&self) -> Result<String, StorageError> {
        let folders = self.prefix.trim_matches('/');
        if folders.is_empty() {
            return Ok(String::new());
        }
        if folders.split('/').all(is_folder) {
            return Ok(format!("{folders}/"));
        }
        let why = format!(
            "“{}” is no prefix: use letters, digits, - and _, with / between folders",
            self.prefix
        );
        Err(StorageError::Misconfigured(why))
    }
}

fn is_folder(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
