//! Who is asking, as the graph sees it.

use async_graphql::{Enum, ID, SimpleObject, parser::types::SelectionSet};
use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::{
    context::RequestContext,
    scalar::{DateTime, Json},
    select::Selector,
};
use crate::{
    domain::{
        Error, Result,
        access::{Actor, BrandScope, Membership, Permission},
        node::{Kind, NodeId},
        quota::Window,
    },
    service::throttle::quota::QuotaStanding,
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
    /// What they may spend in a day and in a month, and what of it is left; empty where they have no quota.
    quotas: Vec<ViewerQuota>,
}

/// What may be spent in a window of the calendar, in points: docs/limits.md says what costs how many.
#[derive(Debug, SimpleObject)]
pub(super) struct ViewerQuota {
    /// The name that headers and errors have for it: `user_day`, `api_key_month`.
    name: String,
    /// What it is counted in.
    window: QuotaWindow,
    /// The points that may be spent in the window, a whole number.
    bound: f64,
    /// The points that are spent, this request's among them, a whole number. What other servers let through in the last second or
    /// so is not among them yet.
    used: f64,
    /// The points that are left, a whole number.
    remaining: f64,
    /// When the next window begins.
    resets_at: DateTime,
}

/// What a quota is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum QuotaWindow {
    /// A day of the calendar, by UTC.
    Day,
    /// A month of the calendar, by UTC.
    Month,
}

impl From<QuotaStanding> for ViewerQuota {
    fn from(one: QuotaStanding) -> Self {
        Self {
            name: one.name.to_owned(),
            window: match one.window {
                Window::Day => QuotaWindow::Day,
                Window::Month => QuotaWindow::Month,
            },
            bound: one.bound as f64,
            used: one.used as f64,
            remaining: one.bound.saturating_sub(one.used) as f64,
            resets_at: DateTime(one.resets_at),
        }
    }
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

impl Viewer {
    /// Whoever sent a request.
    pub(super) fn of(request: &RequestContext) -> Self {
        let actor = &request.caller.actor;
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
            quotas: request.throttle.quotas(actor).into_iter().map(Into::into).collect(),
        }
    }
}

/// What a selection asks of the viewer, as JSON text.
///
/// # Errors
/// `INVALID` for a field that there is none of.
pub(super) fn json<'d>(
    selector: &Selector<'d>,
    sets: &[&'d SelectionSet],
    request: &RequestContext,
) -> Result<String> {
    let viewer = Viewer::of(request);
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
            "quotas" => {
                let sets: Vec<&SelectionSet> = collected.sets().collect();
                let each = viewer.quotas.iter().map(|one| one.json(selector, &sets));
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

impl ViewerQuota {
    fn json<'d>(&self, selector: &Selector<'d>, sets: &[&'d SelectionSet]) -> Result<Value> {
        let mut object = Map::new();
        for (key, collected) in selector.collect(sets.iter().copied(), "ViewerQuota")? {
            let value = match collected.name() {
                "__typename" => json!("ViewerQuota"),
                "name" => json!(self.name),
                "window" => json!(match self.window {
                    QuotaWindow::Day => "DAY",
                    QuotaWindow::Month => "MONTH",
                }),
                "bound" => json!(self.bound as u64),
                "used" => json!(self.used as u64),
                "remaining" => json!(self.remaining as u64),
                "resetsAt" => json!(self.resets_at.0.to_rfc3339_opts(SecondsFormat::Micros, false)),
                other => return Err(Error::invalid(other, "unknown", "is not a field of ViewerQuota")),
            };
            object.insert(key.to_owned(), value);
        }
        Ok(Value::Object(object))
    }
}
