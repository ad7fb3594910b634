//! Objects in a folder and in a bucket, and the links that lead to them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use crate::support::bucket::{ACCESS_KEY, BUCKET, FakeBucket, REGION, SECRET_KEY};
use bytes::Bytes;
use futures_util::StreamExt as _;
use proptest::prelude::*;
use uuid::Uuid;
use waymark::platform::storage::links::{Grant, LinkRefused, Variant, sign, verify};
use waymark::platform::storage::{
    Addressing, ByteRange, LocalStorage, Patience, S3Settings, S3Storage, Storage, StorageError, StorageKey,
};

const ORG: Uuid = Uuid::from_u128(1);

fn key() -> StorageKey {
    StorageKey::new(ORG, "attachments", Uuid::from_u128(2)).unwrap()
}

fn settings(endpoint: &str) -> S3Settings {
    S3Settings {
        endpoint: endpoint.parse().unwrap(),
        region: REGION.to_owned(),
        bucket: BUCKET.to_owned(),
        access_key: ACCESS_KEY.to_owned(),
        secret_key: SECRET_KEY.into(),
        addressing: Addressing::Path,
        prefix: "/waymark/test/".to_owned(),
        patience: Patience {
            connect: Duration::from_secs(2),
            answer: Duration::from_secs(10),
            attempts: 3,
            first_pause: Duration::from_millis(1),
        },
    }
}

fn s3(endpoint: &str) -> S3Storage {
    S3Storage::new(settings(endpoint)).unwrap()
}

/// What every storage must do, whatever it is made of.
async fn expect_storage(storage: &dyn Storage) {
    let key = key();
    let body = Bytes::from((0..300_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
    assert!(matches!(storage.get(&key).await, Err(StorageError::NotFound)));

    storage.put(&key, body.clone(), "image/png").await.unwrap();
    let stored = storage.get(&key).await.unwrap();
    assert_eq!(
        (stored.len, stored.first, stored.total, stored.mime.as_str()),
        (1_200_000, 0, 1_200_000, "image/png")
    );
    assert_eq!(stored.into_bytes().await.unwrap(), body);

    for (range, first, len) in [
        (ByteRange::Between(10, 19), 10, 10),
        (ByteRange::From(1_199_999), 1_199_999, 1),
        (ByteRange::Last(5), 1_199_995, 5),
        (ByteRange::Between(0, u64::MAX), 0, 1_200_000),
    ] {
        let part = storage.range(&key, range).await.unwrap();
        assert_eq!(
            (part.first, part.len, part.total),
            (first, len, 1_200_000),
            "{range}"
        );
        let (from, to) = (
            usize::try_from(first).unwrap(),
            usize::try_from(first + len).unwrap(),
        );
        assert_eq!(part.into_bytes().await.unwrap(), body.slice(from..to));
    }
    let beyond = storage.range(&key, ByteRange::From(1_200_000)).await;
    assert!(matches!(
        beyond,
        Err(StorageError::RangeNotSatisfiable { total: 1_200_000 })
    ));

    let upload = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(upload.path(), b"from a file").unwrap();
    storage.put_file(&key, upload.path(), "text/plain").await.unwrap();
    let replaced = storage.get(&key).await.unwrap();
    assert_eq!(replaced.mime, "text/plain");
    assert_eq!(replaced.into_bytes().await.unwrap(), "from a file");

    storage.put(&key, Bytes::new(), "text/plain").await.unwrap();
    assert_eq!(storage.get(&key).await.unwrap().into_bytes().await.unwrap(), "");

    storage.delete(&key).await.unwrap();
    storage.delete(&key).await.unwrap();
    assert!(matches!(storage.get(&key).await, Err(StorageError::NotFound)));
    storage.check().await.unwrap();
}

#[actix_web::test]
async fn a_folder_keeps_objects() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path().join("objects"));
    expect_storage(&storage).await;
    assert!(storage.describe().starts_with("folder /"));
}

#[actix_web::test]
async fn a_bucket_keeps_objects() {
    let bucket = FakeBucket::start();
    let storage = s3(&bucket.endpoint());
    expect_storage(&storage).await;
    assert!(
        bucket
            .keys_seen()
            .iter()
            .all(|key| key.starts_with("waymark/test/org/")),
        "{:?}",
        bucket.keys_seen()
    );
    assert!(storage.describe().contains(BUCKET) && !storage.describe().contains(SECRET_KEY));
}

