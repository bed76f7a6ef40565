//! An OpenID Connect issuer on loopback: its discovery document and its keys, which never change.

use axum::{Json, Router, routing::get};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Fallible;

/// An address that nobody else has yet, and what listens there.
pub(crate) async fn listen() -> Fallible<(String, TcpListener)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    Ok((format!("http://{}", listener.local_addr()?), listener))
}

/// Answers there with these keys until the program ends.
pub(crate) fn serve(address: &str, listener: TcpListener, keys: &[Value]) {
    let discovery = json!({"issuer": address, "jwks_uri": format!("{address}/jwks")});
    let jwks = json!({"keys": keys});
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(move || std::future::ready(Json(discovery.clone()))))
        .route("/jwks", get(move || std::future::ready(Json(jwks.clone()))));
    // It ends with the program; what it could not answer shows as a credential that is refused.
    tokio::spawn(async move { axum::serve(listener, router).await });
}
