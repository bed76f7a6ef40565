//! Somebody who asks: GraphQL through the real routes, with the token of a role.

use axum::{
    body::Body,
    http::{Request, Response, header, request::Builder},
};
use brandgraph::domain::access::Role;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::TestApp;

/// Somebody with or without a token.
pub struct Persona<'a> {
    pub(super) app: &'a TestApp,
    /// The role, and the slug of the brand that it is limited to.
    pub(super) who: Option<(Role, Option<String>)>,
}

impl Persona<'_> {
    /// The whole answer: `data`, `errors`, `extensions`.
    pub async fn graphql(&self, query: &str, variables: Value) -> Value {
        let body = json!({"query": query, "variables": variables}).to_string();
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json");
        let response = self.send(request, body).await;
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&bytes)))
    }

    /// The `data` of an answer without errors.
    #[track_caller]
    pub fn data(&self, query: &str, variables: Value) -> impl Future<Output = Value> {
        let from = std::panic::Location::caller();
        async move {
            let mut answer = self.graphql(query, variables).await;
            assert_eq!(answer.get("errors"), None, "asked from {from}\n{query}\n{answer:#}");
            answer["data"].take()
        }
    }

    /// The first error of an answer that must have one.
    #[track_caller]
    pub fn error(&self, query: &str, variables: Value) -> impl Future<Output = Value> {
        let from = std::panic::Location::caller();
        async move {
            let mut answer = self.graphql(query, variables).await;
            assert!(answer["errors"][0].is_object(), "asked from {from}: no error in\n{query}\n{answer:#}");
            answer["errors"][0].take()
        }
    }

    /// The code of the first error of an answer that must have one.
    #[track_caller]
    pub fn code(&self, query: &str, variables: Value) -> impl Future<Output = String> {
        let error = self.error(query, variables);
        async move { error.await["extensions"]["code"].as_str().unwrap().to_owned() }
    }

    /// The `data` of an answer without errors, and how many read statements it took.
    #[track_caller]
    pub fn counted(&self, query: &str, variables: Value) -> impl Future<Output = (Value, u64)> {
        let data = self.data(query, variables);
        async move {
            let before = self.app.services.db.statements();
            let data = data.await;
            (data, self.app.services.db.statements() - before)
        }
    }

    /// The body of a page that is there.
    pub async fn get(&self, path: &str) -> String {
        let response = self.send(Request::get(path), Body::empty()).await;
        assert_eq!(response.status(), 200, "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.into()).unwrap()
    }

    /// Any request, with this persona's token.
    pub async fn send(&self, request: Builder, body: impl Into<Body>) -> Response<Body> {
        let request = match &self.who {
            Some((role, brand)) => {
                let token = self.app.token(*role, brand.as_deref()).await;
                request.header(header::AUTHORIZATION, format!("Bearer {token}"))
            }
            None => request,
        };
        self.app.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()
    }
}
