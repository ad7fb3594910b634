//! What reports say, whoever wrote them.

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;
use waymark::providers::webhooks::{
    OptOut, SmsFault, SmsStatus, What, inbound_sms, resend_event, sendgrid_events, sms_status,
};

use super::now;

fn resend(kind: &str, more: Value) -> Value {
    let mut data = json!({
        "email_id": "56761188-7520-42d8-8898-ff6fc54ce618", "created_at": "2026-11-29T14:31:00.000Z",
        "from": "news@example.org", "to": ["ana@example.net"], "subject": "Vote", "broadcast_id": "new",
    });
    for (name, value) in more.as_object().unwrap() {
        data[name] = value.clone();
    }
    json!({ "type": kind, "created_at": "2026-11-29T14:31:30.126Z", "data": data })
}

fn read_resend(report: &Value) -> Option<What> {
    let event = resend_event("msg_1", report.to_string().as_bytes()).unwrap();
    event.map(|event| event.what)
}

#[test]
fn resend_tells_what_happened() {
    let ip = || Some("192.0.2.7".to_owned());
    let user_agent = || Some("Mozilla/5.0".to_owned());
    let bounce =
        |kind| json!({ "bounce": { "type": kind, "subType": "General", "message": "No  such\nmailbox" } });
    let bounced = |permanent| What::Bounced {
        permanent,
        code: Some("General".to_owned()),
        why: "No such mailbox".to_owned(),
    };
    for (kind, more, expected) in [
        ("email.delivered", json!({}), What::Delivered),
        ("email.bounced", bounce("Permanent"), bounced(true)),
        ("email.bounced", bounce("Transient"), bounced(false)),
        ("email.bounced", bounce("Undetermined"), bounced(false)),
        ("email.complained", json!({}), What::Complained),
        (
            "email.delivery_delayed",
            json!({}),
            What::Deferred {
                why: "Delivery is delayed".to_owned(),
            },
        ),
        (
            "email.opened",
            json!({ "open": { "ipAddress": "192.0.2.7", "userAgent": "Mozilla/5.0" } }),
            What::Opened {
                ip: ip(),
                user_agent: user_agent(),
            },
        ),
        (
            "email.opened",
            json!({}),
            What::Opened {
                ip: None,
                user_agent: None,
            },
        ),
        (
            "email.clicked",
            json!({ "click": { "ipAddress": "192.0.2.7", "link": "https://a.example/", "userAgent": "Mozilla/5.0" } }),
            What::Clicked {
                url: "https://a.example/".to_owned(),
                ip: ip(),
                user_agent: user_agent(),
            },
        ),
        (
            "email.failed",
            json!({ "failed": { "reason": "reached_daily_quota" } }),
            What::Failed {
                why: "reached_daily_quota".to_owned(),
            },
        ),
    ] {
        assert_eq!(read_resend(&resend(kind, more)), Some(expected), "{kind}");
    }
    let suppressed = read_resend(&resend("email.suppressed", json!({})));
    assert!(matches!(suppressed, Some(What::Bounced { permanent: true, .. })));
}

#[test]
fn resend_events_name_their_mail_whichever_way_tags_are_written() {
    let id = Uuid::from_u128(5);
    for tags in [
        json!({ "waymark_message_id": id, "other": "x" }),
        json!([{ "name": "other", "value": "x" }, { "name": "waymark_message_id", "value": id }]),
    ] {
        let report = resend("email.delivered", json!({ "tags": tags })).to_string();
        let event = resend_event("msg_1", report.as_bytes()).unwrap().unwrap();
        assert_eq!(event.our_message_id, Some(id));
        assert_eq!(event.provider_event_id, "msg_1");
        assert_eq!(
            event.provider_message_id.as_deref(),
            Some("56761188-7520-42d8-8898-ff6fc54ce618")
        );
        assert_eq!(event.recipient.as_deref(), Some("ana@example.net"));
        assert_eq!(event.at.to_rfc3339(), "2026-11-29T14:31:30.126+00:00");
    }
    let foreign = resend(
        "email.delivered",
        json!({ "tags": { "waymark_message_id": "x" } }),
    )
    .to_string();
    let event = resend_event("msg_1", foreign.as_bytes()).unwrap().unwrap();
    assert_eq!(event.our_message_id, None);
}

#[test]
fn moments_as_postgres_writes_them_are_read_too() {
    let mut report = resend("email.delivered", json!({}));
    report["created_at"] = json!("2026-11-29 14:31:30.126729+00");
    let event = resend_event("msg_1", report.to_string().as_bytes())
        .unwrap()
        .unwrap();
    assert_eq!(event.at.timestamp(), 1_795_962_690);
}

