//! Mail that comes back, in the shapes that servers give it. The fixtures are written by hand after the formats.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may fall"
)]

use proptest::prelude::*;
use waymark::providers::mail::bounces::*;

fn ours() -> Mailboxes {
    Mailboxes {
        bounces: "bounces@mail.union.example".to_owned(),
        unsubscribe: "unsubscribe@mail.union.example".to_owned(),
    }
}

fn read_file(text: &str) -> Report {
    let with_crlf = text.replace('\n', "\r\n");
    let report = read(with_crlf.as_bytes(), &ours());
    assert_eq!(
        report,
        read(text.as_bytes(), &ours()),
        "line ends make no difference"
    );
    report
}

fn bounce(text: &str) -> Bounce {
    match read_file(text) {
        Report::Bounce(bounce) => bounce,
        other => panic!("no bounce but {other:?}"),
    }
}

fn told(failure: &Failure) -> (Option<&str>, String, Finality) {
    let status = failure.status.map(|status| status.to_string());
    (
        failure.recipient.as_deref(),
        status.unwrap_or_default(),
        failure.finality,
    )
}

#[test]
fn a_postfix_bounce_names_message_recipient_and_reason() {
    // RFC 3464, RFC 3462.
    let bounce = bounce(include_str!("data/bounces/postfix.eml"));
    assert_eq!(bounce.verp_token.as_deref(), Some("k3v9q2m7x1"));
    assert_eq!(
        bounce.original_message_id.as_deref(),
        Some("m-7781@union.example")
    );
    assert_eq!(bounce.failures.len(), 1);
    let failure = &bounce.failures[0];
    assert_eq!(
        told(failure),
        (
            Some("nobody@workers.example"),
            "5.1.1".to_owned(),
            Finality::Permanent
        )
    );
    assert!(failure.condemns_address());
    assert!(
        failure
            .diagnostic
            .ends_with("Recipient address rejected: not in our list")
    );
}

#[test]
fn a_delay_is_no_failure_yet() {
    // RFC 3464, 2.3.3.
    let bounce = bounce(include_str!("data/bounces/postfix_delayed.eml"));
    assert_eq!(
        told(&bounce.failures[0]),
        (
            Some("slow@workers.example"),
            "4.4.1".to_owned(),
            Finality::Delayed
        )
    );
    assert!(!bounce.failures[0].is_permanent());
    assert_eq!(
        bounce.original_message_id.as_deref(),
        Some("m-7782@union.example")
    );
}

#[test]
fn an_exchange_report_tells_each_recipient_by_the_address_we_used_and_skips_those_reached() {
    let bounce = bounce(include_str!("data/bounces/exchange.eml"));
    assert_eq!(
        bounce.verp_token.as_deref(),
        Some("exch000001"),
        "from the returned message"
    );
    let told: Vec<_> = bounce.failures.iter().map(told).collect();
    assert_eq!(
        told,
        [
            (
                Some("amina@corp.example"),
                "5.2.2".to_owned(),
                Finality::Temporary
            ),
            (Some("bo@corp.example"), "5.1.10".to_owned(), Finality::Permanent),
        ]
    );
    assert!(!bounce.failures[0].condemns_address(), "full mailboxes empty");
    assert!(bounce.failures[1].condemns_address());
}

#[test]
fn a_gmail_report_is_read_through_its_nested_parts() {
    let bounce = bounce(include_str!("data/bounces/gmail.eml"));
    assert_eq!(bounce.verp_token.as_deref(), Some("gm4il00042"));
    assert_eq!(
        told(&bounce.failures[0]),
        (
            Some("gone@gmail.example"),
            "5.1.1".to_owned(),
            Finality::Permanent
        )
    );
    assert_eq!(
        bounce.original_message_id.as_deref(),
        Some("m-7784@union.example")
    );
}

#[test]
fn an_exim_bounce_in_words_is_understood() {
    let bounce = bounce(include_str!("data/bounces/exim.eml"));
    assert_eq!(bounce.verp_token.as_deref(), Some("ex1m777000"));
    assert_eq!(
        told(&bounce.failures[0]),
        (Some("hana@old.example"), "5.1.1".to_owned(), Finality::Permanent)
    );
    assert_eq!(
        bounce.original_message_id.as_deref(),
        Some("m-7785@union.example")
    );
}

#[test]
fn a_qmail_bounce_tells_its_recipients_apart() {
    let bounce = bounce(include_str!("data/bounces/qmail.eml"));
    assert_eq!(bounce.verp_token.as_deref(), Some("qma1l00001"));
    let told: Vec<_> = bounce.failures.iter().map(told).collect();
    assert_eq!(
        told,
        [
            (Some("ivo@q.example"), "5.1.1".to_owned(), Finality::Permanent),
            (Some("jo@far.example"), "4.2.2".to_owned(), Finality::Temporary),
        ]
    );
    assert_eq!(
        bounce.original_message_id.as_deref(),
        Some("m-7786@union.example")
    );
}

