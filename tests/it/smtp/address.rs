//! A mail server in one line.

use secrecy::ExposeSecret;

use waymark::providers::mail::smtp::{Address, Security};

#[test]
fn a_line_names_a_server() {
    let full = Address::read("smtps://portal%40example.org:s%3Acret@mail.example.org").unwrap();
    let credentials = full.credentials.unwrap();
    assert_eq!(
        (full.host.as_str(), full.port, full.security),
        ("mail.example.org", 465, Security::Tls)
    );
    assert_eq!(credentials.user, "portal@example.org");
    assert_eq!(credentials.password.expose_secret(), "s:cret");
    let starts = Address::read("smtp://mail.example.org").unwrap();
    assert_eq!((starts.port, starts.security), (587, Security::StartTls));
    let plain = Address::read("smtp://[::1]:2525?tls=none").unwrap();
    assert_eq!(
        (plain.host.as_str(), plain.port, plain.security),
        ("::1", 2525, Security::Plain)
    );
    assert!(plain.credentials.is_none());
}

#[test]
fn what_names_none_is_refused_without_being_repeated() {
    for line in [
        "mail.example.org",
        "https://mail.example.org",
        "smtp://a:hunter2@",
        "smtps://m.example.org?tls=none",
        "smtp://m.example.org?tls=maybe",
    ] {
        let said = Address::read(line).unwrap_err();
        assert!(
            said.starts_with("must look like") && !said.contains("hunter2"),
            "{line}: {said}"
        );
    }
}
