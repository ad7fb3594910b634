//! From records to decisions, and from these to what may be sent.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use uuid::Uuid;
use waymark::domains::consent::fold::{about, fold};
use waymark::domains::consent::model::{Action, Basis, Channel, EVERYTHING, Method, Record};
use waymark::domains::consent::rules::Jurisdiction;
use waymark::domains::consent::standing::{Relation, Standing, expiry, standing};
use waymark::domains::people::model::Stage;
use waymark::kernel::ids::{ConsentRecordId, MemberId};

fn at(hour: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 1, 0, 0, 0).unwrap() + TimeDelta::hours(hour)
}

fn said(number: u128, category: &str, action: Action, effective: i64, recorded: i64) -> Record {
    Record {
        id: ConsentRecordId(Uuid::from_u128(number)),
        member_id: MemberId(Uuid::nil()),
        channel: Channel::Email,
        category: category.to_owned(),
        action,
        basis: matches!(action, Action::Grant | Action::Confirm).then_some(Basis::Express),
        method: Method::Preferences,
        text_id: None,
        effective_at: at(effective),
        recorded_at: at(recorded),
        expires_at: None,
        recorded_by: None,
        answers_id: None,
        evidence_hash: Vec::new(),
    }
}

fn undoing(number: u128, of: u128, effective: i64) -> Record {
    Record {
        answers_id: Some(ConsentRecordId(Uuid::from_u128(of))),
        ..said(number, "newsletters", Action::Undo, effective, effective)
    }
}

fn is_allowed(records: &[Record], category: &str) -> Option<bool> {
    about(&fold(records), Channel::Email, category).map(|decision| decision.is_allowed)
}

#[test]
fn what_was_said_last_counts_and_not_what_was_written_down_last() {
    let late_paper = [
        said(1, "newsletters", Action::Withdraw, 10, 10),
        said(2, "newsletters", Action::Grant, 5, 20),
    ];
    assert_eq!(is_allowed(&late_paper, "newsletters"), Some(false));
    let same_moment = [
        said(1, "newsletters", Action::Withdraw, 10, 10),
        said(2, "newsletters", Action::Grant, 10, 11),
    ];
    assert_eq!(is_allowed(&same_moment, "newsletters"), Some(false));
}

#[test]
fn leaving_everything_ends_categories_that_are_yet_to_come_until_one_is_allowed_again() {
    let left = [
        said(1, "newsletters", Action::Grant, 1, 1),
        said(2, EVERYTHING, Action::Withdraw, 2, 2),
    ];
    assert_eq!(is_allowed(&left, "newsletters"), Some(false));
    assert_eq!(is_allowed(&left, "a_new_one"), Some(false));
    let mut back = left.to_vec();
    back.push(said(3, "newsletters", Action::Grant, 3, 3));
    assert_eq!(is_allowed(&back, "newsletters"), Some(true));
    assert_eq!(is_allowed(&back, "a_new_one"), Some(false));
}

#[test]
fn what_was_undone_counts_as_never_said_and_a_request_allows_nothing() {
    let undone = [said(1, "newsletters", Action::Withdraw, 1, 1), undoing(2, 1, 2)];
    assert_eq!(is_allowed(&undone, "newsletters"), None);
    let asked = [said(1, "newsletters", Action::Request, 1, 1)];
    assert_eq!(is_allowed(&asked, "newsletters"), None);
}

fn relation(stage: Stage, left_at: Option<DateTime<Utc>>) -> Relation {
    Relation {
        stage,
        left_at,
        agreed_on: None,
        zone: chrono_tz::America::Toronto,
        place: Jurisdiction::Ca,
    }
}

#[test]
fn membership_stands_for_mail_and_for_two_years_after_it_but_never_for_text_messages() {
    let none = fold(&[]);
    let now = at(0);
    let member = relation(Stage::Member, None);
    let mail = |relation: &Relation, now| standing(&none, relation, Channel::Email, "newsletters", now);
    assert_eq!(
        mail(&member, now),
        Standing::Allowed {
            basis: Basis::Membership,
            until: None
        }
    );
    // 47 CFR 64.1200(a)(2): texts need prior express consent.
    assert_eq!(
        standing(&none, &member, Channel::Sms, "newsletters", now),
        Standing::NoBasis
    );
    // CASL s. 10(13): two years from the day on which membership ended.
    let former = relation(Stage::Former, Some(now));
    let Standing::Allowed { until: Some(end), .. } = mail(&former, now) else {
        panic!("{:?}", mail(&former, now))
    };
    assert_eq!(
        end.to_rfc3339(),
        "2028-11-01T04:00:00+00:00",
        "the day they left, two years on, is the last"
    );
    assert!(mail(&former, end - TimeDelta::seconds(1)).is_allowed());
    assert_eq!(mail(&former, end), Standing::NoBasis);
    assert_eq!(mail(&relation(Stage::Lead, None), now), Standing::NoBasis);
}

