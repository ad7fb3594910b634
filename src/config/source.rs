//! Where the configuration comes from: a TOML file, then environment variables over it.

use std::path::Path;

use super::Config;

/// Environment variables and the keys they set.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("DATABASE_URL", "database.url"),
    ("WAYMARK_PUBLIC_URL", "public_url"),
    ("WAYMARK_DATA", "data"),
    ("WAYMARK_POOL_SIZE", "database.pool_size"),
    ("WAYMARK_WORKERS", "web.workers"),
    ("WAYMARK_BODY_LIMIT", "web.body_limit"),
    ("WAYMARK_UPLOAD_LIMIT", "web.upload_limit"),
    ("WAYMARK_MEDIA_LIMIT", "web.media_limit"),
    ("WAYMARK_ARCHIVE_LIMIT", "web.archive_limit"),
    ("WAYMARK_TRUSTED_PROXIES", "web.trusted_proxies"),
    ("WAYMARK_DRAIN_SECONDS", "web.drain_seconds"),
    ("WAYMARK_SESSION_IDLE_DAYS", "sessions.idle_days"),
    ("WAYMARK_SESSION_ABSOLUTE_DAYS", "sessions.absolute_days"),
    ("WAYMARK_INVITATION_HOURS", "sessions.invitation_hours"),
    ("WAYMARK_RESET_MINUTES", "sessions.reset_minutes"),
    ("WAYMARK_ATTEMPTS_PER_ACCOUNT", "sessions.attempts_per_account"),
    ("WAYMARK_ATTEMPTS_PER_ADDRESS", "sessions.attempts_per_address"),
    ("WAYMARK_LIMIT_STANDARD", "limits.standard"),
    ("WAYMARK_LIMIT_MEDIUM", "limits.medium"),
    ("WAYMARK_LIMIT_STRICT", "limits.strict"),
    ("WAYMARK_CANCEL_SECONDS", "broadcasts.cancel_seconds"),
    ("WAYMARK_BROADCASTS_HOURLY", "broadcasts.hourly"),
    ("WAYMARK_BROADCASTS_DAILY", "broadcasts.daily"),
    ("WAYMARK_STORAGE", "storage.provider"),
    ("WAYMARK_S3_ENDPOINT", "storage.endpoint"),
    ("WAYMARK_S3_BUCKET", "storage.bucket"),
    ("WAYMARK_S3_REGION", "storage.region"),
    ("WAYMARK_S3_ACCESS_KEY", "storage.access_key"),
    ("WAYMARK_S3_SECRET_KEY", "storage.secret_key"),
    ("WAYMARK_S3_PATH_STYLE", "storage.path_style"),
    ("WAYMARK_MAIL_FROM", "mail.from"),
    ("WAYMARK_MAIL_SERVER", "mail.server"),
    ("WAYMARK_OUTBOX_PAGE", "mail.outbox_page"),
    ("WAYMARK_MESSAGE_LOG_MONTHS", "messages.log_months"),
    ("WAYMARK_PUSH_HOSTS", "push.hosts"),
    ("WAYMARK_WRITING_ADDRESSES", "writing.addresses"),
    ("WAYMARK_LOG_FORMAT", "log.format"),
    ("WAYMARK_LOG", "log.filter"),
];

/// Variables of Waymark that set no key: options of commands, and what is read before there is a configuration.
const OTHERS: &[&str] = &[
    "WAYMARK_CONFIG",
    "WAYMARK_LISTEN",
    "WAYMARK_ADMIN_PASSWORD",
    "WAYMARK_POSTGRES_BIN",
    "WAYMARK_LIVE_ASSETS",
];

/// Those of `names` that look like Waymark's and mean nothing to it: a typing error is a setting that is not in force.
pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let means_something = |name: &str| {
        name.starts_with("WAYMARK_TEST_")
            || OTHERS.contains(&name)
            || ENVIRONMENT.iter().any(|(known, _)| *known == name)
    };
    let mut unknown: Vec<String> = names
        .filter(|name| name.starts_with("WAYMARK_") && !means_something(name))
        .collect();
    unknown.sort();
    unknown
}