#[test]
fn a_bounce_without_any_code_is_read_by_its_words() {
    let bounce = bounce(include_str!("data/bounces/old_words.eml"));
    assert_eq!(
        told(&bounce.failures[0]),
        (
            Some("kim@ancient.example"),
            "5.1.1".to_owned(),
            Finality::Permanent
        )
    );
}

#[test]
fn a_complaint_names_who_and_which_message() {
    // RFC 5965.
    let Report::Complaint(complaint) = read_file(include_str!("data/bounces/arf.eml")) else {
        panic!("no complaint");
    };
    assert_eq!(complaint.verp_token.as_deref(), Some("c0mpla1nt9"));
    assert_eq!(complaint.recipient.as_deref(), Some("lou@isp.example"));
    assert_eq!(
        complaint.original_message_id.as_deref(),
        Some("m-7787@union.example")
    );
    assert_eq!(complaint.kind, "abuse");
    assert_eq!(complaint.reporter.as_deref(), Some("ISP-Loop/2.1"));
    assert!(!complaint.is_withdrawal());
}

#[test]
fn a_complaint_with_everything_blackened_is_found_by_the_token_in_the_message() {
    let text = include_str!("data/bounces/arf.eml")
        .replace(
            "Original-Mail-From: <bounces+c0mpla1nt9@mail.union.example>\n",
            "",
        )
        .replace("Original-Rcpt-To: <lou@isp.example>\n", "")
        .replace("To: lou@isp.example", "To: undisclosed");
    let Report::Complaint(complaint) = read_file(&text) else {
        panic!("no complaint");
    };
    assert_eq!(complaint.verp_token.as_deref(), Some("c0mpla1nt9"));
    assert_eq!(complaint.recipient, None);
}

#[test]
fn an_absence_note_is_no_bounce_whatever_it_says() {
    // RFC 3834.
    let text = include_str!("data/bounces/absence.eml");
    assert_eq!(read_file(text), Report::AutoReply);
    let marked = text.replace(
        "Subject: =?utf-8?Q?R=C3=A9ponse_automatique_:_Vote_on_Friday?=",
        "Subject: Away\nAuto-Submitted: auto-replied",
    );
    assert_eq!(read_file(&marked), Report::AutoReply);
    let by_hand = text.replace(
        "Subject: =?utf-8?Q?R=C3=A9ponse_automatique_:_Vote_on_Friday?=",
        "Subject: Thanks\nAuto-Submitted: no",
    );
    assert_eq!(read_file(&by_hand), Report::Unrelated);
}

#[test]
fn mail_to_the_unsubscribe_address_gives_its_token() {
    // RFC 8058, 3; RFC 2369, 3.2.
    let text = include_str!("data/bounces/unsubscribe.eml");
    let token = Report::Unsubscribe {
        token: "unsub44tok".to_owned(),
    };
    assert_eq!(read_file(text), token);
    let in_subject = text
        .replace("+unsub44tok", "")
        .replace("Subject: unsubscribe", "Subject: unsubscribe:unsub44tok");
    assert_eq!(read_file(&in_subject), token);
    let elsewhere = in_subject.replace("mail.union.example", "other.example");
    assert_eq!(read_file(&elsewhere), Report::Unrelated);
    let without = text.replace("+unsub44tok", "");
    assert_eq!(read_file(&without), Report::Unrelated);
    let by_machine = text.replace(
        "Subject: unsubscribe",
        "Subject: unsubscribe\nAuto-Submitted: auto-replied",
    );
    assert_eq!(read_file(&by_machine), Report::AutoReply);
    let for_its_reader = by_machine.replace("auto-replied", "auto-generated");
    assert_eq!(read_file(&for_its_reader), token);
}

#[test]
fn a_person_who_quotes_a_bounce_is_no_bounce() {
    assert_eq!(
        read_file(include_str!("data/bounces/person.eml")),
        Report::Unrelated
    );
}

#[test]
fn a_report_of_success_is_nothing_to_act_on() {
    assert_eq!(
        read_file(include_str!("data/bounces/success.eml")),
        Report::Unrelated
    );
}

