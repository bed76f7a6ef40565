//! What clients give to make and change API keys and applications.

use async_graphql::{ID, InputObject};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::{
    domain::{
        Result,
        credential::{NewCredential, overlap},
        node::Kind,
        text::Name,
    },
    graphql::{change::Wrong, scalar::DateTime},
};

/// A key that is to be made.
#[derive(Debug, InputObject)]
pub(super) struct CreateApiKeyInput {
    /// What people call it, 1 to 200 characters.
    name: String,
    /// The names of its roles, 1 to 20; none that may do more than you.
    roles: Vec<String>,
    /// The brands in which they hold, 1 to 100; every brand where left out, which needs `access:manage` in every brand, as several do.
    brands: Option<Vec<ID>>,
    /// When it ends; left out, it has no end.
    expires_at: Option<DateTime>,
}

/// An application that is to be made.
#[derive(Debug, InputObject)]
pub(super) struct CreateApplicationInput {
    /// What people call it, 1 to 200 characters.
    name: String,
    /// The names of its roles, 1 to 20; none that may do more than you.
    roles: Vec<String>,
    /// The brands in which they hold, 1 to 100; every brand where left out, which needs `access:manage` in every brand, as several do.
    brands: Option<Vec<ID>>,
    /// When it ends; left out, it has no end.
    expires_at: Option<DateTime>,
}

/// A key, and how long its present secret stays good beside the new one.
#[derive(Debug, InputObject)]
pub(super) struct RotateApiKeyInput {
    /// The key.
    pub(super) id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    pub(super) expected_version: Option<i32>,
    /// How long the present secret stays good, in seconds, 0 to 2,592,000 (30 days).
    #[graphql(default = 3600)]
    pub(super) overlap_seconds: i32,
}

/// An application, and how long its present secret stays good beside the new one.
#[derive(Debug, InputObject)]
pub(super) struct RotateApplicationSecretInput {
    /// The application.
    pub(super) id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    pub(super) expected_version: Option<i32>,
    /// How long the present secret stays good, in seconds, 0 to 2,592,000 (30 days).
    #[graphql(default = 3600)]
    pub(super) overlap_seconds: i32,
}

/// A key, and the version of it that you have seen.
#[derive(Debug, InputObject)]
pub(super) struct RevokeApiKeyInput {
    /// The key.
    pub(super) id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    pub(super) expected_version: Option<i32>,
}

/// An application, and the version of it that you have seen.
#[derive(Debug, InputObject)]
pub(super) struct RevokeApplicationInput {
    /// The application.
    pub(super) id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    pub(super) expected_version: Option<i32>,
}

impl CreateApiKeyInput {
    pub(super) fn parse(self) -> Result<NewCredential> {
        new(&self.name, self.roles, self.brands, self.expires_at)
    }
}

impl CreateApplicationInput {
    pub(super) fn parse(self) -> Result<NewCredential> {
        new(&self.name, self.roles, self.brands, self.expires_at)
    }
}

fn new(
    name: &str,
    roles: Vec<String>,
    brands: Option<Vec<ID>>,
    expires_at: Option<DateTime>,
) -> Result<NewCredential> {
    let mut wrong = Wrong::default();
    let name = wrong.take(Name::parse(name, "name"));
    let brands = brands.map(|brands| wrong.keys(Kind::Brand, &brands, "brands"));
    let command = name.and_then(|name| {
        wrong.take(NewCredential::parse(name, roles, brands, expires_at.map(|DateTime(at)| at)))
    });
    wrong.finish(command)
}

/// The key of an id, and the overlap.
pub(super) fn rotation(kind: Kind, id: &ID, seconds: i32) -> Result<(Uuid, TimeDelta)> {
    let mut wrong = Wrong::default();
    let id = wrong.key(kind, id, "id");
    let overlap = wrong.take(overlap(seconds));
    wrong.finish(id.zip(overlap))
}
