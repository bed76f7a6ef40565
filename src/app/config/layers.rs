//! The layers of the configuration: the file, `DATABASE_URL`, then `BRANDGRAPH__SECTION__KEY`; the last one wins.

use std::{collections::BTreeMap, fs, path::Path};

use config::{Config, File, FileFormat, Value, ValueKind};

use super::{
    contract::{SECRETS, Shape, settings},
    environment::Environment,
    problem::Problems,
    sources,
};

/// What the names of our own variables begin with.
const PREFIX: &str = "BRANDGRAPH__";

/// Variables that have a meaning everywhere, and the setting that each is.
const CUSTOMARY: [(&str, &str); 2] = [("DATABASE_URL", "database.url"), ("REDIS_URL", "redis.url")];

/// Every setting that was given, by its dotted name; a value knows where it came from.
pub(super) type Layers = BTreeMap<String, Value>;

/// Merges the layers. What cannot be read at all ends it, what is merely wrong is added to the problems.
pub(super) fn build(
    file: Option<&Path>,
    environment: &Environment,
    problems: &mut Problems,
) -> Result<Layers, Problems> {
    let known = settings();
    let mut values = BTreeMap::new();
    if let Some(path) = file {
        read_file(path, &known, problems, &mut values)?;
    }
    for (variable, key) in CUSTOMARY {
        if let Some(value) = environment.find(variable) {
            values.insert(key.to_owned(), Value::new(Some(&variable.to_owned()), ValueKind::from(value)));
        } else if let Some(path) = environment.find(&format!("{variable}_FILE")) {
            read_secret(key, path, &format!("{variable}_FILE"), problems, &mut values);
        }
    }
    for (rest, value) in environment.beginning(PREFIX) {
        let key = rest.to_lowercase().replace("__", ".");
        let origin = format!("{PREFIX}{rest}");
        if let Some(secret) = secret_of_file(&key) {
            read_secret(secret, value, &origin, problems, &mut values);
            continue;
        }
        match known.get(&key).copied().or_else(|| sources::shape(&key)) {
            None => problems.add(format!("{origin}: there is no setting {key}{}", hint(&key, &known))),
            Some(Shape::Single) => {
                values.insert(key, Value::new(Some(&origin), ValueKind::from(value)));
            }
            Some(Shape::List) => {
                let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
                let items = items.map(|item| Value::new(Some(&origin), ValueKind::from(item))).collect();
                values.insert(key, Value::new(Some(&origin), ValueKind::Array(items)));
            }
        }
    }
    Ok(values)
}

/// Reads the file's settings, those that exist.
fn read_file(
    path: &Path,
    known: &BTreeMap<String, Shape>,
    problems: &mut Problems,
    values: &mut BTreeMap<String, Value>,
) -> Result<(), Problems> {
    let fatal = |message: String| {
        let mut problems = Problems::default();
        problems.add(format!("{}: {message}", path.display()));
        problems
    };
    let text = fs::read_to_string(path).map_err(|error| fatal(error.to_string()))?;
    // Parsed through the library's own source, so that its errors name line and column.
    let parsed = Config::builder()
        .add_source(File::from_str(&text, FileFormat::Toml))
        .build()
        .and_then(Config::try_deserialize::<BTreeMap<String, Value>>)
        .map_err(|error| fatal(error.to_string()))?;
    let mut found = BTreeMap::new();
    flatten(String::new(), parsed, known, &mut found);
    for (key, value) in found {
        let value = Value::new(Some(&path.display().to_string()), value.kind);
        if let Some(secret) = secret_of_file(&key) {
            let origin = format!("{}: {key}", path.display());
            read_secret(secret, &value.to_string(), &origin, problems, values);
        } else if known.contains_key(&key) || sources::shape(&key).is_some() {
            values.insert(key, value);
        } else {
            problems.add(format!("{}: there is no setting {key}{}", path.display(), hint(&key, known)));
        }
    }
    Ok(())
}

/// Turns nested tables into dotted names.
fn flatten(
    prefix: String,
    table: BTreeMap<String, Value>,
    known: &BTreeMap<String, Shape>,
    found: &mut BTreeMap<String, Value>,
) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match value.kind {
            ValueKind::Table(inner) if !known.contains_key(&key) => {
                flatten(key, inner.into_iter().collect(), known, found);
            }
            kind => {
                found.insert(key, Value::new(None, kind));
            }
        }
    }
}

/// The secret that a setting ending in `_file` is the file of.
fn secret_of_file(key: &str) -> Option<&str> {
    let secret = key.strip_suffix("_file")?;
    SECRETS.into_iter().find(|known| *known == secret).or_else(|| sources::secret_of_file(key))
}

/// Reads a secret from its file, without the line break at its end.
fn read_secret(
    key: &str,
    path: &str,
    origin: &str,
    problems: &mut Problems,
    values: &mut BTreeMap<String, Value>,
) {
    match fs::read_to_string(path) {
        Ok(text) => {
            let value = ValueKind::from(text.trim_end_matches(['\r', '\n']));
            values.insert(key.to_owned(), Value::new(Some(&origin.to_owned()), value));
        }
        Err(error) => problems.add(format!("{origin}: {path}: {error}")),
    }
}

/// The known setting that a mistyped one was probably meant to be.
fn hint(key: &str, known: &BTreeMap<String, Shape>) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    let section = key.split('.').next().unwrap_or(key);
    let same_name = known.keys().find(|it| it.rsplit('.').next() == Some(last));
    if let Some(same) = same_name {
        return format!("; did you mean {same}?");
    }
    let siblings: Vec<_> =
        known.keys().filter(|it| it.split('.').next() == Some(section)).map(String::as_str).collect();
    if siblings.is_empty() { String::new() } else { format!("; there are {}", siblings.join(", ")) }
}
