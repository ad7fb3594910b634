//! Where the server listens: a unix socket in the data folder, or loopback when the path is too long for one.

use std::ffi::{OsStr, OsString};
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use secrecy::{ExposeSecret, SecretString};

/// Names the socket file only; nothing listens on a network port then.
const SOCKET_PORT: u16 = 5432;

/// `sun_path` without its closing zero byte: 108 bytes on Linux, 104 on macOS and the BSDs.
const LONGEST_SOCKET_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// What RFC 3986 leaves unreserved need not be encoded in a connection URL; everything else is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Socket { folder: PathBuf, port: u16 },
    Loopback { port: u16 },
}

impl Address {
    /// A socket in this folder when its path can be one, else a loopback port nobody listens on at this moment: the
    /// `last` one if it is free.
    pub fn choose(folder: &Path, last: Option<u16>) -> io::Result<Self> {
        let socket = Self::Socket {
            folder: folder.to_path_buf(),
            port: SOCKET_PORT,
        };
        if socket.socket_file().is_some_and(|file| fits(&file)) {
            return Ok(socket);
        }
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let again = last.filter(|port| *port != SOCKET_PORT).map(bind);
        let listener = match again {
            Some(Ok(listener)) => listener,
            _ => bind(0)?,
        };
        Ok(Self::Loopback {
            port: listener.local_addr()?.port(),
        })
    }

    /// The settings that make the server listen here and nowhere else.
    pub fn server_arguments(&self) -> Vec<OsString> {
        let (folder, listen) = match self {
            Self::Socket { folder, .. } => (folder.as_os_str(), ""),
            Self::Loopback { .. } => ("".as_ref(), "127.0.0.1"),
        };
        let mut sockets = OsString::from("unix_socket_directories=");
        sockets.push(quoted_when_needed(folder));
        let listen = OsString::from(format!("listen_addresses={listen}"));
        let port = OsString::from(format!("port={}", self.port()));
        [sockets, listen, port]
            .into_iter()
            .flat_map(|setting| [OsString::from("-c"), setting])
            .collect()
    }

    /// Whether somebody accepts connections here.
    pub fn answers(&self) -> bool {
        match self {
            Self::Socket { .. } => self
                .socket_file()
                .is_some_and(|file| UnixStream::connect(file).is_ok()),
            Self::Loopback { port } => TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_ok(),
        }
    }

    /// The socket itself, and the file that goes with it, when it is one.
    pub fn socket_file(&self) -> Option<PathBuf> {
        match self {
            Self::Socket { folder, port } => Some(folder.join(format!(".s.PGSQL.{port}"))),
            Self::Loopback { .. } => None,
        }
    }

    /// A URL for libpq, with the socket folder as an encoded host so that ordinary URL parsers read it too.
    pub fn url(&self, role: &str, password: Option<&SecretString>, database: &str) -> String {
        let password = password.map(|secret| format!(":{}", encoded(secret.expose_secret().as_bytes())));
        format!(
            "postgresql://{role}{password}@{host}:{port}/{database}",
            role = encoded(role.as_bytes()),
            password = password.unwrap_or_default(),
            host = self.host(),
            port = self.port(),
            database = encoded(database.as_bytes()),
        )
    }

    fn host(&self) -> String {
        match self {
            Self::Socket { folder, .. } => encoded(folder.as_os_str().as_bytes()),
            Self::Loopback { .. } => "127.0.0.1".to_owned(),
        }
    }

    fn port(&self) -> u16 {
        match self {
            Self::Socket { port, .. } | Self::Loopback { port } => *port,
        }
    }
}

fn encoded(bytes: &[u8]) -> String {
    percent_encode(bytes, RESERVED).to_string()
}

/// libpq reads a comma in a host as the start of another host, and the server's setting is a list as well.
fn fits(file: &Path) -> bool {
    let bytes = file.as_os_str().as_bytes();
    bytes.len() <= LONGEST_SOCKET_PATH && !bytes.iter().any(|byte| matches!(byte, b',' | b'"'))
}

/// In a list setting a folder with a space or capitals in its name must stand in double quotes.
fn quoted_when_needed(folder: &OsStr) -> OsString {
    if folder.is_empty() {
        return OsString::new();
    }
    let mut quoted = OsString::from("\"");
    quoted.push(folder);
    quoted.push("\"");
    quoted
}
