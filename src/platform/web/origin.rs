//! The address people reach the portal at, for links in mail.

use actix_web::{HttpRequest, web};

use crate::config::Config;

/// `https://portal.example.org`, without a slash at the end: the configured address, else the one this process listens at.
/// The Host header is believed only when it names this very machine: a link in a mail must not go where a stranger says.
pub fn of(request: &HttpRequest) -> String {
    let configured = request
        .app_data::<web::Data<Config>>()
        .map(|config| config.public_url.trim_end_matches('/').to_owned());
    if let Some(configured) = configured.filter(|url| !url.is_empty()) {
        return configured;
    }
    let host = request
        .headers()
        .get("host")
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    if is_this_machine(host) {
        format!("http://{host}")
    } else {
        format!("http://{}", request.app_config().local_addr())
    }
}

/// Whether a Host header names the loopback interface.
pub fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// `next` when it is a path on this portal and nothing else: browsers read `//host`, `/\host` and control characters in
/// between as another website (WHATWG URL, relative slash state).
pub fn local_path(next: &str) -> Option<&str> {
    let suspicious = next.chars().any(|c| c.is_control() || c == '\\') || next.len() > 2000;
    let local = next.starts_with('/') && !next.starts_with("//");
    (local && !suspicious).then_some(next)
}
