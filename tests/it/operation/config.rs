//! What an operator may set, and what is said about what they may not.

use std::io::Write as _;

use waymark::config::{self, Config};

use super::binary::Installation;

fn load(variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    config::load(None, &|name| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

fn load_file(text: &str) -> Result<Config, Vec<String>> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    config::load(Some(file.path()), &|_| None)
}

#[test]
fn what_cannot_be_read_is_told_with_its_variable_and_key() {
    for (variable, value, key) in [
        ("WAYMARK_POOL_SIZE", "-1", "database.pool_size"),
        ("WAYMARK_POOL_SIZE", "many", "database.pool_size"),
        ("WAYMARK_LOG_FORMAT", "xml", "log.format"),
        ("WAYMARK_OUTBOX_PAGE", "perhaps", "mail.outbox_page"),
        ("WAYMARK_LIMIT_STRICT", "99999999999", "limits.strict"),
    ] {
        let problems = load(&[(variable, value)]).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        let expected = format!("{variable} ({key}): ");
        assert!(
            problems[0].starts_with(&expected) && problems[0].contains(value),
            "{problems:?}"
        );
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let problems = load(&[
        ("WAYMARK_POOL_SIZE", "-1"),
        ("WAYMARK_LOG_FORMAT", "xml"),
        ("WAYMARK_WORKERS", "0"),
        ("WAYMARK_PUBLIC_URL", "portal"),
    ])
    .unwrap_err();

    assert_eq!(problems.len(), 4, "{problems:?}");
}

#[test]
fn nonsense_is_refused_by_its_key() {
    for (text, key) in [
        ("[broadcasts]\ncancel_seconds = -1", "broadcasts.cancel_seconds"),
        ("[broadcasts.hourly]\nboss = 3", "broadcasts.hourly.boss"),
        ("[broadcasts.daily]\nadmin = -3", "broadcasts.daily.admin"),
        ("[sessions]\nreset_minutes = 0", "sessions.reset_minutes"),
        (
            "[sessions]\nattempts_per_account = 0",
            "sessions.attempts_per_account",
        ),
        ("[sessions]\ninvitation_hours = -5", "sessions.invitation_hours"),
        (
            "[sessions]\nidle_days = 9223372036854775807",
            "sessions.idle_days",
        ),
        (
            "[sessions]\nidle_days = 30\nabsolute_days = 7",
            "sessions.idle_days",
        ),
        ("[web]\nupload_limit = 0", "web.upload_limit"),
        ("[web]\ndrain_seconds = 60", "web.drain_seconds"),
        ("[limits]\nstrict = 0", "limits.strict"),
        ("[log]\nfilter = \"info,waymark=loud\"", "log.filter"),
        ("[mail]\nfrom = \"the portal\"", "mail.from"),
        ("[storage]\nprovider = \"s3\"", "storage.bucket"),
    ] {
        let problems = load_file(text).unwrap_err();
        let expected = format!("{key}: ");
        assert!(
            problems.iter().any(|problem| problem.starts_with(&expected)),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn every_mistake_of_a_file_is_told_with_its_key() {
    let text = "[database]\npool_size = -1\n[web]\nworker = 2\nworkers = 0\ntrusted_proxies = [\"nginx\"]\n[log]\nformat = 3";
    let problems = load_file(text).unwrap_err();

    let told = |words: &[&str]| {
        problems
            .iter()
            .any(|problem| words.iter().all(|word| problem.contains(word)))
    };
    assert!(told(&["database.pool_size: ", "-1"]), "{problems:?}");
    assert!(told(&["web.worker: unknown field `worker`"]), "{problems:?}");
    assert!(told(&["web.workers: must be from 1 to 64"]), "{problems:?}");
    assert!(told(&["web.trusted_proxies: ", "IP address"]), "{problems:?}");
    assert!(told(&["log.format: "]), "{problems:?}");
    assert_eq!(problems.len(), 5, "{problems:?}");

    let problems = load_file("[database]\npool_size = ").unwrap_err();
    assert!(problems[0].contains("line 2"), "{problems:?}");
}

#[test]
fn a_file_without_mistakes_is_in_force_whole() {
    let text = "data = \"/srv/waymark\"\n[web]\nworkers = 3\ntrusted_proxies = [\"10.0.0.1\", \"::1\"]\n\
                [broadcasts.hourly]\nadmin = 9\n[log]\nformat = \"json\"";
    let config = load_file(text).unwrap();

    assert_eq!(config.data, std::path::Path::new("/srv/waymark"));
    assert_eq!((config.web.workers, config.web.trusted_proxies.len()), (3, 2));
    assert_eq!(config.broadcasts.hourly.get("admin"), Some(&9));
}

#[test]
fn lists_and_counts_by_name_can_be_set_by_variables() {
    let config = load(&[
        ("WAYMARK_TRUSTED_PROXIES", "10.0.0.1, ::1"),
        ("WAYMARK_BROADCASTS_HOURLY", "team_leader=2, admin=9"),
        ("WAYMARK_S3_PATH_STYLE", "no"),
        ("WAYMARK_SESSION_IDLE_DAYS", "3"),
    ])
    .unwrap();
    assert_eq!(config.web.trusted_proxies.len(), 2);
    assert_eq!(config.broadcasts.hourly.get("team_leader"), Some(&2));
    assert!(!config.storage.path_style && config.sessions.idle_days == 3);

    for (variable, value, key) in [
        ("WAYMARK_TRUSTED_PROXIES", "nginx", "web.trusted_proxies"),
        ("WAYMARK_BROADCASTS_DAILY", "admin", "broadcasts.daily"),
        ("WAYMARK_BROADCASTS_DAILY", "boss=3", "broadcasts.daily.boss"),
    ] {
        let problems = load(&[(variable, value)]).unwrap_err();
        assert!(problems[0].contains(key), "{problems:?}");
    }
}

#[test]
fn the_defaults_are_fit_to_start_with() {
    load(&[]).unwrap();
}

#[test]
fn no_way_to_write_a_password_shows_it() {
    for url in [
        "postgres://owner:hunter2@db.example/waymark",
        "postgres://db.example/waymark?user=owner&password=hunter2&connect_timeout=5",
        "postgres://owner@db.example/waymark?sslpassword=hunter2",
    ] {
        let masked = load(&[("DATABASE_URL", url), ("WAYMARK_S3_SECRET_KEY", "hunter2")])
            .unwrap()
            .masked();
        assert!(!masked.contains("hunter2"), "{masked}");
        assert!(masked.contains("db.example/waymark"), "{masked}");
    }
}

#[test]
fn a_variable_nobody_knows_is_pointed_out() {
    let installation = Installation::fresh();

    let output = installation
        .command(&["config"])
        .env("WAYMARK_POOLSIZE", "3")
        .env("WAYMARK_POOL_SIZE", "3")
        .output();
    let said = super::binary::Said::of(output.unwrap()).expect_success();

    assert!(said.err.contains("WAYMARK_POOLSIZE"), "{}", said.err);
    assert!(!said.err.contains("WAYMARK_POOL_SIZE"), "{}", said.err);
    assert!(said.out.contains("pool_size = 3"), "{}", said.out);
}