#[test]
fn other_types_are_ignored() {
    for kind in [
        "email.sent",
        "email.scheduled",
        "email.received",
        "contact.created",
        "domain.updated",
        "x.new",
    ] {
        assert_eq!(read_resend(&json!({ "type": kind })), None, "{kind}");
    }
    let unknown =
        json!([{ "event": "processed" }, { "event": "group_resubscribe" }, { "event": "brand_new" }]);
    assert!(
        sendgrid_events(unknown.to_string().as_bytes())
            .unwrap()
            .is_empty()
    );
    for status in ["received", "brand_new"] {
        let body = format!("MessageSid=SM1&MessageStatus={status}");
        assert_eq!(sms_status(body.as_bytes(), "", None, now()).unwrap(), None);
    }
}

#[test]
fn bad_shapes_are_told_in_a_sentence_without_what_they_hold() {
    let told = |body: &str| resend_event("msg_1", body.as_bytes()).unwrap_err().to_string();
    assert_eq!(told("no"), "The report from Resend is not JSON");
    assert_eq!(told("[]"), "The report from Resend has no text in “type”");
    assert_eq!(
        told(r#"{"type": "email.delivered", "data": {"email_id": 7}}"#),
        "The report from Resend has no text in “data.email_id”"
    );
    let odd = r#"{"type": "email.delivered", "created_at": "ana@example.net", "data": {"email_id": "1"}}"#;
    assert_eq!(told(odd), "The report from Resend has no moment in “created_at”");
    let told = |body: &str| sendgrid_events(body.as_bytes()).unwrap_err().to_string();
    assert_eq!(told("{}"), "The report from SendGrid is not a list of events");
    let told = |body: &str| {
        sms_status(body.as_bytes(), "", None, now())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        told("MessageStatus=sent"),
        "The report from Twilio has no “MessageSid”"
    );
    assert_eq!(
        inbound_sms(b"MessageSid=SM1&To=2").unwrap_err().to_string(),
        "The report from Twilio has no “From”"
    );
}

fn sendgrid(kind: &str, more: Value) -> Value {
    let mut event = json!({
        "event": kind, "email": "ana@example.net", "timestamp": 1_795_962_690,
        "smtp-id": "<x@y>", "sg_event_id": format!("event-{kind}"), "category": ["a", "b"],
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "waymark_message_id": Uuid::from_u128(5), "brand_new": { "x": 1 },
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[test]
fn sendgrid_tells_what_happened() {
    let (ip, user_agent) = (Some("192.0.2.7".to_owned()), Some("Mozilla/5.0".to_owned()));
    let visit = json!({ "ip": "192.0.2.7", "useragent": "Mozilla/5.0", "url": "https://a.example/" });
    let bounce = |kind| json!({ "type": kind, "reason": "550 No such user", "status": "5.1.1" });
    let bounced = |permanent| What::Bounced {
        permanent,
        code: Some("5.1.1".to_owned()),
        why: "550 No such user".to_owned(),
    };
    let cases = [
        (
            "delivered",
            json!({ "response": "250 OK", "category": "a" }),
            What::Delivered,
        ),
        (
            "deferred",
            json!({ "response": "451 later", "attempt": "5" }),
            What::Deferred {
                why: "451 later".to_owned(),
            },
        ),
        ("bounce", bounce("bounce"), bounced(true)),
        ("bounce", bounce("blocked"), bounced(false)),
        (
            "dropped",
            json!({ "reason": "Bounced Address" }),
            What::Bounced {
                permanent: true,
                code: Some("dropped".to_owned()),
                why: "Bounced Address".to_owned(),
            },
        ),
        (
            "dropped",
            json!({ "reason": "Unsubscribed Address" }),
            What::Failed {
                why: "Unsubscribed Address".to_owned(),
            },
        ),
        (
            "open",
            visit.clone(),
            What::Opened {
                ip: ip.clone(),
                user_agent: user_agent.clone(),
            },
        ),
        (
            "click",
            visit,
            What::Clicked {
                url: "https://a.example/".to_owned(),
                ip,
                user_agent,
            },
        ),
        ("spamreport", json!({}), What::Complained),
        ("unsubscribe", json!({}), What::Unsubscribed),
        (
            "group_unsubscribe",
            json!({ "asm_group_id": 10 }),
            What::Unsubscribed,
        ),
    ];
    let body: Vec<Value> = cases
        .iter()
        .map(|(kind, more, _)| sendgrid(kind, more.clone()))
        .collect();
    let events = sendgrid_events(json!(body).to_string().as_bytes()).unwrap();
    assert_eq!(events.len(), cases.len());
    for (event, (kind, _, expected)) in events.into_iter().zip(cases) {
        let event = event.unwrap();
        assert_eq!(event.what, expected, "{kind}");
        assert_eq!(event.provider_event_id, format!("event-{kind}"));
        assert_eq!(event.provider_message_id.as_deref(), Some("14c5d75ce93"));
        assert_eq!(event.our_message_id, Some(Uuid::from_u128(5)));
        assert_eq!(event.at.timestamp(), 1_795_962_690);
    }
}

#[test]
fn one_strange_event_does_not_take_the_others_with_it() {
    let body = json!([
        sendgrid("delivered", json!({ "sg_event_id": null })),
        sendgrid(
            "delivered",
            json!({ "timestamp": "1795962690", "sg_message_id": null })
        ),
        sendgrid("open", json!({ "timestamp": [] })),
        7,
    ]);
    let events = sendgrid_events(body.to_string().as_bytes()).unwrap();
    let told: Vec<String> = events
        .iter()
        .filter_map(|event| event.as_ref().err().map(ToString::to_string))
        .collect();
    assert_eq!(
        told,
        [
            "The report from SendGrid has no text in “sg_event_id”",
            "The report from SendGrid has no moment in “timestamp”",
            "The report from SendGrid has no text in “event”",
        ]
    );
    assert_eq!(events[1].as_ref().unwrap().provider_message_id, None);
}

#[test]
fn twilio_tells_how_far_a_message_got() {
    let id = Uuid::from_u128(5);
    let body =
        b"MessageSid=SM1&MessageStatus=undelivered&SmsStatus=x&To=%2B14165550123&ErrorCode=30003&Brand=new";
    let event = sms_status(body, &format!("org=12&message={id}"), None, now())
        .unwrap()
        .unwrap();
    let what = What::Sms {
        status: SmsStatus::Undelivered,
        error_code: Some(30_003),
    };
    assert_eq!(event.what, what);
    assert_eq!(event.provider_event_id, "SM1:undelivered");
    assert_eq!(event.provider_message_id.as_deref(), Some("SM1"));
    assert_eq!(event.our_message_id, Some(id));
    assert_eq!(event.recipient.as_deref(), Some("+14165550123"));
    assert_eq!(event.at, now());
    let event = sms_status(body, "", Some("token"), now()).unwrap().unwrap();
    assert_eq!(
        (event.provider_event_id.as_str(), event.our_message_id),
        ("token", None)
    );
    assert!(!format!("{event:?}").contains("416555"));
}

#[test]
fn a_status_never_goes_backwards() {
    let way = [
        "scheduled",
        "accepted",
        "queued",
        "sending",
        "sent",
        "delivered",
        "read",
    ];
    let ranks: Vec<u8> = way
        .iter()
        .map(|name| SmsStatus::parse(name).unwrap().rank())
        .collect();
    assert!(ranks.is_sorted_by(|earlier, later| earlier < later), "{ranks:?}");
    for end in ["failed", "undelivered", "canceled"] {
        assert!(SmsStatus::parse(end).unwrap().rank() > SmsStatus::Sent.rank());
    }
}

#[test]
fn codes_of_messages_that_did_not_arrive_have_their_meaning() {
    for (code, expected) in [
        (30001, SmsFault::Passing),
        (30003, SmsFault::Passing),
        (30036, SmsFault::Passing),
        (30005, SmsFault::BadAddress),
        (30006, SmsFault::BadAddress),
        (21610, SmsFault::OptedOut),
        (30004, SmsFault::Blocked),
        (30007, SmsFault::Blocked),
        (30008, SmsFault::Unclear),
    ] {
        assert_eq!(SmsFault::of(code), expected, "{code}");
    }
}

#[test]
fn messages_that_come_in_are_read_with_what_they_ask_for() {
    for (word, expected) in [
        ("&OptOutType=STOP", Some(OptOut::Stop)),
        ("&OptOutType=START", Some(OptOut::Start)),
        ("&OptOutType=help", Some(OptOut::Help)),
        ("&OptOutType=NEW", None),
        ("", None),
    ] {
        let body = format!("MessageSid=SM1&From=%2B1416&To=%2B1500&Body=Hi+%F0%9F%91%8B{word}");
        let message = inbound_sms(body.as_bytes()).unwrap();
        assert_eq!(message.opt_out_type, expected, "{word}");
        assert_eq!((message.from.as_str(), message.to.as_str()), ("+1416", "+1500"));
        assert_eq!(message.body, "Hi 👋");
    }
    let picture = inbound_sms(b"MessageSid=MM1&From=1&To=2&Body=&NumMedia=1").unwrap();
    assert_eq!(picture.body, "");
}

proptest! {
    #[test]
    fn no_body_whatever_makes_reading_fall_over(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = resend_event("msg_1", &body);
        let _ = sendgrid_events(&body);
        let _ = sms_status(&body, "", None, now());
        let _ = inbound_sms(&body);
    }

    #[test]
    fn no_value_in_any_place_makes_reading_fall_over(place in 0_usize..10, kind in 0_usize..6) {
        let odd = [json!(null), json!(7), json!("x"), json!([]), json!({}), json!([[1]])][kind].clone();
        let names = ["type", "created_at", "data", "event", "timestamp", "sg_event_id", "sg_message_id", "email", "reason", "url"];
        let mut report = resend("email.bounced", json!({ "bounce": { "type": "Permanent" } }));
        report[names[place]] = odd.clone();
        let _ = resend_event("msg_1", report.to_string().as_bytes());
        let mut event = sendgrid("click", json!({}));
        event[names[place]] = odd;
        let _ = sendgrid_events(json!([event]).to_string().as_bytes());
    }
}
