//! Bodies and envelopes: what may go over the wire.

use proptest::prelude::*;

use waymark::providers::mail::smtp::{BadBody, BadEnvelope, Body, Content, Envelope, dot_stuffed};

fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut into = Vec::new();
    dot_stuffed(message, &mut into);
    into
}

#[test]
fn a_body_needs_whole_lines_and_stuffed_dots() {
    assert_eq!(Body::checked(b"Hello"), Err(BadBody::NoLineEnd));
    assert_eq!(Body::checked(b""), Err(BadBody::NoLineEnd));
    assert_eq!(Body::checked(b"a\nb\r\n"), Err(BadBody::BareLineBreak));
    assert_eq!(Body::checked(b"a\rb\r\n"), Err(BadBody::BareLineBreak));
    assert_eq!(
        Body::checked(b"a\r\n.\r\nMAIL FROM:<x@y>\r\n"),
        Err(BadBody::LoneDot)
    );
    assert_eq!(Body::checked(b".\r\n"), Err(BadBody::LoneDot));
    assert!(Body::checked(b"..\r\n").is_ok());
    assert!(Body::checked(b"\r\n").is_ok());
}

#[test]
fn stuffing_keeps_the_text_and_doubles_leading_dots() {
    assert_eq!(stuffed(b".a\nb.\r\n..c\rd"), b"..a\r\nb.\r\n...c\r\nd\r\n");
    assert_eq!(stuffed(b""), b"\r\n");
    assert_eq!(stuffed(b"\n\n"), b"\r\n\r\n");
}

#[test]
fn an_envelope_cannot_smuggle_a_command_in() {
    let bad = |recipient: &str| Envelope::new("a@union.test", recipient, Content::default()).unwrap_err();
    assert_eq!(bad("a@b.test>\r\nDATA"), BadEnvelope::Character);
    assert_eq!(bad("a b@c.test"), BadEnvelope::Character);
    assert_eq!(bad("nobody"), BadEnvelope::Shape);
    assert_eq!(bad("@c.test"), BadEnvelope::Shape);
    assert_eq!(bad("a@b@c.test"), BadEnvelope::Shape);
    assert_eq!(bad(&format!("{}@c.test", "a".repeat(65))), BadEnvelope::Length);
    assert_eq!(bad(&format!("a@{}", "c".repeat(253))), BadEnvelope::Length);
    assert!(Envelope::new("", "a@c.test", Content::default()).is_ok());
}

proptest! {
    #[test]
    fn whatever_is_stuffed_is_a_body(message in proptest::collection::vec(prop_oneof![Just(b'.'), Just(b'\r'), Just(b'\n'), any::<u8>()], 0..200)) {
        let stuffed = stuffed(&message);
        prop_assert!(Body::checked(&stuffed).is_ok());
    }

    #[test]
    fn a_checked_body_holds_no_end_of_its_own(bytes in proptest::collection::vec(prop_oneof![Just(b'.'), Just(b'\r'), Just(b'\n'), Just(b'a')], 0..60)) {
        if let Ok(body) = Body::checked(&bytes) {
            let mut sent = b"\r\n".to_vec();
            sent.extend_from_slice(body.bytes());
            for end in [b"\n.\n".as_slice(), b"\r\n.\r\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n"] {
                prop_assert!(memchr::memmem::find(&sent, end).is_none());
            }
        }
    }
}
