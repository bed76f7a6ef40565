//! One request to a platform: bounded in time and size, repeated where that can help, with an error that says what came.

use std::{fmt, sync::Arc, time::Duration};

use backon::{ExponentialBuilder, Retryable};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use url::Url;

use super::{cassette::Recorder, credentials::Credentials, retry, spec::LimitsSpec};
use crate::{
    domain::{Code, Error, Result},
    kit::clock::Clock,
};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How often and how patiently a request is repeated.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How often one request is sent at most, the first time included.
    pub attempts: usize,
    /// The pause before the second attempt; it doubles, with chance added.
    pub first_pause: Duration,
    /// The longest pause, and the longest that a `Retry-After` is obeyed.
    pub longest_pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { attempts: 5, first_pause: Duration::from_millis(250), longest_pause: Duration::from_secs(60) }
    }
}

/// Sends requests to one platform.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    settings: Settings,
    limits: LimitsSpec,
    headers: HeaderMap,
    credentials: Credentials,
    clock: Clock,
    recorder: Option<Arc<Recorder>>,
}

/// An answer that says it went well.
#[derive(Debug)]
pub struct Answer {
    /// The whole body.
    pub body: Bytes,
    /// The headers.
    pub headers: HeaderMap,
}

/// What a client is made of.
#[derive(Debug)]
pub struct NewClient<'a> {
    /// How often requests are repeated.
    pub settings: Settings,
    /// Bounds of the connector.
    pub limits: LimitsSpec,
    /// Headers of every request.
    pub headers: HeaderMap,
    /// The secrets, so that they can be taken out of what the platform says.
    pub credentials: Credentials,
    /// For `Retry-After` dates.
    pub clock: Clock,
    /// Sent as `X-Request-Id`, so that both sides find the same pull in their logs.
    pub request_id: &'a str,
    /// Keeps every exchange, where wanted.
    pub recorder: Option<Arc<Recorder>>,
}

impl Client {
    /// Builds a client: it follows redirects on the same host only, so that a secret is never sent elsewhere.
    ///
    /// # Errors
    /// `INTERNAL` where TLS cannot be set up.
    pub fn new(new: NewClient<'_>) -> Result<Self> {
        let NewClient { settings, limits, mut headers, credentials, clock, request_id, recorder } = new;
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert(REQUEST_ID.clone(), id);
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("brandgraph/", env!("CARGO_PKG_VERSION")))
            .timeout(Duration::from_secs(limits.timeout_seconds.clamp(1, 300)))
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::custom(same_host))
            .build()
            .map_err(Error::internal)?;
        Ok(Self { http, settings, limits, headers, credentials, clock, recorder })
    }

    /// Fetches an address, repeating the request where the failure may pass.
    ///
    /// # Errors
    /// `UPSTREAM_UNAVAILABLE` where the platform does not answer properly, `INVALID` where it refuses the credentials or
    /// has nothing there, `LIMIT_EXCEEDED` where the answer is too large.
    pub async fn get(&self, url: &Url) -> Result<Answer> {
        let backoff = ExponentialBuilder::default()
            .with_min_delay(self.settings.first_pause)
            .with_max_delay(self.settings.longest_pause)
            .with_max_times(self.settings.attempts.saturating_sub(1))
            .with_jitter();
        (|| self.once(url))
            .retry(backoff)
            .when(|failed: &Failed| failed.may_pass)
            .adjust(|failed, pause| pause.map(|pause| failed.after.unwrap_or(pause)))
            .notify(|failed, pause| {
                tracing::warn!(error = %failed.error, pause_ms = pause.as_millis() as u64, "a platform's answer is awaited again");
            })
            .await
            .map_err(|failed| failed.error)
    }

    async fn once(&self, url: &Url) -> Result<Answer, Failed> {
        let what = Request(url);
        let sent = self.http.get(url.clone()).headers(self.headers.clone()).send().await;
        let mut response = sent.map_err(|fault| self.broken(&what, fault))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let most = self.limits.max_bytes;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|fault| self.broken(&what, fault))? {
            if (body.len() + chunk.len()) as u64 > most {
                let size = (body.len() + chunk.len()) as u64;
                return Err(Failed::for_good(Error::limit("a platform's answer, in bytes,", most, size)));
            }
            body.extend_from_slice(&chunk);
        }
        let body = body.freeze();
        if let Some(recorder) = &self.recorder {
            recorder.keep(url, status, &headers, &body, &self.credentials);
        }
        self.judge(&what, status, headers, body)
    }

    fn judge(
        &self,
        what: &Request<'_>,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, Failed> {
        let said = || Excerpt(self.credentials.redact(&excerpt(&body)));
        if status.is_success() {
            if looks_like_html(&headers, &body) {
                let message = format!("{what} answered with a web page, not with JSON");
                return Err(Failed::for_good(
                    Error::new(Code::UpstreamUnavailable, message).with_source(said()),
                ));
            }
            return Ok(Answer { body, headers });
        }
        let error = match status.as_u16() {
            401 | 403 => Error::invalid(
                "credentials",
                "refused",
                format!("{what} refused the credentials of the source ({status})"),
            ),
            400..=499 if !retry::may_pass(status) => {
                Error::invalid("connector", "status", format!("{what} answered {status}"))
            }
            _ => Error::new(Code::UpstreamUnavailable, format!("{what} answered {status}")),
        };
        let error = error.with_source(said());
        if !retry::may_pass(status) {
            return Err(Failed::for_good(error));
        }
        match retry::after(&headers, self.clock.now()) {
            Some(wait) if wait > self.settings.longest_pause => {
                let seconds = wait.as_secs();
                let message = format!("{what} answered {status} and asks for {seconds} seconds of patience");
                Err(Failed::for_good(Error::new(Code::UpstreamUnavailable, message).with_source(said())))
            }
            after => Err(Failed { error, may_pass: true, after }),
        }
    }

    fn broken(&self, what: &Request<'_>, fault: reqwest::Error) -> Failed {
        let how = if fault.is_timeout() {
            format!("did not answer within {} seconds", self.limits.timeout_seconds)
        } else if let Some(astray) = Astray::of(&fault) {
            astray.to_string()
        } else if fault.is_redirect() {
            "answered with a redirect that cannot be followed".to_owned()
        } else if fault.is_connect() {
            "cannot be reached".to_owned()
        } else {
            "broke off in the middle of its answer".to_owned()
        };
        let may_pass = !fault.is_redirect() && !fault.is_builder();
        let error = Error::new(Code::UpstreamUnavailable, format!("{what} {how}"));
        // The address is in the message already; the library's own would show the query again.
        Failed { error: error.with_source(fault.without_url()), may_pass, after: None }
    }
}

