//! What is believed of an OpenID Connect issuer: its address, its algorithms, and what its claims come to.

use chrono::TimeDelta;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::{Host, Url};
use uuid::Uuid;

use super::{
    keys::MAX_AGE,
    known::Held,
    rejected::{Reason, Rejected},
};
use crate::domain::{
    Error, Result, Violation,
    access::{BrandScope, Role},
    node::{Kind, NodeId},
};

/// The most brands that one claim may name.
const MAX_BRANDS: usize = 1_000;

/// The most that clocks may differ by: a token that has ended is good for as long.
pub(super) const MAX_LEEWAY_SECONDS: u32 = 600;

/// One of `[[auth.issuers]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// The issuer, to the letter as its tokens and its discovery document name it: https, or http on a loopback address.
    pub issuer: String,
    /// A token must be meant for one of these (`aud`).
    pub audiences: Vec<String>,
    /// How its tokens may be signed; only with a pair of keys.
    #[serde(default = "algorithms")]
    pub algorithms: Vec<String>,
    /// How far its clock and ours may differ, in seconds; 600 at the most.
    #[serde(default = "leeway_seconds")]
    pub leeway_seconds: u32,
    /// How long its last keys stay good while it cannot be asked, in seconds.
    #[serde(default = "max_stale_seconds")]
    pub max_stale_seconds: u32,
    /// The claim whose values give roles: names separated by dots, or a JSON Pointer. `scope` and `scp` are lists of words where
    /// they are text; of any other claim a value is compared whole.
    #[serde(default = "roles_claim")]
    pub roles_claim: String,
    /// Which value gives which role.
    pub roles: Vec<RoleSettings>,
    /// The claim that holds the ids of the brands in which roles are held that name none.
    #[serde(default)]
    pub brand_claim: Option<String>,
}

/// One of `[[auth.issuers.roles]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleSettings {
    /// A value of the claim.
    pub value: String,
    /// The name of the role that it gives.
    pub role: String,
    /// The id of the only brand in which it is held.
    #[serde(default)]
    pub brand: Option<String>,
}

/// An issuer's settings, parsed.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) leeway_seconds: u32,
    pub(super) max_stale: TimeDelta,
    roles_claim: Vec<String>,
    roles: Vec<Mapping>,
    brand_claim: Option<Vec<String>>,
}

#[derive(Debug)]
struct Mapping {
    value: String,
    role: String,
    brand: Option<Uuid>,
}

fn algorithms() -> Vec<String> {
    ["RS256", "PS256", "ES256", "EdDSA"].map(str::to_owned).to_vec()
}

const fn leeway_seconds() -> u32 {
    30
}

/// A day.
const fn max_stale_seconds() -> u32 {
    24 * 60 * 60
}

fn roles_claim() -> String {
    "roles".to_owned()
}

impl IssuerSettings {
    /// Parses the settings under a key.
    pub(super) fn parse(&self, key: &str) -> Result<Rules> {
        let mut wrong = Vec::new();
        let mut fault = |name: &str, code, message: String| {
            wrong.push(Violation::new(format!("{key}.{name}"), code, message));
        };
        if let Err(why) = trusted_address(&self.issuer) {
            fault("issuer", "url", format!("{:?} {why}", self.issuer));
        }
        if i64::from(self.max_stale_seconds) < MAX_AGE.num_seconds() {
            let message = format!(
                "must be {} at least: keys of that age are not even asked for again",
                MAX_AGE.num_seconds()
            );
            fault("max_stale_seconds", "range", message);
        }
        if self.leeway_seconds > MAX_LEEWAY_SECONDS {
            let message = format!("must be {MAX_LEEWAY_SECONDS} at the most: clocks differ by seconds");
            fault("leeway_seconds", "range", message);
        }
        if self.audiences.is_empty() || self.audiences.iter().any(String::is_empty) {
            fault(
                "audiences",
                "required",
                "must name at least one audience, and none that is empty".to_owned(),
            );
        }
        let mut algorithms = Vec::new();
        for name in &self.algorithms {
            match name.parse::<Algorithm>() {
                Ok(Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) => {
                    let message =
                        format!("{name} signs with a shared secret; an issuer signs with a pair of keys");
                    fault("algorithms", "symmetric", message);
                }
                Ok(algorithm) => algorithms.push(algorithm),
                Err(_) => {
                    let message = format!(
                        "there is no algorithm {name:?}; take of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA"
                    );
                    fault("algorithms", "unknown", message);
                }
            }
        }
        if self.algorithms.is_empty() {
            fault("algorithms", "required", "must name at least one algorithm".to_owned());
        }
        let roles_claim = path(&self.roles_claim);
        if roles_claim.is_empty() {
            fault("roles_claim", "required", "must name a claim".to_owned());
        }
        let brand_claim = self.brand_claim.as_deref().map(path);
        if brand_claim.as_ref().is_some_and(Vec::is_empty) {
            fault("brand_claim", "required", "must name a claim, or be left out".to_owned());
        }
        if self.roles.is_empty() {
            fault(
                "roles",
                "required",
                "must map at least one value to a role: nobody would have any".to_owned(),
            );
        }
        let mut roles = Vec::new();
        for (index, mapping) in self.roles.iter().enumerate() {
            let brand = mapping.brand.as_deref().map(brand);
            if let Some(None) = brand {
                let message = format!(
                    "{:?} is no id of a brand: a slug can pass to another one",
                    mapping.brand.as_deref().unwrap_or_default()
                );
                fault(&format!("roles.{index}.brand"), "id", message);
            }
            if brand.is_none() && Role::find(&mapping.role).is_none() {
                let message = format!(
                    "there is no built-in role {:?}; there are {}; a brand's own role needs `brand`",
                    mapping.role,
                    Role::ALL.map(Role::name).join(", ")
                );
                fault(&format!("roles.{index}.role"), "unknown_role", message);
            }
            let (value, role) = (mapping.value.clone(), mapping.role.clone());
            roles.push(Mapping { value, role, brand: brand.flatten() });
        }
        if !wrong.is_empty() {
            return Err(Error::violated(wrong));
        }
        Ok(Rules {
            issuer: self.issuer.clone(),
            audiences: self.audiences.clone(),
            algorithms,
            leeway_seconds: self.leeway_seconds,
            max_stale: TimeDelta::seconds(i64::from(self.max_stale_seconds)),
            roles_claim,
            roles,
            brand_claim,
        })
    }
}

