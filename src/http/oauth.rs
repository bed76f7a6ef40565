//! OAuth 2.0 client credentials (RFC 6749, 4.4): an application exchanges its secret for a short-lived token; its public keys.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE},
    request::Parts,
};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{body, entrance, error::Refusal, limit, origin, request_id::RequestId, router::Routes};
use crate::{
    domain::{Code, audit},
    service::authn::{self, Denied, Issued},
};

/// Where applications get their tokens.
pub(super) const TOKEN: &str = "/v1/oauth/token";
/// Where the public keys are.
pub(super) const KEYS: &str = "/.well-known/jwks.json";
/// Where the server describes itself (RFC 8414).
pub(super) const METADATA: &str = "/.well-known/oauth-authorization-server";

/// The largest request. Bytes.
const MAX_BYTES: usize = 8 * 1024;

/// How long keys and metadata may be kept, in seconds; a key is published a day before it signs.
const KEPT: &str = "public, max-age=300";

/// What RFC 6749, 5.2, calls what is wrong.
enum Fault {
    Request(&'static str),
    Client(authn::Reason),
    Grant,
    Scope,
    Other(Refusal),
}

/// Credentials that are none.
const MALFORMED: Fault = Fault::Client(authn::Reason::Malformed);

/// What was asked for.
#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
}

/// Answers `POST /v1/oauth/token`.
pub(super) async fn token(State(routes): State<Arc<Routes>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let id = RequestId::of(&head.extensions);
    match admitted(&routes, &head, body, &id).await {
        Ok(Issued { token, expires_in, scope }) => answer(
            StatusCode::OK,
            &json!({"access_token": token, "token_type": "Bearer", "expires_in": expires_in, "scope": scope}),
        ),
        Err(Fault::Request(why)) => refuse(StatusCode::BAD_REQUEST, "invalid_request", why),
        Err(Fault::Grant) => {
            refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", "grant_type must be client_credentials")
        }
        Err(Fault::Scope) => refuse(
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "scope names a role that the client does not have",
        ),
        Err(Fault::Client(_)) => {
            let mut response = refuse(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "there is no such client with such a secret",
            );
            let challenge = HeaderValue::from_static("Basic realm=\"brandgraph\", charset=\"UTF-8\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            response
        }
        Err(Fault::Other(refusal)) => refusal.problem(&id),
    }
}

/// A token, where the address has not failed too often; what is refused is recorded and charged.
async fn admitted(routes: &Routes, head: &Parts, body: Body, id: &RequestId) -> Result<Issued, Fault> {
    let (throttle, from) = (&routes.door.throttle, routes.proxies.client(head));
    entrance::spend(routes, head, id, TOKEN).await.map_err(Fault::Other)?;
    let mut claimed = None;
    let issued = issue(routes, head, body, &mut claimed).await;
    let reason = match &issued {
        Err(Fault::Client(reason)) => audit::Reason::Login(reason.name()),
        Err(Fault::Scope) => audit::Reason::Forbidden,
        _ => return issued,
    };
    let refusal = claimed.into_iter().fold(audit::Refusal::new(reason, TOKEN), audit::Refusal::claiming);
    routes.door.engine.refused(origin::stranger(&routes.proxies, head, id), refusal);
    limit::failed(throttle, from).await.map_err(Fault::Other)?;
    issued
}

async fn issue(
    routes: &Routes,
    head: &Parts,
    body: Body,
    claimed: &mut Option<String>,
) -> Result<Issued, Fault> {
    let kind = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Fault::Request("the body must be application/x-www-form-urlencoded"));
    }
    let deadline = routes.settings.body_timeout();
    let (bytes, _held) =
        body::read(body, MAX_BYTES, deadline, Some(&routes.room)).await.map_err(Fault::Other)?;
    let form = Form::read(&bytes)?;
    match form.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Err(Fault::Grant),
        None => return Err(Fault::Request("grant_type is missing")),
    }
    let (client, secret) = match (basic(&head.headers)?, form.client_id, form.client_secret) {
        (Some((client, secret)), named, None) if named.as_ref().is_none_or(|named| *named == client) => {
            (client, secret)
        }
        (Some(_), ..) => return Err(Fault::Request("the client must say who it is in one way, not in two")),
        (None, Some(client), Some(secret)) => (client, secret),
        (None, named, _) => {
            *claimed = named;
            return Err(Fault::Client(authn::Reason::Malformed));
        }
    };
    *claimed = Some(client.clone());
    let issued = routes.door.authn.issue(&client, &secret, form.scope.as_deref()).await;
    issued.map_err(|denied| match denied {
        Denied::Scope => Fault::Scope,
        Denied::Client(rejected) if rejected.error.code() == Code::Unauthenticated => {
            Fault::Client(rejected.reason)
        }
        Denied::Client(rejected) => Fault::Other(rejected.error.into()),
    })
}

impl Form {
    /// Reads a body; a parameter without a value counts as left out, and none may be there twice (RFC 6749, 3.2).
    fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(bytes) {
            let place = match &*name {
                "grant_type" => &mut form.grant_type,
                "client_id" => &mut form.client_id,
                "client_secret" => &mut form.client_secret,
                "scope" => &mut form.scope,
                _ => continue,
            };
            if place.is_some() {
                return Err(Fault::Request("a parameter is there twice"));
            }
            if !value.is_empty() {
                *place = Some(value.into_owned());
            }
        }
        Ok(form)
    }
}

/// Client and secret of `Authorization: Basic`, each form-encoded before (RFC 6749, 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Fault> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let Some(one) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(Fault::Request("more than one Authorization header"));
    }
    let (scheme, rest) = one.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(MALFORMED)?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(MALFORMED);
    }
    let bytes = BASE64_STANDARD.decode(rest.trim()).map_err(|_| MALFORMED)?;
    let text = String::from_utf8(bytes).map_err(|_| MALFORMED)?;
    let (client, secret) = text.split_once(':').ok_or(MALFORMED)?;
    Ok(Some((decoded(client), decoded(secret))))
}

fn decoded(text: &str) -> String {
    // Read as the name of a parameter, which no `=` or `&` may end.
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

/// Answers `GET /.well-known/jwks.json`.
pub(super) async fn keys(State(routes): State<Arc<Routes>>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let id = RequestId::of(&head.extensions);
    if let Err(refusal) = entrance::spend(&routes, &head, &id, KEYS).await {
        return refusal.problem(&id);
    }
    match routes.door.authn.published_keys().await {
        Ok(keys) => kept(&json!({ "keys": *keys })),
        Err(error) => Refusal::from(error).problem(&id),
    }
}

/// Answers `GET /.well-known/oauth-authorization-server`.
pub(super) async fn metadata(State(routes): State<Arc<Routes>>) -> Response {
    let issuer = routes.door.authn.issuer();
    kept(&json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}{TOKEN}"),
        "jwks_uri": format!("{issuer}{KEYS}"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }))
}

fn kept(body: &Value) -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, json), (CACHE_CONTROL, HeaderValue::from_static(KEPT))], body.to_string())
        .into_response()
}

fn refuse(status: StatusCode, error: &str, why: &str) -> Response {
    answer(status, &json!({"error": error, "error_description": why}))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (PRAGMA, HeaderValue::from_static("no-cache")),
    ];
    (status, headers, body.to_string()).into_response()
}
