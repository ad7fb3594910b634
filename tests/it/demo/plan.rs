//! The sample data: enough of it, coherent, and written by people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{DateTime, Duration, Utc};
use waymark::demo::plan::{
    BroadcastTiming, Channel, ContextKind, Message, Plan, PostPolicy, Role, SignIn, large, lively, second,
};

const SEED: u64 = 1199;

fn now() -> DateTime<Utc> {
    "2026-11-20T16:31:12Z".parse().unwrap()
}

/// Moments that have broken calendars before: night, a Sunday, both clock changes, New Year.
fn moments() -> Vec<DateTime<Utc>> {
    [
        "2026-11-20T16:31:12Z",
        "2026-11-22T08:05:00Z",
        "2026-11-01T05:59:59Z",
        "2027-03-14T07:30:00Z",
        "2027-01-01T00:00:00Z",
    ]
    .iter()
    .map(|moment| moment.parse().unwrap())
    .collect()
}

/// Both plans at every moment, made once for all tests.
static PLANS: LazyLock<Vec<(Plan, DateTime<Utc>)>> = LazyLock::new(|| {
    moments()
        .into_iter()
        .flat_map(|now| [(lively(SEED, now), now), (second(SEED, now), now)])
        .collect()
});

fn plans() -> impl Iterator<Item = (&'static Plan, DateTime<Utc>)> {
    PLANS.iter().map(|(plan, now)| (plan, *now))
}

/// The lively plan of an ordinary day.
fn today() -> &'static Plan {
    &PLANS[0].0
}

fn in_channel<'a>(plan: &'a Plan, key: &str) -> Vec<&'a Message> {
    plan.messages
        .iter()
        .filter(|message| message.channel == key)
        .collect()
}

fn channel<'a>(plan: &'a Plan, key: &str) -> &'a Channel {
    plan.channels
        .iter()
        .find(|channel| channel.key == key)
        .unwrap_or_else(|| panic!("no channel {key}"))
}

#[test]
fn the_lively_organization_has_the_promised_size() {
    let plan = today();
    let holders = |role: Role| {
        plan.people
            .iter()
            .filter(|person| person.roles.contains(&role))
            .count()
    };
    let of_kind = |kind: ContextKind| {
        plan.channels
            .iter()
            .filter(|channel| channel.kind == kind)
            .count()
    };

    assert_eq!(plan.people.len(), 200);
    assert!(
        (4_800..=5_300).contains(&plan.messages.len()),
        "{}",
        plan.messages.len()
    );
    assert_eq!(holders(Role::Steward), 18);
    assert_eq!(holders(Role::Coach), 6);
    assert_eq!(holders(Role::TeamLeader), 6);
    assert_eq!(holders(Role::Sponsor), 3);
    assert_eq!(holders(Role::Communicator), 2);
    assert_eq!(holders(Role::PrivacyOfficer), 1);
    assert_eq!(holders(Role::Admin), 2);
    assert_eq!(of_kind(ContextKind::Cohort), 3);
    assert_eq!(of_kind(ContextKind::Challenge), 1);
    assert_eq!(of_kind(ContextKind::Sponsor), 1);
    assert!(of_kind(ContextKind::Direct) >= 25);
    assert_eq!(plan.broadcasts.len(), 7);
    assert_eq!(plan.reports.len(), 7);
    assert_eq!(
        plan.reports
            .iter()
            .filter(|report| report.outcome.is_none())
            .count(),
        3
    );
    assert_eq!(plan.drafts.len(), 2);
}

#[test]
fn the_second_organization_is_small_and_shares_one_address() {
    let lively = today();
    let second = second(SEED, now());
    let addresses =
        |plan: &Plan| -> BTreeSet<String> { plan.people.iter().map(|person| person.email.clone()).collect() };
    let shared: Vec<String> = addresses(lively)
        .intersection(&addresses(&second))
        .cloned()
        .collect();

    assert_eq!(second.people.len(), 20);
    assert!(
        (120..=190).contains(&second.messages.len()),
        "{}",
        second.messages.len()
    );
    assert_eq!(shared, ["admin@example.org"]);
}