#[test]
fn a_no_outweighs_membership_and_an_agreement_that_ran_out_falls_back_to_it() {
    let now = at(100);
    let member = relation(Stage::Member, None);
    let no = fold(&[said(1, "newsletters", Action::Withdraw, 1, 1)]);
    assert!(!standing(&no, &member, Channel::Email, "newsletters", now).is_allowed());
    let over = Record {
        basis: Some(Basis::Inquiry),
        expires_at: Some(at(50)),
        ..said(1, "newsletters", Action::Grant, 1, 1)
    };
    let over = fold(&[over]);
    assert_eq!(
        standing(&over, &member, Channel::Email, "newsletters", now),
        Standing::Allowed {
            basis: Basis::Membership,
            until: None
        }
    );
    let lead = relation(Stage::Lead, None);
    assert_eq!(
        standing(&over, &lead, Channel::Email, "newsletters", now),
        Standing::Expired { at: at(50) }
    );
    // CASL s. 6(6): what belongs to a transaction needs no consent.
    assert!(standing(&no, &lead, Channel::Email, "transactional", now).is_allowed());
}

#[test]
fn bases_end_with_the_day_after_calendar_months() {
    let zone: Tz = chrono_tz::America::Toronto;
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let ends = |basis, day| expiry(basis, day, Jurisdiction::Ca, zone).unwrap();
    let local = |moment: Option<DateTime<Utc>>| {
        moment
            .unwrap()
            .with_timezone(&zone)
            .format("%Y-%m-%d %H:%M")
            .to_string()
    };
    // CASL s. 10(10)(a): two years; from a 29 February, until the end of 28 February.
    assert_eq!(local(ends(Basis::Purchase, day(2024, 2, 29))), "2026-03-01 00:00");
    // CASL s. 10(10)(e): six months; from 31 August, until the end of February.
    assert_eq!(local(ends(Basis::Inquiry, day(2026, 8, 31))), "2027-03-01 00:00");
    assert_eq!(ends(Basis::Express, day(2026, 8, 31)), None);
}

fn any_record() -> impl Strategy<Value = Record> {
    (
        0_u128..40,
        prop::sample::select(vec!["newsletters", "social", EVERYTHING]),
        prop::sample::select(vec![
            Action::Grant,
            Action::Withdraw,
            Action::Confirm,
            Action::Request,
        ]),
        0_i64..20,
        0_i64..5,
    )
        .prop_map(|(number, category, action, effective, later)| {
            said(number, category, action, effective, effective + later)
        })
}

proptest! {
    /// The order in which records are read changes nothing, and the newest word about a category is what counts: asked naively, by
    /// looking for it from the end.
    #[test]
    fn the_newest_word_counts_in_whatever_order_records_come(mut records in prop::collection::vec(any_record(), 0..30), seed in any::<u64>()) {
        for (number, record) in records.iter_mut().enumerate() {
            record.id = ConsentRecordId(Uuid::from_u128(number as u128));
        }
        let forward = fold(&records);
        let mut shuffled = records.clone();
        let length = shuffled.len().max(1) as u64;
        for place in 0..shuffled.len() {
            shuffled.swap(place, ((seed.wrapping_mul(place as u64 + 7)) % length) as usize);
        }
        prop_assert_eq!(&forward, &fold(&shuffled));
        for category in ["newsletters", "social", "another"] {
            let naive = records
                .iter()
                .filter(|record| record.action != Action::Request && (record.category == category || record.category == EVERYTHING))
                .max_by_key(|record| (record.effective_at, record.action == Action::Withdraw, record.recorded_at, record.id))
                .map(|record| record.action != Action::Withdraw);
            prop_assert_eq!(about(&forward, Channel::Email, category).map(|decision| decision.is_allowed), naive, "{}", category);
        }
    }
}
