//! The closed set of outcomes a caller can act on, each with its HTTP status and whether a retry can help.

/// A constant, machine-readable error code; the contract in `schema/errors.txt` lists them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// No valid credentials came with the request.
    Unauthenticated,
    /// The caller is known but may not do this.
    Forbidden,
    /// There is no such thing, or the caller may not know that there is.
    NotFound,
    /// The request itself is wrong; `violations` say where.
    Invalid,
    /// Somebody else changed or already owns what the request wants to change.
    Conflict,
    /// A cursor was used with another filter or order than the one it was made for.
    CursorMismatch,
    /// The request is larger than a documented limit.
    LimitExceeded,
    /// Nobody told the document that this hash stands for; the same request with the document beside it succeeds.
    PersistedQueryNotFound,
    /// The caller has used up its rate or quota.
    RateLimited,
    /// The deadline of the request passed.
    Timeout,
    /// A content management platform behind this answer did not answer properly.
    UpstreamUnavailable,
    /// A part of brandgraph itself (its database, its cache) cannot be reached.
    Unavailable,
    /// A defect of brandgraph; details are in its log under the request id.
    Internal,
}

impl Code {
    /// Every code, in the order of the contract file.
    pub const ALL: [Self; 13] = [
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Invalid,
        Self::Conflict,
        Self::CursorMismatch,
        Self::LimitExceeded,
        Self::PersistedQueryNotFound,
        Self::RateLimited,
        Self::Timeout,
        Self::UpstreamUnavailable,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The name that clients see in `extensions.code`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Invalid => "INVALID",
            Self::Conflict => "CONFLICT",
            Self::CursorMismatch => "CURSOR_MISMATCH",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::RateLimited => "RATE_LIMITED",
            Self::Timeout => "TIMEOUT",
            Self::UpstreamUnavailable => "UPSTREAM_UNAVAILABLE",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// What it says, in a sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Unauthenticated => "No valid credentials came with the request.",
            Self::Forbidden => "The caller is known but may not do this.",
            Self::NotFound => "There is no such thing, or the caller may not know that there is.",
            Self::Invalid => "The request itself is wrong; violations say where.",
            Self::Conflict => "Somebody else changed or already owns what the request wants to change.",
            Self::CursorMismatch => {
                "A cursor was used with another filter or order than the one it was made for."
            }
            Self::LimitExceeded => "The request is larger than a documented limit; details name it.",
            Self::PersistedQueryNotFound => {
                "Nobody told the document of this hash; the name is the one that clients of automatic persisted queries wait for."
            }
            Self::RateLimited => "The caller has used up its rate or quota; Retry-After says for how long.",
            Self::Timeout => "The deadline of the request passed.",
            Self::UpstreamUnavailable => "A platform behind this answer did not answer properly.",
            Self::Unavailable => "A part of brandgraph itself cannot be reached, or has no room just now.",
            Self::Internal => "A defect of brandgraph; its log has the details under the request id.",
        }
    }

    /// The HTTP status used where the whole answer is this error.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound | Self::PersistedQueryNotFound => 404,
            Self::Invalid | Self::CursorMismatch => 400,
            Self::Conflict => 409,
            Self::LimitExceeded => 413,
            Self::RateLimited => 429,
            Self::Timeout => 504,
            Self::UpstreamUnavailable => 502,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }

    /// Whether the same request may succeed later without being changed.
    #[must_use]
    pub const fn retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::Timeout | Self::UpstreamUnavailable | Self::Unavailable)
    }
}
