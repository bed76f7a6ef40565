//! Tokens that somebody made to get in, and issuers that are not what they should be: refused by name, never a panic.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::Router;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use brandgraph::{
    domain::node::{Kind, NodeId},
    kit::clock::Clock,
    service::authn::{MIN_INTERVAL, RoleSettings},
};
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

use crate::{
    http_door::{BRAND, SECRET, ask, get},
    oidc_server::{issuer, name, taking, who},
};

/// An issuer that signs what a test tells it to.
struct Issuer {
    server: MockServer,
    key: Ed25519KeyPair,
}

impl Issuer {
    async fn start() -> Self {
        let this = Self { server: MockServer::start().await, key: Ed25519KeyPair::generate().unwrap() };
        this.publish(
            json!({"issuer": this.name(), "jwks_uri": format!("{}/keys", this.name())}),
            this.keys(),
        )
        .await;
        this
    }

    fn name(&self) -> String {
        self.server.uri()
    }

    fn x(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.key.public_key().as_ref())
    }

    fn keys(&self) -> Value {
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": self.x(), "kid": "one"}]})
    }

    async fn publish(&self, document: Value, keys: Value) {
        self.server.reset().await;
        let serve = |at: &str, what: Value| {
            Mock::given(path(at)).respond_with(ResponseTemplate::new(200).set_body_json(what))
        };
        serve("/.well-known/openid-configuration", document).mount(&self.server).await;
        serve("/keys", keys).mount(&self.server).await;
    }

    fn claims(&self, clock: &Clock) -> Value {
        let now = clock.now().timestamp();
        json!({"iss": self.name(), "aud": "brandgraph", "sub": "ada", "exp": now + 60, "realm": {"roles": ["cms-editors"]}})
    }

    fn sign(&self, head: &Value, claims: &Value) -> String {
        let signed = unsigned(head, claims);
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn unsigned(head: &Value, claims: &Value) -> String {
    [head, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string())).join(".")
}

fn hmac(head: &Value, claims: &Value, secret: &[u8]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    let signed = unsigned(head, claims);
    let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag.as_ref()))
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn head() -> Value {
    json!({"alg": "EdDSA", "kid": "one"})
}

async fn refused(router: &Router, what: &str, token: &str) {
    let answer = who(router, token).await;
    assert_eq!(answer.status, 401, "{what}: {}", answer.body);
    assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{what}");
    assert_eq!(answer.error()["extensions"]["code"], "UNAUTHENTICATED", "{what}");
}

