//! The small world most tests live in: one union local with someone of every role, and another organization beside it.

use chrono::{DateTime, TimeDelta, Utc};
use waymark::demo::plan::{
    Channel, ChannelRole, Context, ContextKind, Membership, Mentions, Message, Notify, Organization, Person,
    Plan, PostPolicy, Role, SignIn,
};

/// Everyone's password.
pub const PASSWORD: &str = "correct horse battery";

/// The organization most tests act in.
pub fn local(now: DateTime<Utc>) -> Plan {
    let people = vec![
        person("coach", "Maya Okafor", &[Role::Member, Role::Coach], now),
        person("member", "Tom Reyes", &[Role::Member], now),
        person("other", "Nadia Haddad", &[Role::Member], now),
        person("steward", "Rosa Delgado", &[Role::Member, Role::Steward], now),
        person("leader", "Owen Clarke", &[Role::Member, Role::TeamLeader], now),
        person("sponsor", "Ines Ferreira", &[Role::Sponsor], now),
        person("comms", "Grace Mbeki", &[Role::Member, Role::Communicator], now),
        person(
            "privacy",
            "Jules Tremblay",
            &[Role::Member, Role::PrivacyOfficer],
            now,
        ),
        person("admin", "Priya Natarajan", &[Role::Member, Role::Admin], now),
    ];
    let everyone = [
        "coach", "member", "other", "steward", "leader", "comms", "privacy", "admin",
    ];
    Plan {
        organization: organization("local", "Local 100"),
        contexts: vec![
            context(
                "depot",
                ContextKind::Team,
                "Depot north",
                &everyone,
                &["leader"],
                now,
            ),
            context(
                "nights",
                ContextKind::Team,
                "Night shift",
                &["member", "steward"],
                &["steward"],
                now,
            ),
            context(
                "school",
                ContextKind::Cohort,
                "Steward school",
                &["coach", "member", "steward"],
                &["coach"],
                now,
            ),
            context(
                "walk",
                ContextKind::Challenge,
                "30 conversations",
                &["coach", "member", "steward"],
                &["coach"],
                now,
            ),
            context(
                "union-bank",
                ContextKind::Sponsor,
                "Harbour Credit Union",
                &["sponsor", "coach", "admin"],
                &["admin"],
                now,
            ),
        ],
        channels: vec![
            channel(
                "depot",
                ContextKind::Team,
                "Depot north",
                &everyone,
                "leader",
                now,
            ),
            channel(
                "nights",
                ContextKind::Team,
                "Night shift",
                &["member", "steward"],
                "steward",
                now,
            ),
            channel(
                "school",
                ContextKind::Cohort,
                "Steward school",
                &["coach", "member", "steward"],
                "coach",
                now,
            ),
            channel(
                "walk",
                ContextKind::Challenge,
                "30 conversations",
                &["coach", "member", "steward"],
                "coach",
                now,
            ),
            channel(
                "union-bank",
                ContextKind::Sponsor,
                "Harbour Credit Union",
                &["sponsor", "coach", "admin"],
                "admin",
                now,
            ),
        ],
        messages: vec![
            message(
                "depot",
                0,
                "leader",
                "Welcome to the depot channel.",
                now - TimeDelta::hours(30),
            ),
            message(
                "depot",
                1,
                "member",
                "Thanks! When is the meeting?",
                now - TimeDelta::hours(29),
            ),
            message(
                "depot",
                2,
                "steward",
                "Thursday at 14:00, hall B.",
                now - TimeDelta::hours(28),
            ),
        ],
        broadcasts: Vec::new(),
        reports: Vec::new(),
        drafts: Vec::new(),
        organising: Default::default(),
        people,
    }
}

/// The organization beside it.
pub fn neighbour(now: DateTime<Utc>) -> Plan {
    let mut people = vec![
        person("stranger", "Sam Stranger", &[Role::Member, Role::Admin], now),
        person("second", "Second Person", &[Role::Member], now),
    ];
    for one in &mut people {
        one.email = format!("{}@neighbour.example", one.key);
    }
    Plan {
        organization: organization("neighbour", "Neighbour Academy"),
        contexts: vec![context(
            "team",
            ContextKind::Team,
            "Sales",
            &["stranger", "second"],
            &["stranger"],
            now,
        )],
        channels: vec![channel(
            "team",
            ContextKind::Team,
            "Sales",
            &["stranger", "second"],
            "stranger",
            now,
        )],
        messages: vec![message(
            "team",
            0,
            "second",
            "Only we can read this.",
            now - TimeDelta::hours(3),
        )],
        broadcasts: Vec::new(),
        reports: Vec::new(),
        drafts: Vec::new(),
        organising: Default::default(),
        people,
    }
}

fn organization(key: &str, name: &str) -> Organization {
    Organization {
        key: key.into(),
        name: name.into(),
        time_zone: "America/Toronto".into(),
        locale: "en".into(),
    }
}

fn person(key: &str, name: &str, roles: &[Role], now: DateTime<Utc>) -> Person {
    Person {
        key: key.into(),
        name: name.into(),
        given_name: name.split(' ').next().unwrap().into(),
        email: format!("{key}@local.example"),
        roles: roles.to_vec(),
        headline: String::new(),
        locale: "en".into(),
        time_zone: "America/Toronto".into(),
        worksite: None,
        sign_in: SignIn::Sample,
        joined_at: now - TimeDelta::days(90),
    }
}

fn context(
    key: &str,
    kind: ContextKind,
    name: &str,
    members: &[&str],
    leaders: &[&str],
    now: DateTime<Utc>,
) -> Context {
    let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    Context {
        key: key.into(),
        kind,
        name: name.into(),
        description: String::new(),
        members: owned(members),
        leaders: owned(leaders),
        created_at: now - TimeDelta::days(80),
    }
}

fn channel(
    key: &str,
    kind: ContextKind,
    name: &str,
    members: &[&str],
    leader: &str,
    now: DateTime<Utc>,
) -> Channel {
    let place = |person: &&str| Membership {
        person: (*person).to_owned(),
        role: if *person == leader {
            ChannelRole::Leader
        } else {
            ChannelRole::Member
        },
        last_read: (key == "depot").then_some(2),
        notify: Notify::All,
        joined_at: now - TimeDelta::days(70),
    };
    Channel {
        key: key.into(),
        kind,
        context: Some(key.into()),
        name: name.into(),
        description: format!("Everything about {name}"),
        post_policy: PostPolicy::Everyone,
        members: members.iter().map(place).collect(),
        created_at: now - TimeDelta::days(75),
    }
}

fn message(channel: &str, index: usize, author: &str, body: &str, sent_at: DateTime<Utc>) -> Message {
    Message {
        channel: channel.into(),
        index,
        author: author.into(),
        sent_at,
        body: body.into(),
        reply_to: None,
        mentions: Mentions::default(),
        edited_at: None,
        deletion: None,
        reactions: Vec::new(),
        pinned_by: None,
        attachment: None,
    }
}