#[actix_web::test]
async fn files_are_for_the_portal_alone_and_leave_nothing_unfinished() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path());
    storage
        .put(&key(), Bytes::from_static(b"x"), "text/plain")
        .await
        .unwrap();
    let object = folder.path().join(key().as_str());
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&object), 0o600);
    assert_eq!(mode(object.parent().unwrap()), 0o700);
    let names = std::fs::read_dir(object.parent().unwrap()).unwrap().count();
    assert_eq!(names, 2, "the object and its type");

    storage.delete(&key()).await.unwrap();
    assert_eq!(std::fs::read_dir(object.parent().unwrap()).unwrap().count(), 0);
}

#[actix_web::test]
async fn a_folder_that_is_a_file_is_the_operators_business() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let storage = LocalStorage::new(file.path());
    assert!(matches!(
        storage.check().await,
        Err(StorageError::Misconfigured(_))
    ));
}

#[actix_web::test]
async fn a_shortened_file_is_not_taken_for_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path());
    storage
        .put(&key(), Bytes::from(vec![7; 200_000]), "text/plain")
        .await
        .unwrap();
    let mut stored = storage.get(&key()).await.unwrap();
    stored.body.next().await.unwrap().unwrap();
    std::fs::OpenOptions::new()
        .write(true)
        .open(folder.path().join(key().as_str()))
        .unwrap()
        .set_len(70_000)
        .unwrap();
    assert!(stored.into_bytes().await.is_err());
}

#[actix_web::test]
async fn two_bad_moments_are_survived_and_three_are_reported() {
    let bucket = FakeBucket::start();
    let storage = s3(&bucket.endpoint());
    bucket.answer_next([503, 500]);
    storage
        .put(&key(), Bytes::from_static(b"kept"), "text/plain")
        .await
        .unwrap();
    assert_eq!(bucket.requests(), 3);
    bucket.answer_next([429, 503]);
    assert_eq!(
        storage.get(&key()).await.unwrap().into_bytes().await.unwrap(),
        "kept"
    );

    bucket.answer_next([503, 503, 503]);
    match storage.get(&key()).await {
        Err(StorageError::Transient(why)) => assert!(why.contains("503"), "{why}"),
        other => panic!("{:?}", other.err()),
    }
    assert_eq!(bucket.requests(), 9);
}