/// Reads the file when there is one, then the environment.
///
/// # Errors
/// Every problem, one a line, each naming its key and where the value came from.
pub fn load(
    file: Option<&Path>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Config, Vec<String>> {
    let (mut table, mut problems) = match file {
        Some(path) => read_file(path).map_err(|problem| vec![problem])?,
        None => Default::default(),
    };
    for (variable, key) in ENVIRONMENT {
        if let Some(value) = environment(variable)
            && let Err(problem) = put(&mut table, key, &value)
        {
            problems.push(format!("{variable} ({key}): {problem}"));
        }
    }
    let config: Config = table.try_into().map_err(|cause: toml::de::Error| {
        problems.push(cause.message().to_owned());
        problems.clone()
    })?;
    problems.extend(config.problems());
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(problems)
    }
}

/// The keys of the file that can be used, and what is wrong with the others, each by its name: a file with three mistakes is
/// mended in one go.
fn read_file(path: &Path) -> Result<(toml::Table, Vec<String>), String> {
    let file = path.display();
    let text = std::fs::read_to_string(path).map_err(|cause| format!("{file}: {cause}"))?;
    let written: toml::Table = text
        .parse()
        .map_err(|cause: toml::de::Error| format!("{file}: {cause}"))?;
    let (mut table, mut problems) = (toml::Table::new(), Vec::new());
    for (key, alone) in each_alone(written) {
        match alone.clone().try_into::<Config>() {
            Ok(_) => merge(&mut table, alone),
            Err(cause) => problems.push(format!("{file}: {key}: {}", cause.message())),
        }
    }
    Ok((table, problems))
}

/// Every dotted key of a table with a table that holds nothing else.
fn each_alone(table: toml::Table) -> Vec<(String, toml::Table)> {
    let one = |key: String, value| toml::Table::from_iter([(key, value)]);
    let mut found = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(section) if !section.is_empty() => found.extend(
                each_alone(section)
                    .into_iter()
                    .map(|(name, alone)| (format!("{key}.{name}"), one(key.clone(), alone.into()))),
            ),
            value => found.push((key.clone(), one(key, value))),
        }
    }
    found
}

fn merge(into: &mut toml::Table, from: toml::Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(there)), toml::Value::Table(more)) => merge(there, more),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// Sets a dotted key, with the type the default has. Tried alone first, so that what is wrong with it is told with its name.
fn put(table: &mut toml::Table, key: &str, value: &str) -> Result<(), String> {
    let mut alone = toml::Table::new();
    insert(&mut alone, key, value)?;
    alone
        .try_into::<Config>()
        .map_err(|cause| format!("\"{value}\": {}", cause.message()))?;
    insert(table, key, value)
}

fn insert(table: &mut toml::Table, key: &str, value: &str) -> Result<(), String> {
    let defaults = toml::Table::try_from(Config::default()).map_err(|cause| cause.to_string())?;
    let example = key
        .split('.')
        .try_fold(toml::Value::Table(defaults), |value, part| {
            value.get(part).cloned()
        })
        .ok_or("no such key")?;
    let typed = match example {
        toml::Value::Integer(_) => value
            .trim()
            .parse()
            .map(toml::Value::Integer)
            .map_err(|_| format!("\"{value}\" is not a whole number"))?,
        toml::Value::Boolean(_) => match value.trim() {
            "1" | "true" | "yes" | "on" => toml::Value::Boolean(true),
            "0" | "false" | "no" | "off" | "" => toml::Value::Boolean(false),
            _ => return Err(format!("\"{value}\" is neither true nor false")),
        },
        toml::Value::Array(_) => {
            let texts = listed(value).map(|one| toml::Value::String(one.to_owned()));
            toml::Value::Array(texts.collect())
        }
        toml::Value::Table(_) => {
            toml::Value::Table(listed(value).map(count_by_name).collect::<Result<_, _>>()?)
        }
        _ => toml::Value::String(value.to_owned()),
    };
    let (section, name) = key
        .split_once('.')
        .map_or((None, key), |(section, name)| (Some(section), name));
    let target = match section {
        Some(section) => {
            let entry = table
                .entry(section)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            entry.as_table_mut().ok_or("its section is not a table")?
        }
        None => table,
    };
    target.insert(name.to_owned(), typed);
    Ok(())
}

/// What stands between commas.
fn listed(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|one| !one.is_empty())
}

/// `admin=6`
fn count_by_name(pair: &str) -> Result<(String, toml::Value), String> {
    pair.split_once('=')
        .and_then(|(name, count)| Some((name.trim().to_owned(), count.trim().parse::<i64>().ok()?.into())))
        .ok_or_else(|| format!("\"{pair}\" must look like admin=6"))
}
