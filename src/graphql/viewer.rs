//! Who is asking, as the graph sees it.

use async_graphql::{SimpleObject, parser::types::SelectionSet};
use serde_json::{Map, Value, json};

use super::select::Selector;
use crate::domain::{
    Error, Result,
    access::{Actor, Permission},
};

/// Who is asking, and what they may do.
#[derive(Debug, SimpleObject)]
pub(super) struct Viewer {
    /// The name that the token's issuer has for them; null without a token.
    subject: Option<String>,
    /// The roles they hold.
    roles: Vec<String>,
    /// What they may do, as `noun:verb`.
    permissions: Vec<String>,
}

impl From<&Actor> for Viewer {
    fn from(actor: &Actor) -> Self {
        Self {
            subject: match actor {
                Actor::User(who) => Some(who.subject.clone()),
                Actor::Anonymous | Actor::System(_) => None,
            },
            roles: actor.memberships().iter().map(|one| one.role.name.clone()).collect(),
            permissions: Permission::ALL
                .into_iter()
                .filter(|permission| actor.grant(*permission).is_ok())
                .map(|permission| permission.name().to_owned())
                .collect(),
        }
    }
}

/// What a selection asks of the viewer, as JSON text.
///
/// # Errors
/// `INVALID` for a field that there is none of.
pub(super) fn json<'d>(selector: &Selector<'d>, sets: &[&'d SelectionSet], actor: &Actor) -> Result<String> {
    let viewer = Viewer::from(actor);
    let mut object = Map::new();
    for (key, collected) in selector.collect(sets.iter().copied(), "Viewer")? {
        let value = match collected.name() {
            "__typename" => json!("Viewer"),
            "subject" => json!(viewer.subject),
            "roles" => json!(viewer.roles),
            "permissions" => json!(viewer.permissions),
            other => return Err(Error::invalid(other, "unknown", "is not a field of Viewer")),
        };
        object.insert(key.to_owned(), value);
    }
    Ok(Value::Object(object).to_string())
}
