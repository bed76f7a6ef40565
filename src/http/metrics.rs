//! What is counted and timed at the door, and the page that shows it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header::CONTENT_TYPE;
use metrics::{Unit, describe_counter, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{body, router::Routes, wire};
use crate::{
    cache,
    domain::{Error, Result},
    graphql,
    service::{
        anew, authn,
        throttle::{self, quota},
    },
};

/// Requests answered, by method, route and status.
pub const HTTP_REQUESTS: &str = "http_requests_total";
/// Time from a request's head to its answer's head, in seconds, by method, route and status.
pub const HTTP_DURATION: &str = "http_request_duration_seconds";
/// GraphQL requests, by operation type and outcome.
pub const GRAPHQL_REQUESTS: &str = "graphql_requests_total";

/// The upper bounds of the duration buckets, in seconds.
const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// Makes this process collect metrics and returns the handle that renders them. A second call returns the first handle.
///
/// # Errors
/// `INTERNAL` where another recorder was installed by other means.
pub fn install() -> Result<PrometheusHandle> {
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
        .map_err(Error::internal)?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|error| Error::internal(error.to_string()))?;
    describe();
    *installed = Some(handle.clone());
    Ok(handle)
}

fn describe() {
    describe_counter!(HTTP_REQUESTS, "Requests answered, by method, route and status.");
    describe_histogram!(
        HTTP_DURATION,
        Unit::Seconds,
        "Time from a request's head to its answer's head, by method, route and status."
    );
    describe_counter!(GRAPHQL_REQUESTS, "GraphQL requests, by operation type and outcome.");
    describe_counter!(
        throttle::LIMITED,
        "Requests refused since their caller had spent what it may, by the rule that was used up, or the quota."
    );
    describe_counter!(quota::SPENT, "Points charged to quotas, by kind of caller.");
    describe_counter!(
        quota::FAILURES,
        "Attempts to write what callers have spent that the database refused; they are made again."
    );
    describe_counter!(cache::FAILURES, "Questions that Redis did not answer in time, or refused.");
    describe_counter!(cache::LOCAL, "Charges counted in memory since Redis was away.");
    describe_counter!(
        graphql::persisted::UNKNOWN,
        "Documents run, or refused, that the manifest does not have."
    );
    describe_counter!(graphql::error::REFUSED, "Requests refused by a bound, by what is bounded.");
    describe_counter!(
        body::CROWDED,
        "Requests without credentials that were refused since their bodies took up all the room."
    );
    describe_counter!(
        wire::UNREADABLE,
        "Requests that could not be read as HTTP/1.1, and HTTP/2 connections that ended so."
    );
    describe_counter!(
        anew::REPEATED,
        "Transactions that the database gave up since they and others waited for each other, and that were run anew."
    );
    describe_counter!(authn::AUTHENTICATIONS, "Credentials that were checked, by outcome and reason.");
    describe_counter!(authn::FETCHES, "Attempts to get the keys of an issuer, by outcome.");
}

/// The page that Prometheus reads.
pub(super) async fn page(State(routes): State<Arc<Routes>>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], routes.door.metrics.render())
        .into_response()
}
