//! GraphQL over HTTP (specification of the GraphQL Foundation, draft): one request in, one answer out, on `/graphql`.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_TYPE, VARY},
    request::Parts,
};

use super::{
    body, csrf,
    engine::{self, Begun, Context, Operation, Outcome, Reply},
    entrance,
    error::Refusal,
    limit,
    media::{self, MediaType},
    origin, parameters,
    request_id::RequestId,
    room::Held,
    router::{GRAPHQL, Routes},
};
use crate::{
    domain::{
        Code, Error, Violation,
        access::Actor,
        audit::{self, Reason},
        idempotency::IdempotencyKey,
    },
    service::Caller,
};

/// What the endpoint is asked by.
const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// The header by which a client gives a mutation a key.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header that says that an answer is the one of the first time.
pub(super) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Answers every method on the endpoint, so that every refusal has the shape that GraphQL clients read.
pub(super) async fn handle(State(routes): State<Arc<Routes>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let id = RequestId::of(&head.extensions);
    if head.method == Method::OPTIONS {
        return (StatusCode::NO_CONTENT, [(ALLOW, METHODS)]).into_response();
    }
    let media = match MediaType::negotiate(&head.headers) {
        Ok(media) => media,
        Err(error) => return Refusal::new(406, error).graphql(MediaType::Json, &id),
    };
    match answer(&routes, &head, body, &id).await {
        Ok(reply) => render(reply, media),
        Err(refusal) => refusal.graphql(media, &id),
    }
}

async fn answer(routes: &Routes, head: &Parts, body: Body, id: &RequestId) -> Result<Reply, Refusal> {
    let from = routes.proxies.client(head);
    // What follows the head of a request that is refused here is not read.
    let unread = !body.is_end_stream();
    let refused = |refusal: Refusal| if unread { refusal.closing() } else { refusal };
    let actor = entrance::admit(routes, head, id, GRAPHQL).await.map_err(refused)?;
    if matches!(head.method, Method::GET | Method::HEAD)
        && let Err(error) = csrf::own_pages(&head.headers, &routes.settings.cors)
    {
        let caller = Caller { actor, ..origin::stranger(&routes.proxies, head, id) };
        routes.door.engine.refused(caller, audit::Refusal::new(Reason::Origin, GRAPHQL));
        return Err(error.into());
    }
    // Held until the request is answered: what it holds lives as long.
    let (request, _held) = match parse(routes, head, body, &actor).await {
        Ok(parsed) => parsed,
        Err(refusal) => {
            if let Some(reason) = refusal.limited() {
                let caller = Caller { actor, ..origin::stranger(&routes.proxies, head, id) };
                routes.door.engine.refused(caller, audit::Refusal::new(reason, GRAPHQL));
            }
            return Err(refusal);
        }
    };
    let deadline = routes.settings.request_timeout();
    let begun = Begun::default();
    let context = Context {
        actor,
        request_id: id.as_str().to_owned(),
        from,
        user_agent: origin::user_agent(head),
        key: key(head)?,
        begun: begun.clone(),
    };
    let reply = tokio::time::timeout(deadline, routes.door.engine.execute(request, context)).await;
    count(reply.as_ref().ok());
    reply.map_err(|_elapsed| late(deadline, &begun).into())
}

/// What is said when the wait is over. A read has ended with it; a mutation goes on, and is not to be sent again blindly.
fn late(deadline: Duration, begun: &Begun) -> Error {
    let seconds = deadline.as_secs();
    if !begun.get() {
        return Error::new(Code::Timeout, format!("the request was stopped after {seconds} seconds"));
    }
    let message = format!(
        "no answer within {seconds} seconds; the mutation goes on: read what became of it before sending it again"
    );
    let violation = Violation::new("query", "still_running", "the mutation had begun and runs to its end");
    Error::new(Code::Timeout, message).with_violation(violation).not_again()
}

/// Counts what reached the engine. The labels are few and never a client's words.
fn count(reply: Option<&Reply>) {
    let operation_type = match reply.and_then(|reply| reply.operation) {
        Some(Operation::Query) => "query",
        Some(Operation::Mutation) => "mutation",
        Some(Operation::Subscription) => "subscription",
        None => "unknown",
    };
    let outcome = match reply.map(|reply| reply.outcome) {
        Some(Outcome::Executed) => "executed",
        Some(Outcome::Replayed) => "replayed",
        Some(Outcome::Rejected) => "rejected",
        Some(Outcome::MutationRefused) => "mutation_refused",
        Some(Outcome::Limited) => "limited",
        None => "timed_out",
    };
    metrics::counter!(super::metrics::GRAPHQL_REQUESTS, "operation_type" => operation_type, "outcome" => outcome)
        .increment(1);
}

/// The key that the client gave the request.
fn key(head: &Parts) -> Result<Option<IdempotencyKey>, Error> {
    let mut given = head.headers.get_all(IDEMPOTENCY_KEY).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => IdempotencyKey::parse(one.as_bytes()).map(Some),
        _ => Err(Error::invalid("Idempotency-Key", "several", "must be given once")),
    }
}

async fn parse(
    routes: &Routes,
    head: &Parts,
    body: Body,
    actor: &Actor,
) -> Result<(engine::Request, Held), Refusal> {
    match head.method {
        Method::GET | Method::HEAD => {
            Ok((parameters::from_url(head.uri.query().unwrap_or_default())?, Held::default()))
        }
        Method::POST => {
            media::expect_json(&head.headers)
                .map_err(|error| Refusal::new(415, error).with(ACCEPT, "application/json"))?;
            media::expect_plain(&head.headers)
                .map_err(|error| Refusal::new(415, error).with(ACCEPT_ENCODING, "identity"))?;
            let room = (*actor == Actor::Anonymous).then_some(&routes.room);
            let settings = &routes.settings;
            let (bytes, held) =
                body::read(body, settings.body_limit_bytes, settings.body_timeout(), room).await?;
            Ok((parameters::from_body(&bytes)?, held))
        }
        _ => Err(Refusal::new(
            405,
            Error::invalid("method", "method_not_allowed", "GraphQL is asked by POST, queries also by GET"),
        )
        .with(ALLOW, METHODS)),
    }
}

/// The whole table of status codes for what reached the engine.
fn render(reply: Reply, media: MediaType) -> Response {
    let status = match (reply.outcome, media) {
        (Outcome::Executed | Outcome::Replayed, _) | (Outcome::Rejected, MediaType::Json) => StatusCode::OK,
        (Outcome::Rejected, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (Outcome::MutationRefused, _) => StatusCode::METHOD_NOT_ALLOWED,
        (Outcome::Limited, _) => StatusCode::TOO_MANY_REQUESTS,
    };
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, media.header());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept, authorization, x-api-key"));
    if let Some(refused) = &reply.limited {
        headers.extend(limit::headers(refused));
    }
    if reply.outcome == Outcome::Replayed {
        headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}