#[test]
fn the_same_seed_gives_the_same_plan_and_another_seed_another() {
    assert_eq!(*today(), lively(SEED, now()));
    assert_eq!(second(SEED, now()), second(SEED, now()));
    assert_ne!(today().messages, lively(SEED + 1, now()).messages);
}

#[test]
fn the_people_who_sign_in_are_there() {
    let plan = today();
    let signing_in: BTreeMap<&str, &str> = plan
        .people
        .iter()
        .filter(|person| person.sign_in == SignIn::Sample)
        .map(|person| (person.email.as_str(), person.name.as_str()))
        .collect();

    assert_eq!(signing_in["coach@example.org"], "Maya Okafor");
    assert_eq!(signing_in["member@example.org"], "Tom Reyes");
    assert_eq!(signing_in["steward@example.org"], "Rosa Delgado");
    assert_eq!(signing_in["admin@example.org"], "Priya Natarajan");
    for address in ["leader", "sponsor", "comms", "privacy"] {
        assert!(signing_in.contains_key(format!("{address}@example.org").as_str()));
    }
}

#[test]
fn people_are_distinct_and_their_handles_are_plain() {
    for (plan, now) in plans() {
        let keys: BTreeSet<&str> = plan.people.iter().map(|person| person.key.as_str()).collect();
        let addresses: BTreeSet<&str> = plan.people.iter().map(|person| person.email.as_str()).collect();
        assert_eq!(keys.len(), plan.people.len());
        assert_eq!(addresses.len(), plan.people.len());
        for person in &plan.people {
            let plain = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            assert!(person.key.chars().all(plain), "{}", person.key);
            assert!(!person.roles.is_empty() && person.joined_at < now);
        }
    }
}

#[test]
fn messages_are_in_order_and_inside_the_sixty_days() {
    for (plan, now) in plans() {
        assert!(plan.messages.is_sorted_by_key(|message| message.sent_at));
        for channel in &plan.channels {
            let messages = in_channel(plan, &channel.key);
            assert!(!messages.is_empty(), "{} is silent", channel.key);
            assert!(
                messages
                    .iter()
                    .enumerate()
                    .all(|(at, message)| message.index == at)
            );
            assert!(messages.windows(2).all(|pair| pair[0].sent_at < pair[1].sent_at));
            assert!(messages[0].sent_at > channel.created_at);
            assert!(messages[0].sent_at > now - Duration::days(62));
            assert!(messages[messages.len() - 1].sent_at < now);
        }
        let last = plan.messages.last().unwrap().sent_at;
        assert!(now - last < Duration::hours(1));
    }
}

#[test]
fn whoever_speaks_replies_reacts_or_is_called_belongs_to_the_channel() {
    for (plan, now) in plans() {
        for channel in &plan.channels {
            let joined: BTreeMap<&str, DateTime<Utc>> = channel
                .members
                .iter()
                .map(|member| (member.person.as_str(), member.joined_at))
                .collect();
            assert_eq!(joined.len(), channel.members.len());
            for message in in_channel(plan, &channel.key) {
                assert!(joined[message.author.as_str()] < message.sent_at, "{message:?}");
                assert!(message.reply_to.is_none_or(|answered| answered < message.index));
                assert!(
                    message
                        .edited_at
                        .is_none_or(|at| message.sent_at < at && at < now)
                );
                for person in message.mentions.people.iter().chain(&message.pinned_by) {
                    assert!(joined.contains_key(person.as_str()), "{message:?}");
                }
                for reaction in &message.reactions {
                    let people: BTreeSet<&String> = reaction.people.iter().collect();
                    assert_eq!(people.len(), reaction.people.len());
                    assert!(people.iter().all(|person| joined.contains_key(person.as_str())));
                    assert!(!people.contains(&message.author));
                }
            }
            for member in &channel.members {
                let count = in_channel(plan, &channel.key).len();
                assert!(member.last_read.is_none_or(|index| index < count));
            }
        }
    }
}

