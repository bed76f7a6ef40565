//! Logs: for people on a terminal, as JSON for machines everywhere else.

use std::io::{self, IsTerminal};

use serde::Deserialize;
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// The section `log` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Which events are logged, as `level` or `module=level`, separated by commas.
    pub filter: String,
    /// How they are written.
    pub format: Format,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Format {
    /// Text on a terminal, JSON in a pipe.
    Auto,
    /// Text.
    Text,
    /// One JSON object per line.
    Json,
}

impl TryFrom<String> for Format {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "auto" => Ok(Self::Auto),
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("expected auto, text or json, found {text:?}")),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: Format::Auto }
    }
}

/// Starts logging to standard error; standard output belongs to what a command answers.
///
/// # Errors
/// Where the filter is none, or logging was started before.
pub fn start(settings: &Settings) -> Result<(), String> {
    // PostgreSQL's notices ("already exists, skipping") are of use to nobody, unless the filter asks for them.
    let filter = EnvFilter::try_new(format!("sqlx::postgres::notice=warn,{}", settings.filter))
        .map_err(|error| format!("log.filter: {:?} is no filter: {error}", settings.filter))?;
    let terminal = io::stderr().is_terminal();
    let json = match settings.format {
        Format::Auto => !terminal,
        Format::Text => false,
        Format::Json => true,
    };
    let lines = fmt::layer().with_writer(io::stderr);
    let lines = if json {
        lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
    } else {
        lines.compact().with_target(false).with_ansi(terminal).boxed()
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()
        .map_err(|error| format!("logging was started before: {error}"))
}
