//! Names of objects.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// Longest `kind`, in characters.
const MAX_KIND: usize = 32;

/// The name of an object: `org/<organization>/<kind>/<object>`, such as
/// `org/0190…/attachments/0191…`. There is no other form, so no key can leave its folder or meet another
/// organization's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StorageKey(String);

/// A text that is no storage key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a storage key of the form org/<id>/<kind>/<id>")]
pub struct InvalidStorageKey(String);

impl StorageKey {
    /// Names an object. `kind` is a folder such as `attachments`: a lower-case letter, then lower-case letters,
    /// digits, `-` and `_`, at most 32 characters.
    ///
    /// # Errors
    /// When `kind` has another form.
    pub fn new(org_id: Uuid, kind: &str, object_id: Uuid) -> Result<StorageKey, InvalidStorageKey> {
        let name = format!("org/{org_id}/{kind}/{object_id}");
        if is_kind(kind) {
            Ok(StorageKey(name))
        } else {
            Err(InvalidStorageKey(name))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name nobody uses, for checking that storage works.
    pub(super) fn probe() -> StorageKey {
        StorageKey(format!("org/{}/check/{}", Uuid::nil(), Uuid::new_v4()))
    }
}

/// Accepts exactly what [`StorageKey::as_str`] returns: ids in lower case with dashes.
impl FromStr for StorageKey {
    type Err = InvalidStorageKey;

    fn from_str(text: &str) -> Result<Self, InvalidStorageKey> {
        let invalid = || InvalidStorageKey(text.to_owned());
        let parts: Vec<&str> = text.split('/').collect();
        let ["org", org_id, kind, object_id] = parts.as_slice() else {
            return Err(invalid());
        };
        let id = |text: &str| Uuid::parse_str(text).map_err(|_| invalid());
        let key = StorageKey::new(id(org_id)?, kind, id(object_id)?)?;
        if key.as_str() == text {
            Ok(key)
        } else {
            Err(invalid())
        }
    }
}

impl fmt::Display for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_kind(kind: &str) -> bool {
    let letters = kind
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'));
    letters
        && kind.len() <= MAX_KIND
        && kind
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_lowercase())
}
