//! A mail server in one line, as operators write it.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

use super::settings::{Credentials, Security};

/// What a line such as `smtps://user:password@mail.example.org` says.
#[derive(Debug, Clone)]
pub struct Address {
    /// Name or IP address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// User and password, if the line has them.
    pub credentials: Option<Credentials>,
}

impl Address {
    /// Reads a line. `smtps://` is TLS from the first byte (port 465, RFC 8314, 3.3), `smtp://` is STARTTLS (port 587, RFC 3207), and
    /// `smtp://…?tls=none` is not encrypted (port 25). What is not a letter or digit in user or password is percent-encoded.
    ///
    /// # Errors
    /// A sentence that says how to write it; it never repeats the line, which may hold a password.
    pub fn read(line: &str) -> Result<Self, String> {
        let wrong = || {
            "must look like smtps://user:password@mail.example.org, smtp://… for STARTTLS, or smtp://…?tls=none for none"
                .to_owned()
        };
        let url = Url::parse(line).map_err(|_| wrong())?;
        let tls = url.query_pairs().find(|(key, _)| key == "tls");
        let security = match (url.scheme(), tls.as_ref().map(|(_, value)| value.as_ref())) {
            ("smtps", None) => Security::Tls,
            ("smtp", None) => Security::StartTls,
            ("smtp", Some("none")) => Security::Plain,
            _ => return Err(wrong()),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        let usual = match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::Plain => 25,
        };
        let user = plain(url.username()).ok_or_else(wrong)?;
        let password = plain(url.password().unwrap_or_default()).ok_or_else(wrong)?;
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(usual),
            security,
            credentials: (!user.is_empty()).then(|| Credentials {
                user,
                password: SecretString::from(password),
            }),
        })
    }
}

fn plain(encoded: &str) -> Option<String> {
    let decoded = percent_decode_str(encoded).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
