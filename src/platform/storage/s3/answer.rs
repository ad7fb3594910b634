//! What a bucket's answers mean.

use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE};
use reqwest::{Response, StatusCode};

use crate::platform::storage::StorageError;

/// Bytes of an error document that are read; the code stands at its beginning.
const ENOUGH: usize = 4 * 1024;

/// Which bytes an answer carries.
pub(super) struct Part {
    pub(super) first: u64,
    pub(super) len: u64,
    pub(super) total: u64,
}

/// The answer, if it is a good one.
pub(super) async fn accept(response: Response) -> Result<Response, StorageError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let total = content_range(&response).map_or(0, |(_, total)| total);
    let code = error_code(response).await;
    Err(match status {
        StatusCode::NOT_FOUND if code != "NoSuchBucket" => StorageError::NotFound,
        StatusCode::RANGE_NOT_SATISFIABLE => StorageError::RangeNotSatisfiable { total },
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            StorageError::Transient(said(status, &code))
        }
        status if status.is_server_error() => StorageError::Transient(said(status, &code)),
        status => StorageError::Misconfigured(said(status, &code)),
    })
}

/// A request that got no answer. The address is left out: it holds the signature.
pub(super) fn not_sent(error: reqwest::Error) -> StorageError {
    let error = error.without_url();
    if error.is_builder() {
        return StorageError::Misconfigured(error.to_string());
    }
    StorageError::Transient(error.to_string())
}

/// Which bytes of which total a successful answer carries.
pub(super) fn part(response: &Response) -> Result<Part, StorageError> {
    let no_length =
        || StorageError::Misconfigured("the server does not say how long the object is".to_owned());
    let len = response.content_length().ok_or_else(no_length)?;
    match response.status() {
        StatusCode::PARTIAL_CONTENT => {
            let (first, total) = content_range(response).ok_or_else(no_length)?;
            Ok(Part { first, len, total })
        }
        _ => Ok(Part {
            first: 0,
            len,
            total: len,
        }),
    }
}

pub(super) fn mime(response: &Response) -> String {
    let header = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    header.unwrap_or("application/octet-stream").to_owned()
}

/// `bytes 0-99/1234`, or `bytes */1234` when the range lay beyond the end: first offset and total.
fn content_range(response: &Response) -> Option<(u64, u64)> {
    let header = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = header.strip_prefix("bytes ")?.split_once('/')?;
    let first = range
        .split_once('-')
        .and_then(|(first, _)| first.parse().ok())
        .unwrap_or(0);
    Some((first, total.parse().ok()?))
}

/// What stands in `<Code>` of an S3 error document; empty when there is none.
async fn error_code(mut response: Response) -> String {
    let mut document = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        document.extend_from_slice(&piece);
        if document.len() > ENOUGH {
            break;
        }
    }
    let text = String::from_utf8_lossy(&document);
    let code = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"));
    code.map(|(code, _)| {
        code.chars()
            .filter(char::is_ascii_alphanumeric)
            .take(64)
            .collect()
    })
    .unwrap_or_default()
}

fn said(status: StatusCode, code: &str) -> String {
    let advice = match code {
        "NoSuchBucket" => ": the bucket does not exist",
        "RequestTimeTooSkewed" => ": this machine's clock is wrong",
        "SignatureDoesNotMatch" | "InvalidAccessKeyId" => ": the access key or the secret key is wrong",
        "AccessDenied" => {
            ": the key may not do this, or the object is missing and the key may not list the bucket"
        }
        "PermanentRedirect" | "AuthorizationHeaderMalformed" => ": the region or the endpoint is wrong",
        _ => "",
    };
    format!("the server answered {} {code}{advice}", status.as_u16())
}
