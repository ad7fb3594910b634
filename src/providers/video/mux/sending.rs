//! Sending a file to the address that Mux gave for it, in pieces (the resumable uploads of Google Cloud Storage, which Mux uses).

use reqwest::StatusCode;
use secrecy::SecretString;
use url::Url;

use super::answers::Trouble;
use crate::providers::Http;
use crate::providers::http::{self, Answer, Unanswered};
use crate::providers::video::Content;

/// Bytes of a piece: a multiple of 256 KiB, as is asked of all but the last.
const PIECE: u64 = 8 * 1024 * 1024;

/// Sends what is missing of a file. The address is as good as a password, so it is taken out of whatever is answered.
pub(super) async fn send(http: &Http, url: &Url, size: u64, content: &dyn Content) -> Result<(), Trouble> {
    let secret = SecretString::from(url.as_str().to_owned());
    let probe = http
        .put(url.clone())
        .header("content-range", format!("bytes */{size}"))
        .header("content-length", 0);
    let Some(mut at) = arrived(&answered(http::send(probe, &secret).await)?)? else {
        return Ok(());
    };
    while at < size {
        let bytes = content
            .read(at, PIECE.min(size - at))
            .await
            .map_err(|cause| Trouble::Later(format!("The file could not be read here: {cause}"), None))?;
        let end = at + bytes.len() as u64;
        let request = http
            .put(url.clone())
            .header(
                "content-range",
                format!("bytes {at}-{}/{size}", end.saturating_sub(1)),
            )
            .body(bytes);
        match arrived(&answered(http::send(request, &secret).await)?)? {
            None => return Ok(()),
            Some(next) if next > at => at = next,
            Some(_) => return Err(Trouble::Later("A piece did not arrive".to_owned(), None)),
        }
    }
    Ok(())
}

/// Where to go on; none when all of it is there.
fn arrived(answer: &Answer) -> Result<Option<u64>, Trouble> {
    match answer.status.as_u16() {
        200 | 201 => Ok(None),
        308 => {
            let end = answer
                .header("range")
                .and_then(|range| range.rsplit('-').next()?.parse::<u64>().ok());
            Ok(Some(end.map_or(0, |end| end + 1)))
        }
        404 | 410 => Err(Trouble::Gone),
        408 | 429 | 500..=599 => Err(Trouble::Later(
            format!("The upload was answered {}", answer.status.as_u16()),
            None,
        )),
        status => Err(Trouble::Refused(format!(
            "The upload was answered {status} {}",
            StatusCode::from_u16(status)
                .ok()
                .and_then(|status| status.canonical_reason())
                .unwrap_or_default()
        ))),
    }
}

/// A piece may be sent again: where the last one ended is asked first.
fn answered(outcome: Result<Answer, Unanswered>) -> Result<Answer, Trouble> {
    outcome.map_err(|unanswered| match unanswered {
        Unanswered::NeverSent(why) | Unanswered::Unknown(why) => Trouble::Later(why, None),
    })
}