#[test]
fn only_leaders_speak_where_only_leaders_may() {
    for (plan, _) in plans() {
        for channel in &plan.channels {
            let Some(context) = plan
                .contexts
                .iter()
                .find(|context| Some(&context.key) == channel.context.as_ref())
            else {
                assert_eq!(channel.kind, ContextKind::Direct);
                assert!((2..=12).contains(&channel.members.len()), "{}", channel.key);
                continue;
            };
            assert!(
                context
                    .leaders
                    .iter()
                    .all(|leader| context.members.contains(leader))
            );
            assert!(
                channel
                    .members
                    .iter()
                    .all(|member| context.members.contains(&member.person)),
                "{}",
                channel.key
            );
            if channel.post_policy == PostPolicy::Leaders {
                for message in in_channel(plan, &channel.key) {
                    assert!(context.leaders.contains(&message.author), "{}", message.body);
                }
            }
        }
    }
}

#[test]
fn sponsors_are_only_where_they_sponsor() {
    let plan = today();
    for person in plan
        .people
        .iter()
        .filter(|person| person.roles == [Role::Sponsor])
    {
        for channel in &plan.channels {
            let inside = channel.members.iter().any(|member| member.person == person.key);
            let allowed = matches!(channel.kind, ContextKind::Sponsor | ContextKind::Direct);
            assert!(!inside || allowed, "{} in {}", person.name, channel.key);
        }
    }
}

#[test]
fn nothing_reads_like_a_template() {
    for (plan, _) in plans() {
        let mut said: BTreeMap<&str, usize> = BTreeMap::new();
        for message in &plan.messages {
            *said.entry(message.body.as_str()).or_default() += 1;
            let lower = message.body.to_lowercase();
            assert!(!lower.contains("lorem") && !lower.contains("ipsum"));
            assert!(!message.body.contains(['{', '}']), "{}", message.body);
            assert!(!message.body.trim().is_empty());
            assert!(!message.body.starts_with("~ ") && !message.body.contains("\n~ "));
        }
        let long = said.iter().filter(|(body, _)| body.chars().count() > 25);
        for (body, count) in long {
            assert!(*count <= 3, "{count} times: {body}");
        }
        let distinct = said.len() * 100 / plan.messages.len();
        assert!(
            distinct >= 75,
            "only {distinct} per cent of the bodies are distinct"
        );
    }
}

#[test]
fn every_hand_written_conversation_takes_place() {
    let plan = today();
    let said: BTreeSet<&str> = plan
        .messages
        .iter()
        .map(|message| message.body.as_str())
        .collect();
    // One line from each file and from each kind of place, none with slots in it.
    for line in [
        "1.5, 1.25, 1.25.",
        "Unsigned notes are wishes",
        "It *is* friendly. It's the only one who knows a way out.",
        "you're in an official document now.",
        "Maya. I could do that job.",
        "Go to the bathroom. It's going to be fine.",
        "Tomatoes count.",
        "The bones of the hand",
        "Enfin! Je pensais être la seule à compter en français dans ma tête.",
    ] {
        assert!(said.iter().any(|body| body.contains(line)), "nobody says: {line}");
    }
}

#[test]
fn the_main_people_have_something_unread_and_mentions_waiting() {
    let plan = today();
    for person in ["maya-okafor", "tom-reyes", "rosa-delgado"] {
        let mut unread_channels = 0;
        let mut mentions = 0;
        for channel in &plan.channels {
            let Some(member) = channel.members.iter().find(|member| member.person == person) else {
                continue;
            };
            let next = member.last_read.map_or(0, |index| index + 1);
            let unread: Vec<&Message> = in_channel(plan, &channel.key)
                .into_iter()
                .skip(next)
                .filter(|message| message.author != person)
                .collect();
            unread_channels += usize::from(!unread.is_empty());
            mentions += unread
                .iter()
                .filter(|message| message.mentions.people.iter().any(|key| key == person))
                .count();
            if channel.key == "kitchen-table" {
                assert!((15..=80).contains(&unread.len()), "{person}: {}", unread.len());
            }
        }
        assert!(
            (4..=12).contains(&unread_channels),
            "{person}: {unread_channels} channels"
        );
        assert!(mentions >= 2, "{person}: {mentions} mentions");
    }
}

#[test]
fn the_busiest_channel_is_the_one_with_the_divider() {
    let plan = today();
    let busiest = plan
        .channels
        .iter()
        .max_by_key(|channel| in_channel(plan, &channel.key).len())
        .unwrap();
    assert_eq!(busiest.key, "kitchen-table");
}