/// One attempt that failed.
#[derive(Debug)]
struct Failed {
    error: Error,
    may_pass: bool,
    after: Option<Duration>,
}

impl Failed {
    fn for_good(error: Error) -> Self {
        Self { error, may_pass: false, after: None }
    }
}

fn same_host(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    let same = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
    match (same, attempt.previous().len()) {
        (false, _) => attempt.error(Astray::Elsewhere),
        (true, 0..=REDIRECTS) => attempt.follow(),
        (true, _) => attempt.error(Astray::Endless),
    }
}

/// The most redirects of one request.
const REDIRECTS: usize = 5;

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum Astray {
    #[error("leads to another host, which is not followed")]
    Elsewhere,
    #[error("leads on and on: more than {REDIRECTS} redirects")]
    Endless,
}

impl Astray {
    /// Found in the chain of causes, since the library wraps what its policy is given.
    fn of(fault: &reqwest::Error) -> Option<Self> {
        let mut cause = std::error::Error::source(fault);
        while let Some(error) = cause {
            if let Some(found) = error.downcast_ref::<Self>() {
                return Some(*found);
            }
            cause = error.source();
        }
        None
    }
}

fn looks_like_html(headers: &HeaderMap, body: &Bytes) -> bool {
    let declared =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.starts_with("text/html") || body.trim_ascii_start().first() == Some(&b'<')
}

/// The start of an answer, for the log.
fn excerpt(body: &Bytes) -> String {
    String::from_utf8_lossy(body.get(..300).unwrap_or(body)).into_owned()
}

/// A request, as errors name it.
struct Request<'a>(&'a Url);

impl fmt::Display for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GET {}", self.0.path())?;
        self.0.query().map_or(Ok(()), |query| write!(f, "?{query}"))
    }
}

/// What the platform said, kept as the source of an error: for the log, not for the caller.
#[derive(Debug)]
struct Excerpt(String);

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the platform said: {}", self.0)
    }
}

impl std::error::Error for Excerpt {}