#[tokio::test]
async fn a_forged_token_is_refused_whatever_it_says() {
    let there = Issuer::start().await;
    let (door, clock) = taking(vec![issuer(&there.name())]);
    let claims = there.claims(&clock);
    let now = clock.now().timestamp();
    let good = there.sign(&head(), &claims);
    assert_eq!(name(&door, &good).await, "ada editor All");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = Issuer::start().await;
    let stranger = unsigned(&head(), &claims);
    let stranger_signature = BASE64_URL_SAFE_NO_PAD.encode(other.key.sign(stranger.as_bytes()).as_ref());
    let public = there.key.public_key().as_ref().to_vec();
    let brandgraph = with(claims.clone(), "iss", json!("brandgraph"));
    for (what, token) in [
        ("no signature", format!("{signed}.")),
        ("alg none", format!("{}.", unsigned(&json!({"alg": "none"}), &claims))),
        ("alg none, signed", there.sign(&json!({"alg": "none", "kid": "one"}), &claims)),
        ("the public key as a secret", hmac(&json!({"alg": "HS256", "kid": "one"}), &claims, &public)),
        ("the public key's text as a secret", hmac(&json!({"alg": "HS256", "kid": "one"}), &claims, there.x().as_bytes())),
        ("our own secret for another issuer", hmac(&json!({"alg": "HS256", "kid": "one"}), &claims, SECRET.as_bytes())),
        ("our own name, signed by an issuer", there.sign(&head(), &brandgraph)),
        ("another algorithm", there.sign(&json!({"alg": "RS256", "kid": "one"}), &claims)),
        ("an algorithm of nobody", there.sign(&json!({"alg": "XX1", "kid": "one"}), &claims)),
        ("a key that it brings along", other.sign(&json!({"alg": "EdDSA", "kid": "one", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": other.x()}}), &claims)),
        ("keys at an address of its own", other.sign(&json!({"alg": "EdDSA", "jku": format!("{}/keys", other.name())}), &claims)),
        ("something that must be understood", there.sign(&json!({"alg": "EdDSA", "kid": "one", "crit": ["b64"], "b64": false}), &claims)),
        ("a key of that name of another issuer", format!("{stranger}.{stranger_signature}")),
        ("a key that there is none of", there.sign(&json!({"alg": "EdDSA", "kid": "two"}), &claims)),
        ("a number as the key's name", there.sign(&json!({"alg": "EdDSA", "kid": 1}), &claims)),
        ("other claims under the signature", format!("{}.{signature}", unsigned(&head(), &with(claims.clone(), "sub", json!("eve"))))),
        ("expired", there.sign(&head(), &with(claims.clone(), "exp", json!(now - 31)))),
        ("not yet valid", there.sign(&head(), &with(claims.clone(), "nbf", json!(now + 31)))),
        ("no expiry", there.sign(&head(), &with(claims.clone(), "exp", Value::Null))),
        ("an expiry in words", there.sign(&head(), &with(claims.clone(), "exp", json!("tomorrow")))),
        ("a begin in words", there.sign(&head(), &with(claims.clone(), "nbf", json!([])))),
        ("another audience", there.sign(&head(), &with(claims.clone(), "aud", json!("elsewhere")))),
        ("no audience", there.sign(&head(), &with(claims.clone(), "aud", Value::Null))),
        ("audiences that are none", there.sign(&head(), &with(claims.clone(), "aud", json!(["brandgraph", 7])))),
        ("several issuers", there.sign(&head(), &with(claims.clone(), "iss", json!([there.name(), "elsewhere"])))),
        ("almost the issuer", there.sign(&head(), &with(claims.clone(), "iss", json!(format!("{}/", there.name()))))),
        ("no subject", there.sign(&head(), &with(claims.clone(), "sub", Value::Null))),
        ("an empty subject", there.sign(&head(), &with(claims.clone(), "sub", json!("")))),
        ("a subject without end", there.sign(&head(), &with(claims.clone(), "sub", json!("a".repeat(256))))),
        ("roles that are none", there.sign(&head(), &with(claims.clone(), "realm", json!({"roles": {"cms-editors": true}})))),
        ("roles among numbers", there.sign(&head(), &with(claims.clone(), "realm", json!({"roles": ["cms-editors", 7]})))),
        ("claims that are no object", there.sign(&head(), &json!(["iss", there.name()]))),
        ("no claims", there.sign(&head(), &Value::Null)),
        ("two dots more", format!("{good}..")),
        ("one part", "abc".to_owned()),
        ("empty parts", "..".to_owned()),
        ("no base64", "a.b.c".to_owned()),
        ("padding", format!("{good}=")),
        ("nothing but brackets", BASE64_URL_SAFE_NO_PAD.encode("[".repeat(9_000))),
        ("brackets as claims", format!("{}.{}.", BASE64_URL_SAFE_NO_PAD.encode(head().to_string()), BASE64_URL_SAFE_NO_PAD.encode("[".repeat(9_000)))),
        ("longer than tokens are", there.sign(&head(), &with(claims.clone(), "more", json!("a".repeat(16 * 1024))))),
    ] {
        refused(&door, what, &token).await;
    }
    assert_eq!(name(&door, &good).await, "ada editor All");
}

#[tokio::test]
async fn a_token_that_is_cut_or_changed_anywhere_opens_nothing() {
    let there = Issuer::start().await;
    let (door, clock) = taking(vec![issuer(&there.name())]);
    let good = there.sign(&head(), &there.claims(&clock));
    for at in (0..good.len()).step_by(3) {
        let mut changed = good.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        refused(&door, "changed", &String::from_utf8(changed).unwrap()).await;
        refused(&door, "cut", &format!("{}.", &good[..at])).await;
    }
    assert_eq!(name(&door, &good).await, "ada editor All");
}

#[tokio::test]
async fn what_a_claim_gives_holds_in_the_brands_that_are_named() {
    let there = Issuer::start().await;
    let id = NodeId::new(Kind::Brand, BRAND).to_string();
    let mut settings = issuer(&there.name());
    settings.brand_claim = Some("/https:~1~1acme.example~1brands".to_owned());
    settings.roles.push(RoleSettings {
        value: "shop".to_owned(),
        role: "delivery".to_owned(),
        brand: Some(id.clone()),
    });
    let (door, clock) = taking(vec![settings]);
    let claims = there.claims(&clock);
    let asked = async |claims: Value| name(&door, &there.sign(&head(), &claims)).await;
    assert_eq!(asked(claims.clone()).await, "ada editor Only([])");
    let branded = with(claims.clone(), "https://acme.example/brands", json!([id, "acme"]));
    assert_eq!(asked(branded.clone()).await, format!("ada editor Only([{BRAND}])"));
    let shop = with(claims, "realm", json!({"roles": "shop"}));
    assert_eq!(asked(shop.clone()).await, format!("ada delivery Only([{BRAND}])"));
    assert_eq!(asked(with(shop, "realm", json!({"roles": "nobody"}))).await, "ada");
}

#[tokio::test]
async fn an_issuer_that_is_not_what_it_should_be_proves_nothing() {
    let there = Issuer::start().await;
    let keys = || there.keys();
    let at = |name: String| json!({"issuer": there.name(), "jwks_uri": name});
    let own = format!("{}/keys", there.name());
    let many = Value::Array(vec![json!("x".repeat(1_000)); 300]);
    for (what, document, keys) in [
        (
            "another issuer's document",
            json!({"issuer": "https://elsewhere.example", "jwks_uri": own}),
            keys(),
        ),
        ("keys over plain http", at("http://elsewhere.example/keys".to_owned()), keys()),
        ("keys in a file", at("file:///etc/passwd".to_owned()), keys()),
        ("no keys", at(own.clone()), json!({"keys": []})),
        ("keys that are none", at(own.clone()), json!({"keys": "x"})),
        ("a document without end", with(at(own.clone()), "more", many.clone()), keys()),
        ("keys without end", at(own.clone()), with(keys(), "more", many.clone())),
        ("no document", json!([]), keys()),
    ] {
        there.publish(document, keys).await;
        let (door, clock) = taking(vec![issuer(&there.name())]);
        let answer = who(&door, &there.sign(&head(), &there.claims(&clock))).await;
        assert_eq!(answer.status, 503, "{what}: {}", answer.body);
        assert!(!answer.body.contains("elsewhere"), "{what}: {}", answer.body);
    }
    // And as soon as it is, it does.
    there.publish(at(own), keys()).await;
    let (door, clock) = taking(vec![issuer(&there.name())]);
    assert_eq!(name(&door, &there.sign(&head(), &there.claims(&clock))).await, "ada editor All");
    clock.advance(MIN_INTERVAL);
}

#[tokio::test]
async fn attempts_are_counted_by_outcome_and_reason() {
    let there = Issuer::start().await;
    let (door, clock) = taking(vec![issuer(&there.name())]);
    name(&door, &there.sign(&head(), &there.claims(&clock))).await;
    let foreign = with(there.claims(&clock), "iss", json!(Uuid::new_v4().to_string()));
    refused(&door, "foreign", &there.sign(&head(), &foreign)).await;
    let page = ask(&door, get("/metrics"), "").await.body;
    for line in [
        "authentications_total{outcome=\"accepted\",reason=\"none\"}",
        "authentications_total{outcome=\"refused\",reason=\"unknown_issuer\"}",
        "issuer_key_fetches_total{outcome=\"ok\"}",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
}
