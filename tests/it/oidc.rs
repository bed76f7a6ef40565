//! Tokens of a real OpenID Connect server: every kind of key, keys that change, a server that is away.

use brandgraph::service::authn::{MAX_AGE, MIN_INTERVAL};
use chrono::TimeDelta;
use futures::future::join_all;

use crate::oidc_server::{Oidc, name, taking, who};

#[tokio::test]
async fn tokens_of_every_kind_of_key_are_taken_and_the_keys_are_asked_for_once() {
    let mut oidc = Oidc::start().await;
    let (door, _) = taking(vec![oidc.settings()]);
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let token = oidc.token(algorithm).await;
        assert_eq!(name(&door, &token).await, format!("{algorithm} editor All"));
        assert_eq!(name(&door, &token).await, format!("{algorithm} editor All"));
    }
    assert_eq!(oidc.asked().await, 1);
}

#[tokio::test]
async fn only_what_is_meant_for_this_server_and_signed_as_allowed_is_taken() {
    let oidc = Oidc::start().await;
    let mut settings = oidc.settings();
    settings.algorithms = vec!["ES256".to_owned()];
    let (door, _) = taking(vec![settings]);
    assert_eq!(name(&door, &oidc.token("ES256").await).await, "ES256 editor All");
    assert_eq!(who(&door, &oidc.token("RS256").await).await.status, 401);
    assert_eq!(who(&door, &oidc.token_for("ES256", "urn:elsewhere").await).await.status, 401);
}

#[tokio::test]
async fn tokens_of_an_issuer_that_nobody_named_are_refused_and_it_is_not_asked() {
    let (mut foreign, known) = (Oidc::start().await, Oidc::start().await);
    let (door, _) = taking(vec![known.settings()]);
    let answer = who(&door, &foreign.token("RS256").await).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    assert_eq!(foreign.asked().await, 0);
}

#[tokio::test]
async fn a_token_ends_with_its_time_by_the_clock_that_was_given() {
    let oidc = Oidc::start().await;
    let (door, clock) = taking(vec![oidc.settings()]);
    let token = oidc.token("EdDSA").await;
    assert_eq!(name(&door, &token).await, "EdDSA editor All");
    clock.advance(TimeDelta::minutes(61));
    assert_eq!(who(&door, &token).await.error()["message"], "the token has expired");
    assert_eq!(who(&door, &token).await.status, 401);
}

#[tokio::test]
async fn a_new_key_is_found_and_the_old_one_proves_nothing_any_more() {
    let mut oidc = Oidc::start().await;
    let (door, clock) = taking(vec![oidc.settings()]);
    let before = oidc.token("RS256").await;
    assert_eq!(name(&door, &before).await, "RS256 editor All");
    oidc.tell("rotate").await;
    let after = oidc.token("RS256").await;
    // Not asked again so soon, since anybody can make up a name of a key.
    assert_eq!(who(&door, &after).await.status, 401);
    assert_eq!(oidc.asked().await, 1);
    clock.advance(MIN_INTERVAL);
    assert_eq!(name(&door, &after).await, "RS256 editor All");
    assert_eq!(oidc.asked().await, 2);
    assert_eq!(who(&door, &before).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_herd_with_a_key_that_is_not_known_asks_once() {
    let mut oidc = Oidc::start().await;
    let (door, clock) = taking(vec![oidc.settings()]);
    let before = oidc.token("ES256").await;
    assert_eq!(join_all((0..50).map(|_| name(&door, &before))).await, vec!["ES256 editor All"; 50]);
    assert_eq!(oidc.asked().await, 1);
    oidc.tell("rotate").await;
    let after = oidc.token("ES256").await;
    clock.advance(MIN_INTERVAL);
    assert_eq!(join_all((0..50).map(|_| name(&door, &after))).await, vec!["ES256 editor All"; 50]);
    assert_eq!(oidc.asked().await, 2);
}

#[tokio::test]
async fn what_is_known_goes_on_while_the_issuer_is_away() {
    let mut oidc = Oidc::start().await;
    let (door, clock) = taking(vec![oidc.settings()]);
    let [seen, unseen] = [oidc.token("RS256").await, oidc.token("EdDSA").await];
    assert_eq!(name(&door, &seen).await, "RS256 editor All");
    oidc.tell("rotate").await;
    let rotated = oidc.token("RS256").await;
    oidc.tell("down").await;
    // Long past the age at which keys are asked for again.
    clock.advance(MAX_AGE * 2);
    assert_eq!(name(&door, &seen).await, "RS256 editor All");
    assert_eq!(name(&door, &unseen).await, "EdDSA editor All");
    // What cannot be checked is no fault of the client's.
    let answer = who(&door, &rotated).await;
    assert_eq!(
        (answer.status, &answer.error()["extensions"]["retryable"]),
        (503, &true.into()),
        "{}",
        answer.body
    );
    oidc.tell("up").await;
    clock.advance(MIN_INTERVAL);
    assert_eq!(name(&door, &rotated).await, "RS256 editor All");
    assert_eq!(who(&door, &seen).await.status, 401);
}

#[tokio::test]
async fn an_issuer_that_never_answered_is_asked_again_later() {
    let mut oidc = Oidc::start().await;
    let (door, clock) = taking(vec![oidc.settings()]);
    let token = oidc.token("RS256").await;
    oidc.tell("down").await;
    assert_eq!(who(&door, &token).await.status, 503);
    oidc.tell("up").await;
    assert_eq!(who(&door, &token).await.status, 503);
    clock.advance(MIN_INTERVAL);
    assert_eq!(name(&door, &token).await, "RS256 editor All");
}
