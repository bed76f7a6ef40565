//! Everything that is wrong with the configuration, collected so that one run tells it all.

use std::fmt;

use config::{Config, ConfigError, Value};
use serde::de::DeserializeOwned;

use super::layers::Layers;

/// What is wrong, one line each; none of them holds a value of a secret.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<String>);

impl Problems {
    pub(super) fn add(&mut self, problem: impl Into<String>) {
        self.0.push(problem.into());
    }

    /// One section of the settings; its defaults where something in it is wrong. Then every setting is tried alone, since
    /// the section as a whole only tells the first that is wrong, and not its name.
    pub(super) fn section<T: DeserializeOwned + Default>(&mut self, layers: &Layers, name: &str) -> T {
        let of_section = format!("{name}.");
        let given: Vec<_> = layers.iter().filter(|(key, _)| key.starts_with(&of_section)).collect();
        match parse(given.iter().copied(), name) {
            Ok(section) => section,
            Err(whole) => {
                let before = self.0.len();
                for (key, value) in given {
                    if let Err(error) = parse::<T>([(key, value)], name) {
                        let origin = value.origin().map(|origin| format!("{origin}: ")).unwrap_or_default();
                        self.add(format!("{origin}{key}: {}", reason(error)));
                    }
                }
                if self.0.len() == before {
                    self.add(format!("{name}: {}", reason(whole)));
                }
                T::default()
            }
        }
    }

    /// The value, where nothing is wrong.
    pub(super) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is wrong:")?;
        self.0.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for Problems {}

/// Reads a section from the given settings alone.
fn parse<'a, T: DeserializeOwned + Default>(
    given: impl IntoIterator<Item = (&'a String, &'a Value)>,
    name: &str,
) -> Result<T, ConfigError> {
    let mut builder = Config::builder();
    for (key, value) in given {
        builder = builder.set_override(key, value.clone())?;
    }
    match builder.build()?.get(name) {
        Err(ConfigError::NotFound(_)) => Ok(T::default()),
        other => other,
    }
}

/// What is wrong, without the library's own idea of where: it names the section, not the setting.
fn reason(error: ConfigError) -> String {
    match error {
        ConfigError::At { error, .. } => reason(*error),
        ConfigError::Type { unexpected, expected, .. } => format!("expected {expected}, found {unexpected}"),
        other => other.to_string(),
    }
}
