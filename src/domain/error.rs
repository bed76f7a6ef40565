//! The only error that travels upward: a code and a message for the caller, a source for the log.

use std::{error::Error as StdError, fmt, sync::Arc};

use serde_json::Value;
use uuid::Uuid;

use super::code::Code;

/// `Result` with brandgraph's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing that is wrong with the input, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where: a JSON Pointer or a dotted argument path (`input.fields/price`).
    pub path: String,
    /// What kind of violation, in constant snake_case (`required`, `type`, `max_length`).
    pub code: &'static str,
    /// A sentence for a person.
    pub message: String,
}

impl Violation {
    /// A violation at a path.
    pub fn new(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.into(), code, message: message.into() }
    }
}

/// What is limited: a constant key for programs, as in `schema/limits.txt` where it has a row there, and words for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    key: &'static str,
    words: &'static str,
}

/// A key with words.
impl From<(&'static str, &'static str)> for Limited {
    fn from((key, words): (&'static str, &'static str)) -> Self {
        Self { key, words }
    }
}

/// A name that says enough.
impl From<&'static str> for Limited {
    fn from(name: &'static str) -> Self {
        Self { key: name, words: name }
    }
}

/// What went wrong, for two audiences: code, message, violations and details are shown to the caller; the source is not.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    message: String,
    violations: Vec<Violation>,
    details: Option<Value>,
    limit: Option<&'static str>,
    once: bool,
    contended: bool,
    concealed: Option<Option<Uuid>>,
    place: Vec<String>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error with a code and a message that the caller may read.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            violations: Vec::new(),
            details: None,
            limit: None,
            once: false,
            contended: false,
            concealed: None,
            place: Vec::new(),
            source: None,
        }))
    }

    /// The input is wrong in one place.
    pub fn invalid(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::violated(vec![Violation::new(path, code, message)])
    }

    /// The input is wrong in the given places. The message is that of the first, with a count of the rest.
    #[must_use]
    pub fn violated(violations: Vec<Violation>) -> Self {
        let mut error = Self::new(Code::Invalid, message_of(&violations));
        error.0.violations = violations;
        error
    }

    /// There is no such node, or the caller may not know that there is.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("{what} was not found"))
    }

    /// The same words where the caller may not know that there is one. Nobody but the record of refusals learns the difference,
    /// and the brand that it was about, as far as it is one.
    pub fn concealed(what: impl fmt::Display, brand: impl Into<Option<Uuid>>) -> Self {
        let mut error = Self::not_found(what);
        error.0.concealed = Some(brand.into());
        error
    }

    /// The same error, which is about something that the caller may not know of; the record of refusals learns it.
    #[must_use]
    pub fn about_unseen(mut self, brand: Uuid) -> Self {
        self.0.concealed = Some(Some(brand));
        self
    }

    /// Whether this is about something that the caller may not know of, and in which brand that is.
    #[must_use]
    pub fn conceals(&self) -> Option<Option<Uuid>> {
        self.0.concealed
    }

    /// The same error about something by another name.
    #[must_use]
    pub fn calling_it(mut self, what: impl fmt::Display) -> Self {
        self.0.message = Self::not_found(what).0.message;
        self
    }

    /// A documented bound was passed: names the limit, its bound and the value. The message has its words, the details its key.
    pub fn limit(limit: impl Into<Limited>, bound: impl Into<u64>, value: impl Into<u64>) -> Self {
        let (Limited { key, words }, bound, value) = (limit.into(), bound.into(), value.into());
        let mut error =
            Self::new(Code::LimitExceeded, format!("{words} is limited to {bound}, but is {value}"))
                .with_details(serde_json::json!({"limit": key, "bound": bound, "value": value}));
        error.0.limit = Some(key);
        error
    }

    /// A documented bound was passed by what the caller gave at a path.
    pub fn limit_at(
        path: impl Into<String>,
        limit: impl Into<Limited>,
        bound: impl Into<u64>,
        value: impl Into<u64>,
    ) -> Self {
        let mut error = Self::limit(limit, bound, value);
        error.0.violations = vec![Violation::new(path, "limit", error.0.message.clone())];
        error
    }

    /// A defect: the caller learns nothing but the code, the log learns the source.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Code::Internal, "something went wrong inside brandgraph").with_source(source)
    }

    /// Adds what caused this, for the log only.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Adds machine-readable facts for the caller (for a conflict, the current version).
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.0.details = Some(details);
        self
    }

    /// Adds what is wrong, and where, to an error of any code.
    #[must_use]
    pub fn with_violation(mut self, violation: Violation) -> Self {
        self.0.violations.push(violation);
        self
    }

    /// The same, but not to be asked for again although its code would allow it: the first time may yet succeed.
    #[must_use]
    pub fn not_again(mut self) -> Self {
        self.0.once = true;
        self
    }

    /// The same: others stood in the way, each waiting for the other, and the database gave this one up. Run anew from its
    /// beginning, it may go well.
    #[must_use]
    pub fn from_contention(mut self) -> Self {
        self.0.contended = true;
        self
    }

    /// Whether it is only that others stood in the way.
    #[must_use]
    pub fn contended(&self) -> bool {
        self.0.contended
    }

    /// Whether the same request may succeed later, and may be sent again.
    #[must_use]
    pub fn retryable(&self) -> bool {
        !self.0.once && self.0.code.retryable()
    }

    /// The error is about what is under a key of the answer; each level around it adds its own.
    #[must_use]
    pub fn within(mut self, key: &str) -> Self {
        self.0.place.insert(0, key.to_owned());
        self
    }

    /// Takes back the outermost key, where what it stands for is not in the answer that the caller gets.
    #[must_use]
    pub fn without_outermost(mut self) -> Self {
        if !self.0.place.is_empty() {
            self.0.place.remove(0);
        }
        self
    }

    /// Where in the answer it is, key by key from the outside in, below the field that was asked for first.
    #[must_use]
    pub fn place(&self) -> &[String] {
        &self.0.place
    }

    /// Puts a prefix in front of every path, when a nested part was checked on its own.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for violation in &mut self.0.violations {
            let path = if violation.path.is_empty() { prefix.trim_end_matches(['.', '/']) } else { prefix };
            violation.path.insert_str(0, path);
        }
        if !self.0.violations.is_empty() {
            self.0.message = message_of(&self.0.violations);
        }
        // A conflict says its place there.
        if let Some(Value::String(path)) = self.0.details.as_mut().and_then(|details| details.get_mut("path"))
            && !path.is_empty()
        {
            path.insert_str(0, prefix);
        }
        self
    }

    /// The constant code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The message for the caller.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Everything that is wrong with the input.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// What is bounded, where a documented bound was passed.
    #[must_use]
    pub fn limit_name(&self) -> Option<&'static str> {
        self.0.limit
    }

    /// Machine-readable facts for the caller.
    #[must_use]
    pub fn details(&self) -> Option<&Value> {
        self.0.details.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.name(), self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// The message of the first violation, with a count of the rest.
fn message_of(violations: &[Violation]) -> String {
    match violations {
        [] => "the input is invalid".to_owned(),
        [one] => format!("{}: {}", one.path, one.message),
        [first, rest @ ..] => format!("{}: {} (and {} more)", first.path, first.message, rest.len()),
    }
}