#[test]
fn broadcasts_reach_their_audience_and_nobody_confirms_unseen() {
    for (plan, now) in plans() {
        for broadcast in &plan.broadcasts {
            let receipts: BTreeSet<&str> = broadcast
                .receipts
                .iter()
                .map(|receipt| receipt.person.as_str())
                .collect();
            assert_eq!(receipts.len(), broadcast.receipts.len());
            assert!(!receipts.contains(broadcast.sender.as_str()));
            match broadcast.timing {
                BroadcastTiming::Sent(at) => assert!(at < now && !receipts.is_empty()),
                BroadcastTiming::Scheduled { created_at, due_at } => {
                    assert!(created_at < now && now < due_at && receipts.is_empty());
                }
            }
            for receipt in &broadcast.receipts {
                assert!(
                    receipt
                        .seen_at
                        .is_none_or(|at| receipt.delivered_at < at && at < now)
                );
                if let Some(at) = receipt.acknowledged_at {
                    assert!(broadcast.requires_ack);
                    assert!(receipt.seen_at.is_some_and(|seen| seen < at) && at < now);
                }
            }
        }
    }
}

#[test]
fn reports_point_at_messages_of_somebody_else() {
    let plan = today();
    for report in &plan.reports {
        let members = &channel(plan, &report.channel).members;
        let messages = in_channel(plan, &report.channel);
        let reported = messages[report.message];
        assert_ne!(reported.author, report.reporter);
        assert!(members.iter().any(|member| member.person == report.reporter));
        assert!(reported.sent_at < report.reported_at);
        let removed = report
            .outcome
            .as_ref()
            .is_some_and(|outcome| outcome.decision.as_str() == "removed");
        let tombstone = reported
            .deletion
            .as_ref()
            .is_some_and(|deletion| deletion.reason.is_some());
        assert_eq!(removed, tombstone, "{}", report.key);
    }
}

#[test]
fn the_same_people_have_one_direct_conversation() {
    for seed in 0..4 {
        let plan = lively(seed, now());
        let direct = plan
            .channels
            .iter()
            .filter(|channel| channel.kind == ContextKind::Direct);
        let mut companies = BTreeSet::new();
        for channel in direct {
            let company: BTreeSet<&str> = channel
                .members
                .iter()
                .map(|member| member.person.as_str())
                .collect();
            assert!(companies.insert(company), "seed {seed}: {} again", channel.key);
        }
    }
}

#[test]
fn a_few_messages_are_edited_deleted_pinned_and_illustrated() {
    let count = |wanted: fn(&&Message) -> bool| today().messages.iter().filter(wanted).count();

    assert!((40..=200).contains(&count(|message| message.edited_at.is_some())));
    assert!((5..=30).contains(&count(|message| message.deletion.is_some())));
    assert!((10..=40).contains(&count(|message| message.pinned_by.is_some())));
    assert!((15..=60).contains(&count(|message| message.attachment.is_some())));
    assert!(count(|message| !message.reactions.is_empty()) > 1_000);
}

#[test]
fn drafts_belong_to_members_of_the_channel() {
    let plan = today();
    for draft in &plan.drafts {
        let members = &channel(plan, &draft.channel).members;
        assert!(members.iter().any(|member| member.person == draft.person));
    }
}

#[test]
fn the_large_plan_adds_up() {
    let plan = large(SEED, 100_000, 1_000_000);
    let total: u64 = plan.channels.iter().map(|channel| channel.messages).sum();

    assert_eq!(total, 1_000_000);
    assert_eq!(plan.channels.len(), 400);
    assert_eq!(plan.channels[0].members, 50_000);
    assert!(
        plan.channels
            .is_sorted_by(|one, next| one.members >= next.members)
    );
    assert!(
        plan.channels
            .iter()
            .all(|channel| (12..=100_000).contains(&channel.members))
    );
    assert_eq!(plan.bodies.len(), 400);
    assert!(plan.bodies.iter().all(|body| !body.contains(['@', '{'])));
    assert!(plan.first_names.len() > 150 && plan.last_names.len() > 150);
    assert_eq!(plan, large(SEED, 100_000, 1_000_000));
}