#[test]
fn tokens_count_in_our_own_mailbox_only() {
    let text = include_str!("data/bounces/postfix.eml").replace("mail.union.example", "evil.example");
    assert_eq!(bounce(&text).verp_token, None);
    let shouted = include_str!("data/bounces/postfix.eml").replace(
        "bounces+k3v9q2m7x1@mail.union.example",
        "BOUNCES+k3v9q2m7x1@Mail.Union.Example",
    );
    assert_eq!(bounce(&shouted).verp_token.as_deref(), Some("k3v9q2m7x1"));
}

#[test]
fn status_codes_are_found_in_words_and_read_as_the_standard_means() {
    // RFC 3463, 3.2-3.5.
    let find = |text| EnhancedStatus::find(text).map(|status| status.to_string());
    assert_eq!(find("550-5.1.1 gone"), Some("5.1.1".to_owned()));
    assert_eq!(find("(#5.7.1)"), Some("5.7.1".to_owned()));
    assert_eq!(find("smtp; 421 4.7.28 slow down."), Some("4.7.28".to_owned()));
    assert_eq!(find("host 192.0.2.7 said 550"), None);
    assert_eq!(find("at 5.12.2026 or 1.2.3 or 5.1"), None);
    let policy = EnhancedStatus {
        class: 5,
        subject: 7,
        detail: 1,
    };
    assert!(
        !policy.condemns_address(),
        "a refusal says nothing about the address"
    );
    let no_answer = EnhancedStatus {
        class: 5,
        subject: 4,
        detail: 1,
    };
    assert!(Failure::from_status(None, Some(no_answer), "").is_permanent());
    let expired = EnhancedStatus {
        class: 5,
        subject: 4,
        detail: 7,
    };
    assert_eq!(
        Failure::from_status(None, Some(expired), "").finality,
        Finality::Temporary
    );
    assert_eq!(EnhancedStatus::of_reply(250), None);
}

#[test]
fn a_report_with_thousands_of_recipients_is_cut_short() {
    let block = "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n".repeat(5000);
    let text = include_str!("data/bounces/postfix.eml").replace(
        "Final-Recipient: rfc822; nobody@workers.example\n",
        &format!("{block}Final-Recipient: rfc822; z@b.example\n"),
    );
    assert_eq!(bounce(&text).failures.len(), MOST_FAILURES);
}

#[test]
fn a_warning_of_delay_in_words_is_no_bounce() {
    let text = include_str!("data/bounces/exim.eml")
        .replace("X-Failed-Recipients: hana@old.example\n", "")
        .replace(
            "Mail delivery failed: returning message to sender",
            "Warning: message delayed 24 hours",
        )
        .replace(
            "could not bring your message to everybody. This fault\nwill not pass.",
            "is still trying to hand your message over.",
        );
    assert_eq!(read_file(&text), Report::AutoReply);
}

#[test]
fn an_absence_note_that_quotes_a_bounce_is_an_absence_note() {
    let quoted = "\nkim@ancient.example: undeliverable, user unknown, 550 5.1.1\n";
    let text = include_str!("data/bounces/absence.eml").replace("I am away", &format!("{quoted}\nI am away"));
    assert_eq!(read_file(&text), Report::AutoReply);
}

#[test]
fn a_report_that_sends_nothing_back_is_known_by_what_it_answers() {
    let text = include_str!("data/bounces/exchange.eml");
    let (kept, _) = text
        .split_once("--aa11-bb22\nContent-Type: message/rfc822")
        .unwrap();
    let bounce = bounce(&format!("{kept}--aa11-bb22--\n"));
    assert_eq!(
        bounce.original_message_id.as_deref(),
        Some("m-7783@union.example")
    );
    assert_eq!(bounce.verp_token, None);
}

#[test]
fn a_mail_made_to_be_slow_is_read_all_the_same() {
    let head = "Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nTo: bounces@mail.union.example\nSubject: undeliverable\n\nundeliverable\n";
    for line in [
        "--\n",
        "a: b\n",
        "a@b.example: user unknown\n",
        "--\nMessage-ID: \n\n",
    ] {
        let _ = read(format!("{head}{}", line.repeat(300_000)).as_bytes(), &ours());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_fall(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read(&bytes, &ours());
    }

    #[test]
    fn no_cut_or_changed_byte_makes_it_fall(which in 0..6_usize, cut in any::<prop::sample::Index>(), changed in any::<prop::sample::Index>(), to in any::<u8>()) {
        let files = [
            include_str!("data/bounces/postfix.eml"), include_str!("data/bounces/exchange.eml"), include_str!("data/bounces/gmail.eml"),
            include_str!("data/bounces/exim.eml"), include_str!("data/bounces/qmail.eml"), include_str!("data/bounces/arf.eml"),
        ];
        let mut bytes = files[which].as_bytes().to_vec();
        let at = changed.index(bytes.len());
        bytes[at] = to;
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = read(&bytes, &ours());
    }
}
