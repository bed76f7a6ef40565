//! Who is asking, as the graph sees it.

use async_graphql::{ID, SimpleObject, parser::types::SelectionSet};
use serde_json::{Map, Value, json};

use super::{scalar::Json, select::Selector};
use crate::domain::{
    Error, Result,
    access::{Actor, BrandScope, Membership, Permission},
    node::{Kind, NodeId},
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
    /// What they may do, role by role: many add up.
    access: Vec<ViewerAccess>,
}

/// A role that is held, and where.
#[derive(Debug, SimpleObject)]
pub(super) struct ViewerAccess {
    /// The role's name.
    role: String,
    /// The brands that it holds in; null for all of them.
    brands: Option<Vec<ID>>,
    /// What it gives, as `noun:verb`.
    permissions: Vec<String>,
    /// Which entries that is for, and what of them; null for all.
    restrictions: Option<Json>,
}

impl From<&Membership> for ViewerAccess {
    fn from(one: &Membership) -> Self {
        let brands = match &one.brands {
            BrandScope::All => None,
            BrandScope::Only(brands) => {
                Some(brands.iter().map(|id| ID(NodeId::new(Kind::Brand, *id).to_string())).collect())
            }
        };
        let rule = &one.role.restrictions;
        Self {
            role: one.role.name.clone(),
            brands,
            permissions: one.role.permissions.iter().map(|permission| permission.name().to_owned()).collect(),
            restrictions: (!rule.is_empty()).then(|| Json(rule.to_json().clone())),
        }
    }
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
            access: actor.memberships().iter().map(Into::into).collect(),
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
            "access" => {
                let sets: Vec<&SelectionSet> = collected.sets().collect();
                let each = viewer.access.iter().map(|one| one.json(selector, &sets));
                Value::Array(each.collect::<Result<_>>()?)
            }
            other => return Err(Error::invalid(other, "unknown", "is not a field of Viewer")),
        };
        object.insert(key.to_owned(), value);
    }
    Ok(Value::Object(object).to_string())
}

impl ViewerAccess {
    fn json<'d>(&self, selector: &Selector<'d>, sets: &[&'d SelectionSet]) -> Result<Value> {
        let mut object = Map::new();
        for (key, collected) in selector.collect(sets.iter().copied(), "ViewerAccess")? {
            let value = match collected.name() {
                "__typename" => json!("ViewerAccess"),
                "role" => json!(self.role),
                "brands" => {
                    json!(self.brands.as_ref().map(|ids| ids.iter().map(|id| &**id).collect::<Vec<_>>()))
                }
                "permissions" => json!(self.permissions),
                "restrictions" => self.restrictions.as_ref().map_or(Value::Null, |given| given.0.clone()),
                other => return Err(Error::invalid(other, "unknown", "is not a field of ViewerAccess")),
            };
            object.insert(key.to_owned(), value);
        }
        Ok(Value::Object(object))
    }
}
