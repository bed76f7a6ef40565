//! Bearer tokens: which are taken, and what is said about those that are not.

use brandgraph::{
    domain::access::Role,
    http,
    http::Settings,
    kit::clock::Clock,
    service::authn::{self, Authn},
};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::http_door::{Answer, BRAND, SECRET, ask, authn as checker, door, noon, open, post};

const WHO: &str = r#"{"query": "{ who }"}"#;

async fn ask_as(authorization: &str) -> Answer {
    ask(&open(), post().header("authorization", authorization), WHO).await
}

fn claims() -> Value {
    let now = noon().timestamp();
    json!({"iss": "brandgraph", "aud": "brandgraph", "sub": "ada", "roles": ["editor"], "exp": now + 60})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn signed(claims: &Value) -> String {
    signed_by(Algorithm::HS256, SECRET, claims)
}

fn signed_by(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    format!("Bearer {}", jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap())
}

#[tokio::test]
async fn nobody_in_particular_may_ask() {
    assert_eq!(ask(&open(), post(), WHO).await.json()["data"]["who"], "anonymous");
}

#[tokio::test]
async fn a_minted_token_names_its_subject_role_and_brand() {
    let authn = checker(Clock::fixed(noon()));
    let token = authn.mint("ada", Role::Editor, None, TimeDelta::hours(1)).unwrap();
    assert_eq!(ask_as(&format!("Bearer {token}")).await.json()["data"]["who"], "ada editor All");
    let token = authn.mint("bob", Role::Delivery, Some(BRAND), TimeDelta::hours(1)).unwrap();
    let answer = ask_as(&format!("bearer  {token}")).await;
    assert_eq!(answer.json()["data"]["who"], format!("bob delivery Only([{BRAND}])"));
}

#[tokio::test]
async fn what_is_no_valid_token_is_challenged() {
    let now = noon().timestamp();
    let unsigned = format!("Bearer {}.{}.", "eyJhbGciOiJub25lIn0", "eyJzdWIiOiJhZGEifQ");
    let good = signed(&claims());
    let (head, signature) = good.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    for (what, authorization) in [
        ("basic", "Basic YTpi".to_owned()),
        ("no token", "Bearer ".to_owned()),
        ("no scheme", "abc".to_owned()),
        ("no jwt", "Bearer abc".to_owned()),
        ("alg none", unsigned),
        ("forged", forged),
        ("another algorithm", signed_by(Algorithm::HS384, SECRET, &claims())),
        ("another secret", signed_by(Algorithm::HS256, "another secret, also long enough for it", &claims())),
        ("expired", signed(&with("exp", json!(now - 31)))),
        ("not yet", signed(&with("nbf", json!(now + 31)))),
        ("another issuer", signed(&with("iss", json!("elsewhere")))),
        ("another audience", signed(&with("aud", json!("elsewhere")))),
        ("an unknown role", signed(&with("roles", json!(["emperor"])))),
        ("no subject", signed(&with("sub", json!("")))),
        ("a subject that no database holds", signed(&with("sub", json!("a\0da")))),
        ("a slug as brand", signed(&with("brand", json!("acme")))),
        ("a number as subject", signed(&with("sub", json!(7)))),
        ("no expiry", {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove("exp");
            signed(&claims)
        }),
    ] {
        let answer = ask_as(&authorization).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.body);
        assert!(answer.header("www-authenticate").starts_with("Bearer "), "{what}");
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{what}");
        assert_eq!(answer.error()["extensions"]["code"], "UNAUTHENTICATED", "{what}");
        assert_eq!(answer.header("connection"), "close", "{what}: what follows is not read");
    }
}

#[tokio::test]
async fn clocks_may_differ_a_little() {
    let now = noon().timestamp();
    for claims in [
        with("exp", json!(now - 29)),
        with("nbf", json!(now + 29)),
        with("exp", json!(f64::from(i32::MAX) + 0.5)),
        with("aud", json!(["elsewhere", "brandgraph"])),
    ] {
        assert_eq!(ask_as(&signed(&claims)).await.status, 200, "{claims}");
    }
}

#[tokio::test]
async fn two_authorization_headers_are_one_too_many() {
    let request =
        post().header("authorization", signed(&claims())).header("authorization", signed(&claims()));
    assert_eq!(ask(&open(), request, WHO).await.status, 401);
}

#[tokio::test]
async fn a_token_is_checked_by_the_clock_that_was_given() {
    let clock = Clock::fixed(noon());
    let door = http::Door { authn: checker(clock.clone()), ..door() };
    let router = http::router(door, &Settings::default()).unwrap();
    let token = signed(&claims());
    assert_eq!(ask(&router, post().header("authorization", &token), WHO).await.status, 200);
    clock.advance(TimeDelta::minutes(2));
    let answer = ask(&router, post().header("authorization", &token), WHO).await;
    assert_eq!(answer.error()["message"], "the token has expired");
}

#[test]
fn a_short_secret_is_refused_by_name_and_never_shown() {
    let settings = authn::Settings { secret: Some("too short".into()), ..authn::Settings::default() };
    let error = Authn::new(&settings, Clock::system(), None).unwrap_err();
    assert_eq!(error.violations()[0].path, "auth.secret");
    assert!(!format!("{settings:?}{error:?}").contains("too short"));
    assert!(Authn::new(&authn::Settings::default(), Clock::system(), None).is_err());
}

#[test]
fn nonsense_is_not_minted() {
    let authn = checker(Clock::fixed(noon()));
    assert!(authn.mint("", Role::Owner, None, TimeDelta::hours(1)).is_err());
    assert!(authn.mint("ada", Role::Owner, None, TimeDelta::zero()).is_err());
    assert!(authn.mint("ada", Role::Owner, None, TimeDelta::MAX).is_err());
}