impl Rules {
    /// The roles that claims give. A claim that is not there gives none.
    ///
    /// # Errors
    /// `Claims` where a claim that is looked at is neither text nor texts.
    pub(super) fn held(&self, claims: &Map<String, Value>) -> Result<Vec<Held>, Rejected> {
        let claim = find(claims, &self.roles_claim);
        let mut values = texts(claim)?;
        // Names of groups have spaces in them: only where the claim is one of those that are lists of words is it read as such.
        if let (Some(Value::String(words)), Some("scope" | "scp")) =
            (claim, self.roles_claim.last().map(String::as_str))
        {
            values.extend(words.split(' '));
        }
        let given: Vec<&Mapping> =
            self.roles.iter().filter(|one| values.contains(&one.value.as_str())).collect();
        let brands = match &self.brand_claim {
            None => BrandScope::All,
            Some(path) => {
                let ids = texts(find(claims, path))?;
                if ids.len() > MAX_BRANDS {
                    return Err(Reason::Claims.into());
                }
                BrandScope::Only(ids.into_iter().filter_map(brand).collect())
            }
        };
        Ok(given
            .into_iter()
            .map(|mapping| Held {
                roles: vec![mapping.role.clone()],
                brands: mapping.brand.map_or_else(|| brands.clone(), |id| BrandScope::Only(vec![id])),
            })
            .collect())
    }
}

fn path(text: &str) -> Vec<String> {
    match text.strip_prefix('/') {
        Some(pointer) => pointer.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect(),
        None => text.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
    }
}

fn find<'a>(claims: &'a Map<String, Value>, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(claims.get(first)?, |value, name| value.get(name))
}

fn texts(value: Option<&Value>) -> Result<Vec<&str>, Rejected> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one]),
        Some(Value::Array(many)) => {
            Ok(many.iter().map(Value::as_str).collect::<Option<_>>().ok_or(Reason::Claims)?)
        }
        Some(_) => Err(Reason::Claims.into()),
    }
}

/// A brand's id, as the graph shows it or bare.
fn brand(text: &str) -> Option<Uuid> {
    if let Ok(id) = Uuid::try_parse(text) {
        return Some(id);
    }
    NodeId::parse_as(Kind::Brand, text, "brand").ok()
}

/// Whether an address is on this machine.
pub(super) fn loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Whether what is read at an address can be believed: nobody on the way can change it.
pub(super) fn trusted_address(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is no address")?;
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("must have neither a user, nor a query, nor a fragment");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback(&url) => Ok(url),
        _ => Err("must begin with https:// (http:// on a loopback address only)"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn roles(claim: &str, claims: &Value) -> Vec<String> {
        let mapping = RoleSettings { value: "owner".to_owned(), role: "owner".to_owned(), brand: None };
        let settings = IssuerSettings {
            issuer: "https://issuer.example".to_owned(),
            audiences: vec!["brandgraph".to_owned()],
            algorithms: algorithms(),
            leeway_seconds: 0,
            max_stale_seconds: max_stale_seconds(),
            roles_claim: claim.to_owned(),
            roles: vec![mapping],
            brand_claim: None,
        };
        let held = settings.parse("auth.issuers.0").unwrap().held(claims.as_object().unwrap()).unwrap();
        held.into_iter().flat_map(|held| held.roles).collect()
    }

    #[test]
    fn a_role_is_not_read_out_of_the_middle_of_a_name() {
        let some = vec!["owner".to_owned()];
        for claims in [json!({"groups": ["Friends of owner"]}), json!({"groups": "Friends of owner"})] {
            assert!(roles("groups", &claims).is_empty(), "{claims}");
        }
        assert!(roles("scope", &json!({"scope": ["friends owner"]})).is_empty());
        for (claim, claims) in [
            ("groups", json!({"groups": ["Editors", "owner"]})),
            ("groups", json!({"groups": "owner"})),
            ("scope", json!({"scope": "openid owner"})),
            ("/resource/scp", json!({"resource": {"scp": "openid owner"}})),
        ] {
            assert_eq!(roles(claim, &claims), some, "{claims}");
        }
    }
}