#[actix_web::test]
async fn what_only_the_operator_can_mend_is_not_tried_again() {
    let bucket = FakeBucket::start();
    let mut wrong_secret = settings(&bucket.endpoint());
    wrong_secret.secret_key = "another".into();
    let mut wrong_bucket = settings(&bucket.endpoint());
    wrong_bucket.bucket = "elsewhere".to_owned();
    for (settings, says) in [
        (wrong_secret, "secret key is wrong"),
        (wrong_bucket, "bucket does not exist"),
    ] {
        let before = bucket.requests();
        match S3Storage::new(settings).unwrap().check().await {
            Err(StorageError::Misconfigured(why)) => assert!(why.contains(says), "{why}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(bucket.requests(), before + 1);
    }
}

#[actix_web::test]
async fn nobody_listening_is_a_bad_moment_and_tells_no_signature() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    match s3(&format!("http://127.0.0.1:{port}")).get(&key()).await {
        Err(StorageError::Transient(why)) => assert!(!why.contains("X-Amz"), "{why}"),
        other => panic!("{:?}", other.err()),
    }
}

#[test]
fn settings_that_cannot_be_right_are_refused_before_anything_is_sent() {
    for (endpoint, prefix) in [
        ("ftp://e.org", ""),
        ("http://127.0.0.1:9", "a/../b"),
        ("http://127.0.0.1:9", "a//b"),
    ] {
        let wrong = S3Settings {
            prefix: prefix.to_owned(),
            ..settings(endpoint)
        };
        assert!(
            matches!(S3Storage::new(wrong), Err(StorageError::Misconfigured(_))),
            "{endpoint} {prefix}"
        );
    }
    let no_host = S3Settings {
        addressing: Addressing::VirtualHost,
        ..settings("http://127.0.0.1:9")
    };
    assert!(matches!(
        S3Storage::new(no_host),
        Err(StorageError::Misconfigured(_))
    ));
}

#[test]
fn keys_have_one_form() {
    let key = StorageKey::new(ORG, "attachments", Uuid::from_u128(2)).unwrap();
    assert_eq!(
        key.as_str(),
        "org/00000000-0000-0000-0000-000000000001/attachments/00000000-0000-0000-0000-000000000002"
    );
    assert_eq!(key.as_str().parse(), Ok(key.clone()));
    for kind in ["", "..", "a/b", "A", "-a", "ä", "a.b", &"a".repeat(33)] {
        assert!(StorageKey::new(ORG, kind, ORG).is_err(), "{kind}");
    }
    for wrong in [
        String::new(),
        format!("{key}/"),
        format!("/{key}"),
        format!("{key}/../x"),
        key.as_str().replace("attachments", ".."),
        key.as_str().replace("org/", "org//"),
        format!("org/{{{ORG}}}/attachments/{ORG}"),
        format!(
            "org/{}/attachments/{ORG}",
            Uuid::from_u128(0xabc).to_string().to_uppercase()
        ),
    ] {
        assert!(wrong.parse::<StorageKey>().is_err(), "{wrong}");
    }
}

#[test]
fn range_headers_are_read_as_http_means_them() {
    for (header, range) in [
        ("bytes=0-99", Some(ByteRange::Between(0, 99))),
        ("bytes=5-", Some(ByteRange::From(5))),
        ("bytes=-7", Some(ByteRange::Last(7))),
        ("bytes=9-5", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("bytes=+1-2", None),
        ("lines=0-1", None),
        ("bytes=99999999999999999999-", None),
    ] {
        assert_eq!(ByteRange::parse(header), range, "{header}");
    }
    assert_eq!(ByteRange::Last(9).within(4), Some(0..4));
    assert_eq!(ByteRange::Last(0).within(4), None);
    assert_eq!(ByteRange::Between(4, 9).within(4), None);
    assert_eq!(ByteRange::From(0).within(0), None);
}

fn grant() -> Grant {
    Grant {
        attachment_id: Uuid::from_u128(3),
        variant: Variant::Thumbnail,
        member_id: Uuid::from_u128(4),
    }
}

#[test]
fn a_link_opens_what_it_was_signed_for_until_it_expires() {
    let token = sign(b"key", &grant(), 1_000);
    assert_eq!(verify(b"key", &grant(), &token, 1_000), Ok(()));
    assert_eq!(verify(b"key", &grant(), &token, 1_001), Err(LinkRefused::Expired));
    assert!(
        token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'),
        "{token}"
    );
}

#[test]
fn a_link_opens_nothing_else() {
    let token = sign(b"key", &grant(), 1_000);
    let others = [
        Grant {
            attachment_id: ORG,
            ..grant()
        },
        Grant {
            variant: Variant::Original,
            ..grant()
        },
        Grant {
            member_id: ORG,
            ..grant()
        },
    ];
    for other in others {
        assert_eq!(verify(b"key", &other, &token, 5), Err(LinkRefused::Forged));
    }
    assert_eq!(
        verify(b"other key", &grant(), &token, 5),
        Err(LinkRefused::Forged)
    );
    let longer = token.replacen("1000", "9000", 1);
    assert_eq!(verify(b"key", &grant(), &longer, 5_000), Err(LinkRefused::Forged));
    let short = &token[..token.len() - 4];
    for broken in ["", "-", "1000", "1000-", "1000-!", "+1000-AA", "-1000-AA", short] {
        assert_eq!(
            verify(b"key", &grant(), broken, 5),
            Err(LinkRefused::Forged),
            "{broken}"
        );
    }
}

#[test]
fn variants_have_names() {
    for variant in Variant::ALL {
        assert_eq!(variant.to_string().parse(), Ok(variant));
    }
    assert!("huge".parse::<Variant>().is_err());
}

proptest! {
    #[test]
    fn no_text_forges_a_link(text in "\\PC{0,60}") {
        prop_assert_eq!(verify(b"key", &grant(), &text, 0), Err(LinkRefused::Forged));
    }

    #[test]
    fn no_text_is_a_key_unless_it_has_the_form(text in "(org|/|\\.\\.|[a-z0-9-]){0,12}") {
        prop_assert!(text.parse::<StorageKey>().is_err());
    }
}
