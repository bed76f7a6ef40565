//! How a command ends when it does not succeed: what is said, and the exit code.

use std::{error::Error as StdError, fmt, process::ExitCode};

use super::{config::Problems, embedded};
use crate::domain::{Code, Error};

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// It was asked wrongly, or the configuration is wrong: exit code 2.
    Usage(String),
    /// It was asked rightly and did not succeed: exit code 1.
    Failed(String),
}

impl Failure {
    /// A failure, with everything that caused it: whoever runs a command may read the sources.
    pub fn because(what: impl fmt::Display, source: &(dyn StdError + 'static)) -> Self {
        Self::Failed(format!("{what}: {}", chain(source)))
    }

    /// The exit code.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Usage(message) | Self::Failed(message)) = self;
        f.write_str(message)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Usage(problems.to_string())
    }
}

impl From<embedded::Error> for Failure {
    fn from(error: embedded::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut message = chain(&error);
        // The message holds the first of them already.
        for violation in error.violations().iter().skip(1) {
            message.push_str(&format!("\n  {}: {}", violation.path, violation.message));
        }
        if error.code() == Code::Invalid { Self::Usage(message) } else { Self::Failed(message) }
    }
}

/// An error and its sources, each said once.
pub(super) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(next) = source {
        let said = next.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        source = next.source();
    }
    text
}
