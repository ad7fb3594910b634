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
    ("WAYMARK_LIMIT_STANDARD", "limits.standard"),
    ("WAYMARK_LIMIT_MEDIUM", "limits.medium"),
    ("WAYMARK_LIMIT_STRICT", "limits.strict"),
    ("WAYMARK_CANCEL_SECONDS", "broadcasts.cancel_seconds"),
    ("WAYMARK_STORAGE", "storage.provider"),
    ("WAYMARK_S3_ENDPOINT", "storage.endpoint"),
    ("WAYMARK_S3_BUCKET", "storage.bucket"),
    ("WAYMARK_S3_REGION", "storage.region"),
    ("WAYMARK_S3_ACCESS_KEY", "storage.access_key"),
    ("WAYMARK_S3_SECRET_KEY", "storage.secret_key"),
    ("WAYMARK_MAIL_FROM", "mail.from"),
    ("WAYMARK_OUTBOX_PAGE", "mail.outbox_page"),
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
    let mut table = read_file(file)?;
    let mut problems = Vec::new();
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

fn read_file(file: Option<&Path>) -> Result<toml::Table, Vec<String>> {
    let Some(path) = file else {
        return Ok(toml::Table::new());
    };
    let text = std::fs::read_to_string(path).map_err(|cause| vec![format!("{}: {cause}", path.display())])?;
    let table: toml::Table = text
        .parse()
        .map_err(|cause: toml::de::Error| vec![format!("{}: {cause}", path.display())])?;
    // Checked alone first, so that a problem in the file is told with its line.
    toml::from_str::<Config>(&text).map_err(|cause| vec![format!("{}: {cause}", path.display())])?;
    Ok(table)
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
