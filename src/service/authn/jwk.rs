//! Public keys as issuers publish them (RFC 7517): those that can prove a token, each with the algorithms it is good for.

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk},
};
use serde_json::Value;

/// The most keys of one issuer that are looked at.
const MAX_KEYS: usize = 100;

/// A public key.
#[derive(Debug)]
pub(super) struct Key {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    pub(super) decoding: DecodingKey,
}

/// The keys that an issuer has at a time.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    keys: Vec<Key>,
    /// What they were read from, to see whether others are other keys.
    published: Vec<Value>,
}

impl KeySet {
    /// Reads the member `keys` of a document. What is no key that could prove a token is passed over: an issuer publishes
    /// keys for other purposes too, and of kinds that are not known yet.
    pub(super) fn read(published: Vec<Value>) -> Self {
        let keys = published.iter().take(MAX_KEYS).filter_map(read).collect();
        Self { keys, published }
    }

    /// The key that a token names, or, where it names none, the only one that could be meant.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self.keys.iter().filter(|key| key.algorithms.contains(&algorithm));
        if kid.is_some() {
            return fitting.find(|key| key.kid.as_deref() == kid);
        }
        let only = fitting.next()?;
        fitting.next().is_none().then_some(only)
    }

    /// Whether both hold the same keys.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.published == other.published
    }

    /// Whether it can prove anything.
    pub(super) fn empty(&self) -> bool {
        self.keys.is_empty()
    }
}

fn read(published: &Value) -> Option<Key> {
    let text = |name: &str| published.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    if let Some(operations) = published.get("key_ops").and_then(Value::as_array)
        && !operations.iter().any(|one| one == "verify")
    {
        return None;
    }
    // Only what makes the key: the library refuses whole keys over members that matter to nobody here.
    let member = |name: &str| Some((name.to_owned(), published.get(name)?.clone()));
    let bare = ["kty", "crv", "x", "y", "n", "e"].into_iter().filter_map(member).collect();
    let jwk: Jwk = serde_json::from_value(Value::Object(bare)).ok()?;
    let mut algorithms = algorithms(&jwk.algorithm);
    if let Some(named) = text("alg") {
        algorithms.retain(|algorithm| named.parse() == Ok(*algorithm));
    }
    if algorithms.is_empty() {
        return None;
    }
    let decoding = DecodingKey::from_jwk(&jwk).ok()?;
    Some(Key { kid: text("kid").map(str::to_owned), algorithms, decoding })
}

/// What a kind of key can sign. Secrets shared with the issuer are never taken for keys.
fn algorithms(parameters: &AlgorithmParameters) -> Vec<Algorithm> {
    use Algorithm as A;
    match parameters {
        AlgorithmParameters::RSA(_) => vec![A::RS256, A::RS384, A::RS512, A::PS256, A::PS384, A::PS512],
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => vec![A::ES256],
            EllipticCurve::P384 => vec![A::ES384],
            _ => Vec::new(),
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => vec![A::EdDSA],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn a_key_is_good_for_its_own_kind_of_signature_only() {
        let set = KeySet::read(vec![
            json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "a", "use": "sig", "x5t": 7}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "b", "use": "enc"}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "c", "key_ops": ["sign"]}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "d", "alg": "RS256"}),
            json!({"kty": "oct", "k": X, "kid": "e"}),
            json!({"kty": "oct", "k": X, "kid": "f", "alg": "HS256"}),
            json!({"kty": "of the future", "kid": "g"}),
            json!(7),
        ]);
        assert!(set.find(Some("a"), Algorithm::EdDSA).is_some());
        assert!(set.find(Some("a"), Algorithm::RS256).is_none());
        for kid in ["b", "c", "d", "e", "f", "g"] {
            for algorithm in [Algorithm::EdDSA, Algorithm::HS256, Algorithm::RS256] {
                assert!(set.find(Some(kid), algorithm).is_none(), "{kid} {algorithm:?}");
            }
        }
        assert!(set.find(None, Algorithm::EdDSA).is_some());
    }

    #[test]
    fn without_a_name_there_must_be_one_key_alone() {
        let key = |kid: &str| json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": kid});
        assert!(KeySet::read(vec![key("a"), key("b")]).find(None, Algorithm::EdDSA).is_none());
    }
}
