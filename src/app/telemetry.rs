//! Logs: for people on a terminal, as JSON for machines everywhere else.

use std::io::{self, IsTerminal};

use serde::Deserialize;
use tracing::Level;
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

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
    let bounded = filter_fn(|event| {
        let has = |name: &str| event.fields().field(name).is_some();
        fit(event.target(), *event.level(), has)
    });
    tracing_subscriber::registry()
        .with(filter)
        .with(bounded)
        .with(lines)
        .try_init()
        .map_err(|error| format!("logging was started before: {error}"))
}

/// Whether an event may be logged at all, whatever the filter says. Below `info` the libraries around object stores write signatures
/// and signed addresses. What the embedded store says of requests that it did not even begin is the noise of strangers, who are
/// counted and recorded at the door; what failed of an operation stays.
fn fit(target: &str, level: Level, has: impl Fn(&str) -> bool) -> bool {
    let crate_name = target.split("::").next().unwrap_or(target);
    if crate_name == "s3s" {
        return level == Level::ERROR && (has("op") || has("duration"));
    }
    let about_objects = crate_name.starts_with("aws_") || crate_name.starts_with("s3s_");
    !about_objects || level <= Level::INFO
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_not_logged_whatever_the_filter_says() {
        for target in
            ["s3s::ops::signature", "s3s_fs::s3", "aws_sigv4::http_request::sign", "aws_smithy_runtime"]
        {
            assert!(!fit(target, Level::DEBUG, |_| true) && !fit(target, Level::TRACE, |_| true), "{target}");
        }
        assert!(fit("aws_config", Level::INFO, |_| false) && fit("aws_config", Level::ERROR, |_| false));
        assert!(fit("s3s::ops", Level::ERROR, |name| name == "op"), "an operation that failed");
        assert!(!fit("s3s::ops", Level::ERROR, |name| name == "err"), "a request that was none");
        assert!(fit("brandgraph::http", Level::TRACE, |_| false) && fit("awsome", Level::TRACE, |_| false));
    }
}
